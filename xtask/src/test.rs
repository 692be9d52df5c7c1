//! `cargo xtask test`: everything that must be green before a change lands.

use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result};
use clap::builder::PossibleValuesParser;
use embedded_postgres::{Cluster, DATABASE, Options};

use crate::Chores;
use crate::build::exit_code;
use crate::prerequisites::{PGBOUNCER, POSTGRES, TOOLS};
use crate::progress::{Step, run_steps};
use crate::queries;
use crate::sizes;
use crate::wasm::WASM;
use crate::web::{BROWSER_TESTS, NPM_PACKAGES, WEB_ASSETS, WEB_CHECKS, WEB_TESTS};

/// Quick answers first; the program after the pages that it embeds.
const STEPS: [Step; 15] = [
    FORMATTING,
    TOOLS,
    POSTGRES,
    PGBOUNCER,
    NPM_PACKAGES,
    WASM,
    sizes::UP_TO_DATE,
    WEB_CHECKS,
    WEB_TESTS,
    WEB_ASSETS,
    LINTS,
    PROGRAM,
    queries::UP_TO_DATE,
    RUST_TESTS,
    BROWSER_TESTS,
];

const FORMATTING: Step = Step {
    name: "formatting",
    needs: &[],
    run: |chores| cargo(chores, &["fmt", "--all", "--check"]),
};

const LINTS: Step = Step {
    name: "lints",
    needs: &["tools"],
    run: |chores| {
        let deny = ["--", "--deny", "warnings"];
        cargo(
            chores,
            &[&["clippy", "--workspace", "--all-targets"], &deny[..]].concat(),
        )
    },
};

/// The program and the tests in one go: built one after the other, with other features wanted of
/// what both depend on, much would be compiled twice.
const PROGRAM: Step = Step {
    name: "program",
    needs: &["tools"],
    run: |chores| cargo(chores, &["build", "--workspace", "--bins", "--tests"]),
};

const RUST_TESTS: Step = Step {
    name: "rust-tests",
    needs: &["program", "postgresql", "pgbouncer"],
    run: run_rust_tests,
};

/// The tests share one throw-away cluster and make a database each.
fn run_rust_tests(chores: &mut Chores) -> Result<()> {
    let cluster = Cluster::start(&Options {
        search: chores.postgres.clone(),
        // Every account may traverse it, also the one that PostgreSQL runs as for root.
        ..Options::ephemeral("/tmp")
    })?;
    let tested = chores.runner.run(
        Command::new("cargo")
            .args(["test", "--workspace", "--no-fail-fast"])
            .env("SHEETBRAIN_TEST_POSTGRES", cluster.url(DATABASE))
            .env("SHEETBRAIN_TEST_PROGRAM", chores.workspace.program("debug"))
            .current_dir(chores.workspace.root()),
    );
    let stopped = cluster.stop();
    tested?;
    stopped.context("the tests passed, but their database did not stop")?;
    Ok(())
}

/// The names of the steps, as `--only` takes them.
pub(crate) fn step_names() -> PossibleValuesParser {
    STEPS.map(|step| step.name).into()
}

/// Runs the steps, or those named in `only`, and prints the summary.
pub(crate) fn test(chores: &mut Chores, only: &[String]) -> ExitCode {
    let is_wanted = |step: &&Step| only.is_empty() || only.iter().any(|name| name == step.name);
    let summary = run_steps(chores, STEPS.iter().filter(is_wanted));
    summary.print();
    exit_code(&summary)
}

fn cargo(chores: &mut Chores, arguments: &[&str]) -> Result<()> {
    chores.runner.run(
        Command::new("cargo")
            .args(arguments)
            .current_dir(chores.workspace.root()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_comes_after_the_steps_it_needs() {
        for (place, step) in STEPS.iter().enumerate() {
            for needed in step.needs {
                let comes_before = STEPS[..place].iter().any(|other| other.name == *needed);
                assert!(comes_before, "{} needs {needed}", step.name);
            }
        }
    }
}
