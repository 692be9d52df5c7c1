//! The chores of this repository: `cargo xtask run`, `test`, `build` and `wasm`.
//!
//! Calls the tools that do the work (cargo, npm, the programs it built) and shows how far it is.
//! No other crate may depend on this one.

mod build;
mod prerequisites;
mod process;
mod progress;
mod run;
mod test;
mod wasm;
mod web;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::process::Runner;
use crate::workspace::Workspace;

/// The chores of this repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Install what is missing, build everything and start the server with a demo organization.
    Run {
        /// Passed on to `sheetbrain serve`.
        #[arg(last = true)]
        serve: Vec<String>,
    },
    /// Everything that must be green before a change lands.
    Test {
        /// Only these steps, whatever they need (a wrong name lists them all).
        #[arg(long, value_name = "STEP")]
        only: Vec<String>,
    },
    /// Make every artifact (WASM, web assets, release program) and start nothing.
    Build,
    /// Make the analyzer for the browser, in `addon/dist/wasm`.
    Wasm,
}

/// What every step works with.
struct Chores {
    workspace: Workspace,
    runner: Runner,
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let runner = Runner::new()?;
    let workspace = Workspace::locate()?;
    let mut chores = Chores { workspace, runner };
    match arguments.chore {
        Chore::Run { serve } => run::run(&mut chores, &serve),
        Chore::Test { only } => test::test(&mut chores, &only),
        Chore::Build => Ok(build::build(&mut chores)),
        Chore::Wasm => Ok(build::build_wasm(&mut chores)),
    }
}
