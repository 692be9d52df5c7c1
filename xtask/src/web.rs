//! The npm package `addon`: its packages, its checks and what esbuild makes of it.

use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use anyhow::Result;

use crate::Chores;
use crate::prerequisites;
use crate::progress::Step;

/// Installs what `package-lock.json` names.
pub(crate) const NPM_PACKAGES: Step = Step {
    name: "npm-packages",
    needs: &["tools"],
    run: install_packages,
};

/// Makes `addon/dist`: the console, and what Google runs of the add-on.
pub(crate) const WEB_ASSETS: Step = Step {
    name: "web-assets",
    needs: &["npm-packages", "wasm"],
    run: |chores| npm_run(chores, "build"),
};

/// Types, lints and formatting of the TypeScript.
pub(crate) const WEB_CHECKS: Step = Step {
    name: "web-checks",
    needs: &["npm-packages", "wasm"],
    run: |chores| {
        ["types", "lint", "format-check"]
            .into_iter()
            .try_for_each(|script| npm_run(chores, script))
    },
};

/// Tests of the TypeScript that need no browser.
pub(crate) const WEB_TESTS: Step = Step {
    name: "web-tests",
    needs: &["npm-packages", "wasm"],
    run: |chores| npm_run(chores, "test"),
};

/// Tests in Chromium against the real program, which brings its own throw-away database.
pub(crate) const BROWSER_TESTS: Step = Step {
    name: "browser-tests",
    needs: &["web-assets", "program", "postgresql"],
    run: test_in_browser,
};

fn npm_run(chores: &mut Chores, script: &str) -> Result<()> {
    chores.runner.run(
        Command::new("npm")
            .args(["run", "--silent", script])
            .current_dir(chores.workspace.addon()),
    )
}

fn install_packages(chores: &mut Chores) -> Result<()> {
    let addon = chores.workspace.addon();
    // npm writes this file last.
    let installed = modified(&addon.join("node_modules/.package-lock.json"));
    if installed.is_some() && installed >= modified(&addon.join("package-lock.json")) {
        return Ok(());
    }
    chores.runner.run(
        Command::new("npm")
            .args(["ci", "--no-audit", "--no-fund"])
            .current_dir(addon),
    )
}

fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|file| file.modified()).ok()
}

fn test_in_browser(chores: &mut Chores) -> Result<()> {
    let browser = prerequisites::chromium(&mut chores.runner)?;
    let workspace = &chores.workspace;
    chores.runner.run(
        Command::new("npm")
            .args(["run", "--silent", "test:browser"])
            .env("SHEETBRAIN_TEST_BROWSER", browser)
            .env("SHEETBRAIN_TEST_PROGRAM", workspace.program("debug"))
            .env("SHEETBRAIN_TEST_SCREENSHOTS", workspace.screenshots())
            .current_dir(workspace.addon()),
    )
}
