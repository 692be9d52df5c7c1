//! The command line: one file a subcommand.

mod audit;
mod backup;
mod excerpt;
mod explain;
mod input;
mod key;
mod maintain;
mod migrate;
mod parse;
mod policy;
mod policy_file;
mod restore;
mod rules;
mod serve;
mod terminal;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::config::{DatabaseSettings, Settings, load_env_files};

/// The exit code of a call that could not do what it was asked.
const COULD_NOT_RUN: u8 = 2;

/// Audits Google Sheets formulas against rules and written policies.
#[derive(Debug, Parser)]
#[command(name = "sheetbrain", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the server: the API and the pages
    Serve(Box<Settings>),
    /// Bring the database's schema up to date
    Migrate(DatabaseSettings),
    Maintain(Box<maintain::MaintainArguments>),
    Backup(Box<backup::BackupArguments>),
    Restore(Box<restore::RestoreArguments>),
    /// API keys, for programs
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// Parse formulas: one JSON object a line
    Parse(parse::ParseArguments),
    /// Audit workbooks or formulas offline: no server, no database
    Audit(audit::AuditArguments),
    /// Say in plain words what a formula computes
    Explain(explain::ExplainArguments),
    /// Show what a written policy enforces
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    /// List the built-in rules, or show the page of one
    Rules(rules::RulesArguments),
}

/// Runs the program with the process's arguments and environment.
#[must_use]
pub fn run() -> ExitCode {
    let env_files = load_env_files();
    let arguments = Arguments::parse();
    let filter = EnvFilter::builder()
        .with_default_directive(tracing::level_filters::LevelFilter::INFO.into())
        .from_env_lossy();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    let outcome = match arguments.command {
        // The offline commands have no settings, and run in any folder whatever its files say.
        Command::Serve(settings) => env_files.and_then(|()| in_runtime(serve::run(*settings))),
        Command::Migrate(settings) => env_files.and_then(|()| in_runtime(migrate::run(settings))),
        Command::Maintain(arguments) => {
            env_files.and_then(|()| in_runtime(maintain::run(*arguments)))
        }
        Command::Backup(arguments) => env_files.and_then(|()| in_runtime(backup::run(*arguments))),
        Command::Restore(arguments) => {
            env_files.and_then(|()| in_runtime(restore::run(*arguments)))
        }
        Command::Key(command) => env_files.and_then(|()| in_runtime(key::run(command))),
        Command::Parse(arguments) => parse::run(arguments),
        Command::Audit(arguments) => audit::run(arguments),
        Command::Explain(arguments) => explain::run(arguments),
        Command::Policy(command) => policy::run(command),
        Command::Rules(arguments) => rules::run(&arguments),
    };
    outcome.unwrap_or_else(|error| fail(&error))
}

fn in_runtime(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<ExitCode> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(work)?;
    Ok(ExitCode::SUCCESS)
}

#[expect(
    clippy::print_stderr,
    reason = "the one place that tells the person at the terminal"
)]
fn fail(error: &anyhow::Error) -> ExitCode {
    eprintln!("sheetbrain: {error:#}");
    ExitCode::from(COULD_NOT_RUN)
}
