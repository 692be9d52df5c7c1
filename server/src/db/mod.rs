//! All SQL of the server: free async functions, one file a resource. Nothing here knows HTTP.
//!
//! Every statement is checked against the schema when the server is compiled (`.sqlx`), and every
//! function that reads or writes an organization's data takes the organization's id.

pub mod audits;
pub mod clerk;
pub mod identity;
pub mod policies;
pub mod rate_limits;
pub mod subscriptions;
pub mod usage;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};

/// The schema, as files that run in their order.
static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../migrations");

/// Opens the pool. Connections wait at most two seconds for a lock and five for a statement.
pub async fn connect(options: PgConnectOptions, connections: u32) -> Result<PgPool, sqlx::Error> {
    let options = options.application_name("sheetbrain").options([
        ("statement_timeout", "5s"),
        ("lock_timeout", "2s"),
        ("timezone", "UTC"),
    ]);
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(std::time::Duration::from_secs(5))
        .connect_with(options)
        .await
}

/// Brings the schema up to date; two servers that start at the same time wait for one another.
pub async fn migrate(options: &PgConnectOptions) -> Result<(), sqlx::migrate::MigrateError> {
    use sqlx::ConnectOptions;
    // A connection of its own, without the limits of the pool: a migration may take its time.
    let mut connection = options.connect().await?;
    MIGRATIONS.run(&mut connection).await
}

/// Whether the database answers and every migration has run.
pub async fn is_ready(db: &PgPool) -> Result<bool, sqlx::migrate::MigrateError> {
    use sqlx::migrate::Migrate;
    let mut connection = db.acquire().await?;
    let applied = connection
        .list_applied_migrations(&MIGRATIONS.table_name)
        .await?;
    Ok(MIGRATIONS.iter().all(|migration| {
        applied
            .iter()
            .any(|other| other.version == migration.version)
    }))
}
