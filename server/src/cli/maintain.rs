//! `sheetbrain maintain`: what has to be done from time to time, once, for a scheduler.

use std::io::Write;

use anyhow::{Context, bail};
use clap::Args;

use crate::clock::Clock;
use crate::config::{DatabaseSettings, RetentionSettings};
use crate::database::{Database, Place};
use crate::maintenance::{self, Summary};

/// Retention, partitions and cleanup, once: for a scheduler.
///
/// Makes the coming partitions of audit_logs. With a retention, moves older audits from audit_logs
/// to audit_logs_archive and removes their findings and formulas; counts and usage stay as they are.
/// Removes idempotency keys after 30 days, remembered webhook events after 90, meter reports after
/// 100, and rate buckets whose window is over.
///
/// Works in small steps beside a running server, which does the same daily. May be run at any time,
/// twice at once, and killed. Prints a line with a number for each kind.
#[derive(Args, Debug)]
#[expect(
    clippy::doc_markdown,
    reason = "the comments are shown as help, which is no Markdown"
)]
pub(super) struct MaintainArguments {
    /// Say what would be moved and removed, and change nothing of it
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    retention: RetentionSettings,

    #[command(flatten)]
    database: DatabaseSettings,
}

pub(super) async fn run(arguments: MaintainArguments) -> anyhow::Result<()> {
    arguments.database.check()?;
    if arguments.database.ephemeral {
        bail!("a database that is thrown away needs no maintenance: leave out --ephemeral");
    }
    let place = Place::open_existing(&arguments.database).await?;
    let database = Database::open_at(place, arguments.database.database_connections).await?;
    let owner = database.connections.owner();
    let (days, now) = (arguments.retention.retention_days, Clock::system().now());
    let (summary, outcome) = if arguments.dry_run {
        let preview = maintenance::preview(&owner, days, now).await;
        let summary = preview.as_ref().ok().copied();
        (summary, preview.map(|_| ()))
    } else {
        let mut summary = Summary::default();
        let outcome = maintenance::run(&owner, days, now, &mut summary).await;
        (Some(summary), outcome)
    };
    let closed = database.close().await;
    if let Some(summary) = summary {
        let mut out = std::io::stdout().lock();
        if arguments.dry_run {
            writeln!(out, "nothing was changed; a run would find")?;
        }
        write!(out, "{summary}")?;
        out.flush()?;
    }
    outcome.context(
        "maintenance was not finished; what is listed was done, and the next run goes on",
    )?;
    closed
}
