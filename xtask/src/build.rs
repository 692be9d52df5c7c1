//! `cargo xtask build` and `cargo xtask wasm`: the artifacts, nothing started.

use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::Chores;
use crate::prerequisites::TOOLS;
use crate::progress::{Step, Summary, run_steps};
use crate::wasm::WASM;
use crate::web::{NPM_PACKAGES, WEB_ASSETS};

/// The program with everything it embeds, in release mode.
const RELEASE: Step = Step {
    name: "release-program",
    needs: &["web-assets"],
    run: build_release,
};

/// Every artifact, in an order that works.
pub(crate) const ARTIFACTS: [Step; 5] = [TOOLS, NPM_PACKAGES, WASM, WEB_ASSETS, RELEASE];

/// The analyzer for the browser alone.
pub(crate) const BROWSER_ANALYZER: [Step; 2] = [TOOLS, WASM];

/// Runs steps and prints their summary.
pub(crate) fn run_all(chores: &mut Chores, steps: &[Step]) -> ExitCode {
    let summary = run_steps(chores, steps);
    summary.print();
    exit_code(&summary)
}

/// Success when every step passed.
pub(crate) fn exit_code(summary: &Summary) -> ExitCode {
    if summary.passed() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn build_release(chores: &mut Chores) -> Result<()> {
    chores.runner.run(
        Command::new("cargo")
            .args(["build", "--release", "--bin", "sheetbrain"])
            .current_dir(chores.workspace.root()),
    )
}
