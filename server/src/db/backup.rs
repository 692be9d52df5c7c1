//! What a backup asks of the database it is made of, and a restore of the one it goes to.

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection};

use super::OwnerPool;

/// A database as it is found.
#[derive(Clone, Debug)]
pub struct Found {
    /// The name of the database.
    pub name: String,
    /// The major version of the server, such as 15.
    pub server_major: u32,
    /// Whether the schema of this program is there.
    pub has_schema: bool,
    /// A table in `public` that is there, if there is one.
    pub table: Option<String>,
}

impl Found {
    /// Whether there is nothing of anybody's where a backup would go.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.has_schema && self.table.is_none()
    }
}

/// Looks at a database.
pub async fn look_at(options: &PgConnectOptions) -> Result<Found, sqlx::Error> {
    let mut connection = options.connect().await?;
    let found = found(&mut connection).await?;
    connection.close().await?;
    Ok(found)
}

async fn found(connection: &mut PgConnection) -> Result<Found, sqlx::Error> {
    let row = sqlx::query!(
        r#"
        SELECT current_database()::text AS "name!",
               current_setting('server_version_num')::integer / 10000 AS "server_major!",
               to_regnamespace('sheetbrain') IS NOT NULL AS "has_schema!",
               (SELECT c.relname::text FROM pg_class c
                WHERE c.relnamespace = to_regnamespace('public') AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
                  AND NOT EXISTS (SELECT FROM pg_depend d
                                  WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
                ORDER BY c.relname LIMIT 1) AS "table?"
        "#
    )
    .fetch_one(connection)
    .await?;
    Ok(Found {
        name: row.name,
        server_major: u32::try_from(row.server_major).unwrap_or_default(),
        has_schema: row.has_schema,
        table: row.table,
    })
}

/// Holds off servers that would make a schema, and other restores. Given back when dropped.
#[derive(Debug)]
pub struct Reserved {
    connection: PgConnection,
    /// The database, as it was when the others were held off.
    pub found: Found,
}

/// Reserves a database for a restore; waits for a server that is making its schema.
pub async fn reserve(options: &PgConnectOptions) -> Result<Reserved, sqlx::Error> {
    let mut connection = options.connect().await?;
    // A transaction's lock, as `schema::migrate` takes it; so the transaction stays open and idle.
    sqlx::raw_sql("BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0")
        .execute(&mut connection)
        .await?;
    sqlx::query_scalar!("SELECT pg_advisory_xact_lock(hashtext('sheetbrain.migrate'))")
        .fetch_one(&mut connection)
        .await?;
    let found = found(&mut connection).await?;
    Ok(Reserved { connection, found })
}

impl Reserved {
    /// Lets the others in.
    pub async fn release(self) -> Result<(), sqlx::Error> {
        self.connection.close().await
    }
}

/// What a database needs after it was filled by other programs: nobody else let in, and figures for
/// the planner.
pub async fn finish_restore(db: &OwnerPool) -> Result<(), sqlx::Error> {
    let mut transaction = db.begin().await?;
    sqlx::raw_sql("SET LOCAL statement_timeout = 0")
        .execute(&mut *transaction)
        .await?;
    sqlx::query!("SELECT sheetbrain.close_public()")
        .fetch_one(&mut *transaction)
        .await?;
    sqlx::query!("ANALYZE").execute(&mut *transaction).await?;
    transaction.commit().await
}
