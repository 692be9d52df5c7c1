//! Where things are: the checkout, cargo's target directory and what is built into them.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// The checkout and its build directory; every path is absolute.
pub(crate) struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// Finds the checkout that this program was built from and asks cargo for the target
    /// directory, which settings outside of the checkout may move.
    pub(crate) fn locate() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .context("the crate xtask lies in no workspace")?
            .to_path_buf();
        let output = Command::new("cargo")
            .args(["metadata", "--format-version", "1", "--no-deps"])
            .current_dir(&root)
            .output()
            .context("cargo does not start")?;
        if !output.status.success() {
            bail!(
                "cargo metadata: {}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)?;
        let target = metadata
            .get("target_directory")
            .and_then(serde_json::Value::as_str)
            .context("cargo metadata names no target directory")?
            .into();
        Ok(Self { root, target })
    }

    /// The checkout.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The npm package with everything in TypeScript.
    pub(crate) fn addon(&self) -> PathBuf {
        self.root.join("addon")
    }

    /// The npm package of the analyzer.
    pub(crate) fn wasm_package(&self) -> PathBuf {
        self.root.join("analyzer/wasm/npm")
    }

    /// What is generated of one module of that package: the module, its JavaScript and its types.
    pub(crate) fn wasm_module(&self, name: &str) -> PathBuf {
        self.wasm_package().join("dist").join(name)
    }

    /// How large the modules are, committed.
    pub(crate) fn wasm_sizes(&self) -> PathBuf {
        self.root.join("analyzer/wasm/sizes.txt")
    }

    /// A module as rustc leaves it.
    pub(crate) fn raw_wasm(&self, package: &str) -> PathBuf {
        let folder = self.target.join("wasm32-unknown-unknown/wasm");
        folder.join(format!("{}.wasm", package.replace('-', "_")))
    }

    /// The program `sheetbrain`, built with cargo's profile in the folder `profile`.
    pub(crate) fn program(&self, profile: &str) -> PathBuf {
        self.target.join(profile).join("sheetbrain")
    }

    /// What sqlx knows of the server's queries, committed.
    pub(crate) fn queries(&self) -> PathBuf {
        self.root.join(".sqlx")
    }

    /// What sqlx knows of the server's queries, asked anew.
    pub(crate) fn described_queries(&self) -> PathBuf {
        self.target.join("queries")
    }

    /// The schema.
    pub(crate) fn migrations(&self) -> PathBuf {
        self.root.join("migrations")
    }

    /// Where the browser tests leave what they saw.
    pub(crate) fn screenshots(&self) -> PathBuf {
        self.target.join("screenshots")
    }
}
