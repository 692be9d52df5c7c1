//! The only ways to the database. A transaction begins by leaving the role that the server logs in
//! with, so no statement runs with more rights than its transaction is meant to have, and a
//! statement that reads an organization's data can not be written without saying which one.
//!
//! The role is taken in the transaction and not at log-in: that also holds behind PgBouncer, where
//! only a transaction is sure to stay on one connection.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::pool::{CloseEvent, PoolConnection};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions, PgTransaction};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection as _, Error, Postgres};
use uuid::Uuid;

/// After so long without use, a connection is tried before it is used.
const RESTED: Duration = Duration::from_secs(1);
/// How long a connection is waited for.
const PATIENCE: Duration = Duration::from_secs(5);
/// Makes a transaction one that crosses organizations.
const AS_WRITER: &str = "SET LOCAL ROLE sheetbrain_writer";

/// Connections to the database, shared by the three kinds of pools.
#[derive(Clone, Debug)]
pub struct Connections {
    pool: PgPool,
    /// The one that is kept by who records audits.
    kept: PgPool,
    /// How every transaction begins: in one message, so it costs no more than a bare `BEGIN`.
    begin: Arc<str>,
}

impl Connections {
    /// Opens up to `most` connections, two at least.
    pub async fn open(options: &PgConnectOptions, most: u32) -> Result<Self, Error> {
        let named = options.clone().application_name("sheetbrain");
        let kept = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(PATIENCE)
            .connect_lazy_with(named.clone());
        let pool = PgPoolOptions::new()
            .max_connections(most.saturating_sub(1).max(1))
            .acquire_timeout(PATIENCE)
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
            .connect_with(named)
            .await?;
        Ok(Self {
            pool,
            kept,
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

    /// For who writes all the time, once.
    #[must_use]
    pub fn kept_writer(&self) -> KeptWriter {
        KeptWriter {
            connections: self.clone(),
            kept: None,
            used_at: None,
        }
    }

    /// For the upkeep of the schema.
    #[must_use]
    pub fn owner(&self) -> OwnerPool {
        OwnerPool(self.clone())
    }

    /// How many connections are open, and how many of them do nothing. The kept one is busy for as
    /// long as it is kept.
    fn load(&self) -> PoolLoad {
        PoolLoad {
            open: self.pool.size() + self.kept.size(),
            idle: self.pool.num_idle() + self.kept.num_idle(),
        }
    }

    /// Closes every connection, once it is given back.
    pub async fn close(&self) {
        tokio::join!(self.pool.close(), self.kept.close());
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
        self.0.begin(AS_WRITER).await
    }

    /// How busy the connections are, which all kinds of pools share.
    #[must_use]
    pub fn load(&self) -> PoolLoad {
        self.0.load()
    }
}

/// One connection as the role `sheetbrain_writer`, kept between transactions by who writes all the
/// time.
///
/// The shared ones take turns: each of them has to plan every statement, read the catalogs and map
/// the memory for itself, and is asked after every transaction whether it still works.
#[derive(Debug)]
pub struct KeptWriter {
    connections: Connections,
    kept: Option<PoolConnection<Postgres>>,
    /// When it last ended a transaction well; `None` when it did not.
    used_at: Option<Instant>,
}

impl KeptWriter {
    /// Tells when the connections are closed: then the kept one is wanted back.
    #[must_use]
    pub fn closed(&self) -> CloseEvent {
        self.connections.kept.close_event()
    }

    /// Begins a transaction.
    pub async fn begin(&mut self) -> Result<KeptTx<'_>, Error> {
        let used_at = self.used_at.take();
        if used_at.is_none_or(|used_at| used_at.elapsed() > RESTED) {
            // Given back, it is tried, and replaced if it does not work.
            self.kept = None;
        }
        let connection = match self.kept.take() {
            Some(connection) => connection,
            None => self.connections.kept.acquire().await?,
        };
        let begin = format!("{}{AS_WRITER}", self.connections.begin);
        let connection = self.kept.insert(connection);
        Ok(KeptTx {
            transaction: connection.begin_with(AssertSqlSafe(begin)).await?,
            used_at: &mut self.used_at,
        })
    }
}

/// A transaction on the connection of a [`KeptWriter`]. Dropped, it is rolled back.
#[derive(Debug)]
pub struct KeptTx<'a> {
    transaction: PgTransaction<'a>,
    used_at: &'a mut Option<Instant>,
}

impl KeptTx<'_> {
    /// Ends it and keeps what it did.
    pub async fn commit(self) -> Result<(), Error> {
        self.transaction.commit().await?;
        *self.used_at = Some(Instant::now());
        Ok(())
    }
}

impl Deref for KeptTx<'_> {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.transaction
    }
}

impl DerefMut for KeptTx<'_> {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.transaction
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
