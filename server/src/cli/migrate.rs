//! `sheetbrain migrate`: brings the schema up to date and ends.

use crate::config::DatabaseSettings;
use crate::database::Database;

pub(super) async fn run(settings: DatabaseSettings) -> anyhow::Result<()> {
    settings.check()?;
    // Opening a database is what brings it up to date.
    Database::open(&settings).await?.close().await?;
    tracing::info!("the schema is up to date");
    Ok(())
}
