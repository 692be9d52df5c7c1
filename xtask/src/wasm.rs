//! The analyzer for the browser: rustc, then wasm-bindgen as a library at exactly the version of
//! the crate that the analyzer was compiled against, so that no tool has to be installed.

use std::hash::{DefaultHasher, Hasher as _};
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::Chores;
use crate::progress::Step;

/// Makes `addon/dist/wasm`.
pub(crate) const WASM: Step = Step {
    name: "wasm",
    needs: &["tools"],
    run: make_wasm,
};

/// What the package consists of; wasm-bindgen names the files after its output name.
const PACKAGE: [&str; 3] = ["analyzer.js", "analyzer.d.ts", "analyzer_bg.wasm"];

/// Holds the hash of the module that the package was made from.
const STAMP: &str = ".made-from";

fn make_wasm(chores: &mut Chores) -> Result<()> {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["build", "--package", "analyzer-wasm", "--profile", "wasm"])
        .args(["--target", "wasm32-unknown-unknown"])
        .current_dir(chores.workspace.root());
    // Panics name source files. Browsers need not learn the home of whoever built the module, and
    // everyone's builds give the same bytes.
    if let Some(sources) = chores
        .cargo_home
        .as_ref()
        .map(|home| home.join("registry/src"))
    {
        let remap = format!("--remap-path-prefix={}=packages", sources.display());
        let setting = format!("target.wasm32-unknown-unknown.rustflags=[{remap:?}]");
        cargo.args(["--config", &setting]);
    }
    chores.runner.run(&mut cargo)?;
    let module = std::fs::read(chores.workspace.raw_wasm()).context("rustc left no module")?;
    generate(module, &chores.workspace.wasm_package())
}

/// Generates the package, unless it was made from the same module before: whoever embeds the
/// files then has nothing to do either.
fn generate(module: Vec<u8>, package: &Path) -> Result<()> {
    let stamp = stamp_of(&module);
    let is_made = PACKAGE.iter().all(|file| package.join(file).is_file())
        && std::fs::read_to_string(package.join(STAMP)).is_ok_and(|found| found == stamp);
    if is_made {
        return Ok(());
    }
    if package.is_dir() {
        std::fs::remove_dir_all(package).context("the old package can not be removed")?;
    }
    Bindgen::new()
        .input_bytes("analyzer", module)
        .web(true)?
        .typescript(true)
        .remove_producers_section(true)
        // Names of functions serve debuggers and are a quarter of what would be sent.
        .remove_name_section(true)
        .generate(package)
        .context("wasm-bindgen refuses the module")?;
    std::fs::write(package.join(STAMP), stamp).context("the stamp can not be written")
}

/// Changes with the module, which carries the version of wasm-bindgen, and with this file.
fn stamp_of(module: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    hasher.write(module);
    hasher.write(include_bytes!("wasm.rs"));
    format!("{:016x}", hasher.finish())
}
