//! Opens the database that the settings name: the operator's, or a private PostgreSQL.

use std::path::PathBuf;

use anyhow::Context;
use embedded_postgres::{Cluster, DATABASE, Options, default_data_dir};
use sqlx::postgres::PgConnectOptions;

use crate::config::DatabaseSettings;
use crate::db::schema::{self, SchemaError};
use crate::db::{self, Connections};

/// A database whose schema is up to date.
#[derive(Debug)]
pub struct Database {
    /// Connections to it.
    pub connections: Connections,
    /// The private PostgreSQL, if it is one.
    cluster: Option<Cluster>,
}

impl Database {
    /// Opens the database and brings its schema up to date.
    pub async fn open(settings: &DatabaseSettings) -> anyhow::Result<Self> {
        let (options, cluster) = match settings.connect_options()? {
            Some(options) => (options, None),
            None => start_cluster(settings.clone()).await?,
        };
        let opened = connect(&options, settings.database_connections).await;
        match opened {
            Ok(connections) => Ok(Self {
                connections,
                cluster,
            }),
            Err(error) => {
                stop_cluster(cluster).await?;
                Err(error)
            }
        }
    }

    /// Closes the connections and stops the private PostgreSQL, unless another server uses it.
    pub async fn close(self) -> anyhow::Result<()> {
        self.connections.close().await;
        stop_cluster(self.cluster).await
    }
}

async fn connect(options: &PgConnectOptions, most: u32) -> anyhow::Result<Connections> {
    let unreachable = "the database can not be opened. Check DATABASE_URL, and that PostgreSQL runs and lets this user in";
    // Parameters that a pooler such as PgBouncer would refuse by default, and nothing here needs.
    let options = options.clone().extra_float_digits(None);
    schema::migrate(&options)
        .await
        .map_err(|error| match error {
            SchemaError::Unreachable(error) => anyhow::Error::new(error).context(unreachable),
            error => error.into(),
        })?;
    let connections = Connections::open(&options, most)
        .await
        .context(unreachable)?;
    db::audits::ensure_partitions(&connections.owner())
        .await
        .context(unreachable)?;
    Ok(connections)
}

async fn start_cluster(
    settings: DatabaseSettings,
) -> anyhow::Result<(PgConnectOptions, Option<Cluster>)> {
    let cluster = tokio::task::spawn_blocking(move || {
        let mut options = if settings.ephemeral {
            // Thrown away at the end, but nothing else is different from the real thing.
            let durability = embedded_postgres::Durability::Durable;
            Options {
                durability,
                ..Options::ephemeral(std::env::temp_dir())
            }
        } else {
            Options::persistent(data_dir(&settings)?)
        };
        options.search.bin_dir = settings.pg_bin;
        options.search.search_path = environment("PATH");
        let connections = settings
            .database_connections
            .saturating_mul(4)
            .saturating_add(20);
        options.max_connections = u16::try_from(connections).unwrap_or(u16::MAX);
        anyhow::Ok(Cluster::start(&options)?)
    })
    .await??;
    tracing::info!(folder = %cluster.data_dir().display(), "the private PostgreSQL runs");
    let options = cluster.url(DATABASE).parse()?;
    Ok((options, Some(cluster)))
}

fn data_dir(settings: &DatabaseSettings) -> anyhow::Result<PathBuf> {
    if let Some(folder) = &settings.data_dir {
        return Ok(folder.clone());
    }
    let (data_home, home) = (environment("XDG_DATA_HOME"), environment("HOME"));
    Ok(default_data_dir(data_home.as_deref(), home.as_deref())?)
}

/// Standard variables of the system, which are no settings of ours.
fn environment(name: &str) -> Option<std::ffi::OsString> {
    #[expect(
        clippy::disallowed_methods,
        reason = "PATH, HOME and XDG_DATA_HOME are not settings"
    )]
    std::env::var_os(name)
}

async fn stop_cluster(cluster: Option<Cluster>) -> anyhow::Result<()> {
    if let Some(cluster) = cluster {
        tokio::task::spawn_blocking(move || cluster.stop()).await??;
    }
    Ok(())
}
