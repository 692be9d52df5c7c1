//! The chores of this repository: `cargo xtask run`, `test`, `build`, `wasm`, `sizes` and
//! `queries`.
//!
//! Calls the tools that do the work (cargo, npm, the programs it built) and shows how far it is.
//! No other crate may depend on this one.

mod build;
mod prerequisites;
mod process;
mod progress;
mod queries;
mod run;
mod sizes;
mod test;
mod wasm;
mod web;
mod workspace;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use embedded_postgres::Search;

use crate::process::Runner;
use crate::workspace::Workspace;

/// The chores of this repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    /// The folder with PostgreSQL's programs and no other.
    #[arg(long, global = true, value_name = "DIR", env = "SHEETBRAIN_PG_BIN")]
    pg_bin: Option<PathBuf>,
    /// Where programs are looked for.
    #[arg(long, global = true, hide = true, env = "PATH")]
    search_path: Option<OsString>,
    /// Where cargo keeps the sources of packages; rustup sets it.
    #[arg(long, global = true, hide = true, env = "CARGO_HOME")]
    cargo_home: Option<PathBuf>,
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
        /// Only these steps, whatever they need.
        #[arg(long, value_name = "STEP", value_parser = test::step_names())]
        only: Vec<String>,
    },
    /// Make every artifact (WASM, web assets, release program) and start nothing.
    Build,
    /// Ask a throw-away PostgreSQL what the server's SQL queries mean and keep it in `.sqlx`.
    Queries,
    /// Make the analyzer for the browser, the npm package in `analyzer/wasm/npm`.
    Wasm,
    /// Make it and keep how large its modules are in `analyzer/wasm/sizes.txt`.
    Sizes,
}

/// What every step works with.
struct Chores {
    workspace: Workspace,
    runner: Runner,
    /// Where PostgreSQL's programs may be.
    postgres: Search,
    /// Where cargo keeps the sources of packages, as far as that is known.
    cargo_home: Option<PathBuf>,
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let mut chores = Chores {
        runner: Runner::new()?,
        workspace: Workspace::locate()?,
        postgres: Search {
            bin_dir: arguments.pg_bin,
            search_path: arguments.search_path,
            ..Search::default()
        },
        cargo_home: arguments.cargo_home,
    };
    match arguments.chore {
        Chore::Run { serve } => run::run(&mut chores, &serve),
        Chore::Test { only } => Ok(test::test(&mut chores, &only)),
        Chore::Build => Ok(build::run_all(&mut chores, &build::ARTIFACTS)),
        Chore::Queries => Ok(build::run_all(&mut chores, &queries::REFRESH)),
        Chore::Wasm => Ok(build::run_all(&mut chores, &build::BROWSER_ANALYZER)),
        Chore::Sizes => Ok(build::run_all(&mut chores, &sizes::REFRESH)),
    }
}
