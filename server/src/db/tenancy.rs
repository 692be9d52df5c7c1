//! The only ways to the database. A transaction begins by leaving the role that the server logs in
//! with, so no statement runs with more rights than its transaction is meant to have, and a
//! statement that reads an organization's data can not be written without saying which one.
//!
//! The role is taken in the transaction and not at log-in: that also holds behind PgBouncer, where
//! only a transaction is sure to stay on one connection.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions, PgTransaction};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection as _, Error};
use uuid::Uuid;

/// After so long without use, a connection is tried before it is used.
const RESTED: Duration = Duration::from_secs(1);

/// Connections to the database, shared by the three kinds of pools.
#[derive(Clone, Debug)]
pub struct Connections {
    pool: PgPool,
    /// How every transaction begins: in one message, so it costs no more than a bare `BEGIN`.
    begin: Arc<str>,
}

impl Connections {
    /// Opens up to `most` connections.
    pub async fn open(options: &PgConnectOptions, most: u32) -> Result<Self, Error> {
        let pool = PgPoolOptions::new()
            .max_connections(most)
            .acquire_timeout(Duration::from_secs(5))
            .test_before_acquire(false)
            .before_acquire(|connection, state| {
                Box::pin(async move {
                    // One that has just been used needs no question whether it still works.
                    if state.idle_for > RESTED {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .connect_with(options.clone().application_name("sheetbrain"))
            .await?;
        Ok(Self {
            pool,
            begin: begin(options).into(),
        })
    }

    /// For the data of one organization at a time.
    #[must_use]
    pub fn tenants(&self) -> TenantPool {
        TenantPool(self.clone())
    }

    /// For what crosses organizations.
    #[must_use]
    pub fn writer(&self) -> WriterPool {
        WriterPool(self.clone())
    }

    /// For the upkeep of the schema.
    #[must_use]
    pub fn owner(&self) -> OwnerPool {
        OwnerPool(self.clone())
    }

    /// How many connections are open, and how many of them do nothing.
    fn load(&self) -> PoolLoad {
        PoolLoad {
            open: self.pool.size(),
            idle: self.pool.num_idle(),
        }
    }

    /// Closes every connection.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    async fn begin(&self, settings: &str) -> Result<PgTransaction<'static>, Error> {
        let statement = format!("{}{settings}", self.begin);
        // Nothing in it comes from a caller but an organization's id, which is a UUID.
        self.pool.begin_with(AssertSqlSafe(statement)).await
    }
}

/// How busy the connections are.
#[derive(Clone, Copy, Debug)]
pub struct PoolLoad {
    /// Connections that are open.
    pub open: u32,
    /// Those of them that do nothing.
    pub idle: usize,
}

/// The statements that begin a transaction on these connections.
fn begin(options: &PgConnectOptions) -> String {
    let mut begin =
        "BEGIN; SET LOCAL statement_timeout = '5s'; SET LOCAL lock_timeout = '2s'; ".to_owned();
    // Without a cache, statements are still prepared under names, which behind PgBouncer another
    // client may have left on the same connection.
    let address = options.to_url_lossy();
    let uncached = address
        .query_pairs()
        .any(|(name, value)| name == "statement-cache-capacity" && value == "0");
    if uncached {
        begin.push_str("DEALLOCATE ALL; ");
    }
    begin
}

/// Connections that see one organization in each transaction, as the role `sheetbrain_app`.
#[derive(Clone, Debug)]
pub struct TenantPool(Connections);

impl TenantPool {
    /// Begins a transaction in which this organization is all there is.
    pub async fn begin(&self, organization_id: Uuid) -> Result<TenantTx, Error> {
        let settings =
            format!("SET LOCAL ROLE sheetbrain_app; SET LOCAL app.org = '{organization_id}'");
        Ok(TenantTx {
            transaction: self.0.begin(&settings).await?,
            organization_id,
        })
    }
}

/// A transaction in which one organization is all there is. Dropped, it is rolled back.
#[derive(Debug)]
pub struct TenantTx {
    transaction: PgTransaction<'static>,
    organization_id: Uuid,
}

impl TenantTx {
    /// Whose data it is.
    #[must_use]
    pub fn organization_id(&self) -> Uuid {
        self.organization_id
    }

    /// What statements run on: nobody outside of this folder can run any.
    pub(super) fn connection(&mut self) -> &mut PgConnection {
        &mut self.transaction
    }

    /// Ends it and keeps what it did.
    pub async fn commit(self) -> Result<(), Error> {
        self.transaction.commit().await
    }
}

/// Connections that cross organizations, as the role `sheetbrain_writer`: for who is who and for
/// the record of audits, and without the right to anything else.
#[derive(Clone, Debug)]
pub struct WriterPool(Connections);

impl WriterPool {
    /// Begins a transaction.
    pub async fn begin(&self) -> Result<PgTransaction<'static>, Error> {
        self.0.begin("SET LOCAL ROLE sheetbrain_writer").await
    }

    /// How busy the connections are, which all kinds of pools share.
    #[must_use]
    pub fn load(&self) -> PoolLoad {
        self.0.load()
    }
}

/// Connections as the role that the server logs in with and that owns the schema. No request gets
/// hold of it.
#[derive(Clone, Debug)]
pub struct OwnerPool(Connections);

impl OwnerPool {
    /// Begins a transaction.
    pub async fn begin(&self) -> Result<PgTransaction<'static>, Error> {
        self.0.begin("").await
    }
}
