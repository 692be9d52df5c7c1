//! `sheetbrain restore FILE`: puts what `sheetbrain backup` wrote into an empty database.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use clap::Args;

use crate::config::DatabaseSettings;
use crate::database::{Place, UNREACHABLE};
use crate::db::backup::{Found, Reserved};
use crate::db::schema::unknown_migrations;
use crate::{db, dump, serve};

/// Put a backup into an empty database.
///
/// All of it is put back, or nothing. Roles are made where they are missing, what is restored
/// belongs to the user of the database's address, and the schema is brought up to date.
///
/// The database must be empty: a new one (createdb), or a data folder that does not exist yet.
/// Give the address of PostgreSQL itself, not of a pooler such as PgBouncer.
#[derive(Args, Debug)]
pub(super) struct RestoreArguments {
    /// What `sheetbrain backup` wrote
    file: PathBuf,

    #[command(flatten)]
    database: DatabaseSettings,
}

pub(super) async fn run(arguments: RestoreArguments) -> anyhow::Result<()> {
    arguments.database.check()?;
    if arguments.database.ephemeral {
        bail!(
            "a database that is thrown away can not keep what is restored: leave out --ephemeral"
        );
    }
    // Before anything is made or started for it.
    check_beginning(&arguments.file)?;
    let stop = serve::stop_signal()?;
    let place = Place::open(&arguments.database).await?;
    let most = arguments.database.database_connections;
    let outcome = tokio::select! {
        outcome = restore(&place, &arguments.file, most) => outcome,
        () = stop => Err(anyhow::anyhow!("stopped before the backup was restored")),
    };
    place.close().await?;
    let database = outcome?;
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{}: restored into {database}",
        arguments.file.display()
    )?;
    Ok(out.flush()?)
}

/// Restores the file and gives the name of the database.
async fn restore(place: &Place, file: &Path, most: u32) -> anyhow::Result<String> {
    let options = &place.options;
    let found = db::backup::look_at(options).await.context(UNREACHABLE)?;
    check_empty(&found)?;
    let client = place.client(found.server_major)?;
    let contents = dump::contents(&client, || open(file)).await?;
    let unknown = unknown_migrations(&contents.migrations);
    if let Some(newest) = unknown.last() {
        bail!(
            "the backup was made by a newer version of this program: its schema has migration {newest}, which this version does not know. Restore it with that version"
        );
    }
    db::schema::make_roles(options).await?;
    let reserved: Reserved = db::backup::reserve(options).await.context(UNREACHABLE)?;
    check_empty(&reserved.found)?;
    tracing::info!(
        database = found.name,
        "putting the backup into the database"
    );
    dump::read(&client, options, &contents, open(file)?).await?;
    reserved.release().await?;
    let connections = place
        .connect(most)
        .await
        .context("the backup is restored, but its schema is not up to date; `sheetbrain migrate` tries that again")?;
    let finished = db::backup::finish_restore(&connections.owner()).await;
    connections.close().await;
    finished.context("the backup is restored, but not all was done that should follow")?;
    Ok(found.name)
}

fn open(file: &Path) -> anyhow::Result<File> {
    File::open(file).with_context(|| format!("{} can not be read", file.display()))
}

fn check_beginning(file: &Path) -> anyhow::Result<()> {
    let mut beginning = [0; dump::MAGIC.len()];
    let read = open(file)?.read_exact(&mut beginning);
    ensure!(
        read.is_ok() && beginning == *dump::MAGIC,
        "{} is not what `sheetbrain backup` writes",
        file.display()
    );
    Ok(())
}

fn check_empty(found: &Found) -> anyhow::Result<()> {
    let Found { name, table, .. } = found;
    let holds = match table {
        _ if found.is_empty() => return Ok(()),
        Some(table) => format!("there is a table {table}"),
        None => "there is a schema sheetbrain".to_owned(),
    };
    bail!(
        "the database {name} is not empty: {holds}. Nothing was changed. Restore into a new database (createdb NAME, and its address in DATABASE_URL), or into a new data folder (--data-dir)"
    )
}
