//! `sheetbrain backup FILE`: a copy of the database in one file.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use clap::Args;

use crate::config::DatabaseSettings;
use crate::database::{Place, UNREACHABLE};
use crate::{db, dump, serve};

/// Copy the database into a file, while the server runs.
///
/// The copy is of one moment. It is made by PostgreSQL's pg_dump, in its custom format, and put
/// back with `sheetbrain restore`. The file appears when it is whole, readable by you alone: it
/// holds personal data and the hashes of keys.
///
/// A pooler such as PgBouncer is no way to make a copy: give the address of PostgreSQL itself.
#[derive(Args, Debug)]
#[expect(
    clippy::doc_markdown,
    reason = "the comments are shown as help, which is no Markdown"
)]
pub(super) struct BackupArguments {
    /// The file to write, such as sheetbrain-2026-11-27.dump
    file: PathBuf,

    /// Take the place of a file that is there
    #[arg(long)]
    overwrite: bool,

    #[command(flatten)]
    database: DatabaseSettings,
}

pub(super) async fn run(arguments: BackupArguments) -> anyhow::Result<()> {
    arguments.database.check()?;
    if arguments.database.ephemeral {
        bail!("a database that is thrown away holds nothing yet: leave out --ephemeral");
    }
    // Before anything that takes time.
    let target = Target::new(&arguments.file, arguments.overwrite)?;
    let stop = serve::stop_signal()?;
    let place = Place::open_existing(&arguments.database).await?;
    let outcome = tokio::select! {
        outcome = copy(&place, target) => outcome,
        () = stop => Err(anyhow::anyhow!("stopped; no file was written")),
    };
    place.close().await?;
    let size = outcome?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}: {size} bytes", arguments.file.display())?;
    Ok(out.flush()?)
}

/// Makes the copy and gives its size in bytes.
async fn copy(place: &Place, target: Target<'_>) -> anyhow::Result<u64> {
    let found = db::backup::look_at(&place.options)
        .await
        .context(UNREACHABLE)?;
    ensure!(
        found.has_schema,
        "there is nothing of SheetBrain in the database {}. Check DATABASE_URL",
        found.name
    );
    let client = place.client(found.server_major)?;
    tracing::info!(database = found.name, "copying the database");
    let unfinished = target.unfinished()?;
    let file = unfinished.as_file().try_clone()?;
    dump::write(&client, &place.options, file).await?;
    target.install(unfinished)
}

/// Where the copy goes.
#[derive(Debug)]
struct Target<'a> {
    file: &'a Path,
    folder: &'a Path,
    overwrite: bool,
}

impl<'a> Target<'a> {
    fn new(file: &'a Path, overwrite: bool) -> anyhow::Result<Self> {
        let shown = file.display();
        ensure!(
            file.file_name().is_some() && !file.is_dir(),
            "{shown} is a folder: name a file"
        );
        ensure!(
            overwrite || file.symlink_metadata().is_err(),
            "{shown} is there already: choose another name, or take its place with --overwrite"
        );
        let folder = match file.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        ensure!(folder.is_dir(), "there is no folder {}", folder.display());
        Ok(Self {
            file,
            folder,
            overwrite,
        })
    }

    /// A file beside the target that only its owner can read, and that goes when it is dropped.
    fn unfinished(&self) -> anyhow::Result<tempfile::NamedTempFile> {
        tempfile::Builder::new()
            .prefix(".sheetbrain-backup-")
            .tempfile_in(self.folder)
            .with_context(|| format!("no file can be made in {}", self.folder.display()))
    }

    /// Gives the file its name, once all of it is on the disk; returns its size in bytes.
    fn install(&self, unfinished: tempfile::NamedTempFile) -> anyhow::Result<u64> {
        let shown = self.file.display();
        let file = unfinished.as_file();
        file.sync_all()
            .with_context(|| format!("{shown} can not be written to the disk"))?;
        let size = file.metadata()?.len();
        let installed = if self.overwrite {
            unfinished.persist(self.file)
        } else {
            unfinished.persist_noclobber(self.file)
        };
        installed
            .map_err(|error| error.error)
            .with_context(|| format!("the copy was made, but can not be named {shown}"))?;
        File::open(self.folder)
            .and_then(|folder| folder.sync_all())
            .with_context(|| format!("{shown} can not be written to the disk"))?;
        Ok(size)
    }
}
