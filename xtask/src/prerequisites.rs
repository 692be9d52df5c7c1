//! What has to be on the machine: checked, installed where that is possible without asking, and
//! otherwise named with the one line to type.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::Chores;
use crate::process::{self, Runner};
use crate::progress::{Step, note};

/// Node.js, a C compiler and the standard library for WASM.
pub(crate) const TOOLS: Step = Step {
    name: "tools",
    needs: &[],
    run: check_tools,
};

/// PostgreSQL's programs.
pub(crate) const POSTGRES: Step = Step {
    name: "postgresql",
    needs: &[],
    run: |chores| match chores.postgres.for_new_cluster() {
        Err(embedded_postgres::Error::NoBinaries { .. }) => {
            install(&mut chores.runner, "postgresql")
        }
        found => Ok(found.map(drop)?),
    },
};

/// The pooler that the server is tested behind.
pub(crate) const PGBOUNCER: Step = Step {
    name: "pgbouncer",
    needs: &[],
    run: |chores| {
        // Debian puts it where only root's search path leads.
        let is_there = |name| find_program(name).is_some();
        if is_there("pgbouncer") || is_there("/usr/sbin/pgbouncer") {
            return Ok(());
        }
        install(&mut chores.runner, "pgbouncer")
    },
};

const OLDEST_NODE: u32 = 20;

/// What Chromium is called, by distribution.
const CHROMIUM: [&str; 5] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

fn check_tools(chores: &mut Chores) -> Result<()> {
    let node = process::output(Command::new("node").arg("--version"))
        .context("Node.js 20 or later is needed: apt-get install -y nodejs npm")?;
    let major = major_version(&node).with_context(|| format!("node calls itself {node}"))?;
    if major < OLDEST_NODE {
        bail!("Node.js {OLDEST_NODE} or later is needed, this is {node}");
    }
    process::output(Command::new("npm").arg("--version"))
        .context("npm is needed: apt-get install -y npm")?;
    process::output(Command::new("cc").arg("--version"))
        .context("a C compiler is needed: apt-get install -y build-essential")?;
    add_wasm_target(chores)
}

/// Asks the compiler and not rustup, which a distribution's compiler comes without.
fn add_wasm_target(chores: &mut Chores) -> Result<()> {
    let target = "wasm32-unknown-unknown";
    let library = process::output(
        Command::new("rustc")
            .args(["--print", "target-libdir", "--target", target])
            .current_dir(chores.workspace.root()),
    )?;
    if Path::new(&library).is_dir() {
        return Ok(());
    }
    chores.runner.run(
        Command::new("rustup")
            .args(["target", "add", target])
            .current_dir(chores.workspace.root()),
    )
}

/// The path of a Chromium, installed when there is none and that is possible.
pub(crate) fn chromium(runner: &mut Runner) -> Result<PathBuf> {
    let find = || CHROMIUM.into_iter().find_map(find_program);
    if let Some(found) = find() {
        return Ok(found);
    }
    install(runner, "chromium")?;
    find().context("the package chromium brought no program of that name")
}

/// Whether Debian packages can be installed without asking for a password.
pub(crate) fn can_install() -> bool {
    rustix::process::geteuid().is_root() && find_program("apt-get").is_some()
}

/// Installs a Debian package where that is possible; otherwise says what to type.
fn install(runner: &mut Runner, package: &str) -> Result<()> {
    if !can_install() {
        bail!("{package} is missing: sudo apt-get install -y {package}");
    }
    note(&format!("{package} is missing and is installed now"));
    runner.run(Command::new("apt-get").args(["update", "--quiet"]))?;
    runner.run(
        Command::new("apt-get")
            .args(["install", "--yes", "--quiet", package])
            .env("DEBIAN_FRONTEND", "noninteractive"),
    )
}

/// The path of a program on the search path, or of one given by its path.
fn find_program(name: &str) -> Option<PathBuf> {
    let mut shell = Command::new("sh");
    shell.args(["-c", "command -v \"$0\"", name]);
    process::output(&mut shell).ok().map(PathBuf::from)
}

/// The first number of a version such as `v20.11.1`.
fn major_version(version: &str) -> Option<u32> {
    let digits = version.trim_start_matches('v').split('.').next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_versions_are_read_by_their_first_number() {
        assert_eq!(major_version("v20.20.2"), Some(20));
        assert_eq!(major_version("v9"), Some(9));
        assert_eq!(major_version("nightly"), None);
    }

    #[test]
    fn programs_are_found_on_the_search_path_only() {
        assert!(find_program("sh").is_some_and(|path| path.is_absolute()));
        assert_eq!(find_program("no-program-is-called-so"), None);
    }
}
