//! The analyzer for the browser, as the npm package in `analyzer/wasm/npm`: rustc, then
//! wasm-bindgen as a library at exactly the version of the crate that the analyzer was compiled
//! against, so that no tool has to be installed.

use std::hash::{DefaultHasher, Hasher as _};
use std::io::Write as _;
use std::num::NonZeroU64;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use wasm_bindgen_cli_support::Bindgen;
use zopfli::Format;

use crate::Chores;
use crate::progress::Step;

/// Makes what is generated of the npm package.
pub(crate) const WASM: Step = Step {
    name: "wasm",
    needs: &["tools"],
    run: make_package,
};

/// A module of the package.
pub(crate) struct Module {
    /// Its folder in the package.
    pub(crate) name: &'static str,
    /// The crate that it is compiled from.
    package: &'static str,
}

/// The modules of the package.
pub(crate) const MODULES: [Module; 3] = [
    Module {
        name: "analyzer",
        package: "analyzer-wasm",
    },
    Module {
        name: "enforcement",
        package: "analyzer-wasm-enforcement",
    },
    Module {
        name: "policies",
        package: "analyzer-wasm-policies",
    },
];

/// What wasm-bindgen makes; it names the files after its output name.
const BINDINGS: [&str; 3] = ["analyzer.js", "analyzer.d.ts", BINARY];

/// The module as it is sent.
pub(crate) const BINARY: &str = "analyzer_bg.wasm";

/// The ways into a module, equal for each.
const ENTRIES: [(&str, &str); 5] = [
    (
        "entry.d.ts",
        include_str!("../../analyzer/wasm/npm/entries/entry.d.ts"),
    ),
    (
        "once.js",
        include_str!("../../analyzer/wasm/npm/entries/once.js"),
    ),
    (
        "web.js",
        include_str!("../../analyzer/wasm/npm/entries/web.js"),
    ),
    (
        "node.js",
        include_str!("../../analyzer/wasm/npm/entries/node.js"),
    ),
    (
        "base64.js",
        include_str!("../../analyzer/wasm/npm/entries/base64.js"),
    ),
];

/// Where an entry wants the compressed module as text.
const MODULE_TEXT: &str = "@MODULE@";

/// How often the compressor looks for something better: five times as often saves a thousandth.
const ROUNDS: NonZeroU64 = NonZeroU64::MIN.saturating_add(2);

/// Holds the hash of all that a module's folder was made from.
const STAMP: &str = ".made-from";

fn make_package(chores: &mut Chores) -> Result<()> {
    for module in &MODULES {
        compile(chores, module)?;
        let workspace = &chores.workspace;
        let compiled = std::fs::read(workspace.raw_wasm(module.package))
            .with_context(|| format!("rustc left no module of {}", module.package))?;
        generate(compiled, &workspace.wasm_module(module.name))?;
    }
    let workspace = &chores.workspace;
    let license = workspace.root().join("LICENSE");
    std::fs::copy(license, workspace.wasm_package().join("LICENSE"))
        .context("the license can not be put into the package")?;
    Ok(())
}

/// Each module by itself: built together, all would have the features that one of them asks for.
fn compile(chores: &mut Chores, module: &Module) -> Result<()> {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["rustc", "--profile", "wasm"])
        .args(["--target", "wasm32-unknown-unknown"])
        // Not in the manifest: whoever depends on the crate would write the same file.
        .args(["--package", module.package, "--crate-type", "cdylib"])
        .current_dir(chores.workspace.root());
    // The digest of a rule set is taken once: small, not fast.
    let mut flags = vec!["--cfg=sha2_backend_soft=\"compact\"".to_owned()];
    // Panics name source files. Browsers need not learn the home of whoever built the module, and
    // everyone's builds give the same bytes.
    if let Some(home) = &chores.cargo_home {
        let sources = home.join("registry/src");
        flags.push(format!(
            "--remap-path-prefix={}=packages",
            sources.display()
        ));
    }
    let setting = format!("target.wasm32-unknown-unknown.rustflags={flags:?}");
    cargo.args(["--config", &setting]);
    chores.runner.run(&mut cargo)
}

/// Generates a module's folder, unless it was made from the same before: whoever embeds the files
/// then has nothing to do either.
fn generate(module: Vec<u8>, folder: &Path) -> Result<()> {
    let stamp = stamp_of(&module);
    let files = BINDINGS.into_iter().chain(ENTRIES.map(|(name, _)| name));
    let is_made = files.into_iter().all(|file| folder.join(file).is_file())
        && std::fs::read_to_string(folder.join(STAMP)).is_ok_and(|found| found == stamp);
    if is_made {
        return Ok(());
    }
    if folder.is_dir() {
        std::fs::remove_dir_all(folder).context("the old module can not be removed")?;
    }
    Bindgen::new()
        .input_bytes("analyzer", module)
        .web(true)?
        // The entries say where the module is.
        .omit_default_module_path(true)
        .typescript(true)
        .remove_producers_section(true)
        // Names of functions serve debuggers and are a quarter of what would be sent.
        .remove_name_section(true)
        .generate(folder)
        .context("wasm-bindgen refuses the module")?;
    let text = STANDARD.encode(packed(&std::fs::read(folder.join(BINARY))?)?);
    for (name, content) in ENTRIES {
        std::fs::write(folder.join(name), content.replace(MODULE_TEXT, &text))
            .with_context(|| format!("{name} can not be written"))?;
    }
    std::fs::write(folder.join(STAMP), stamp).context("the stamp can not be written")
}

/// The bytes in gzip's format, as small as they get.
fn packed(bytes: &[u8]) -> Result<Vec<u8>> {
    let options = zopfli::Options {
        iteration_count: ROUNDS,
        ..zopfli::Options::default()
    };
    let mut packed = Vec::new();
    zopfli::compress(options, Format::Gzip, bytes, &mut packed)
        .context("the module can not be compressed")?;
    Ok(packed)
}

/// The bytes as gzip makes them at its best: what a server sends of a file.
pub(crate) fn compressed(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

/// Changes with the module, which carries the version of wasm-bindgen, with the entries and with
/// this file.
fn stamp_of(module: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    hasher.write(module);
    for (_, content) in ENTRIES {
        hasher.write(content.as_bytes());
    }
    hasher.write(include_bytes!("wasm.rs"));
    format!("{:016x}", hasher.finish())
}
