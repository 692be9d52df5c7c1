//! Opens the database that the settings name: the operator's, or a private PostgreSQL.

use std::path::PathBuf;

use anyhow::{Context, ensure};
use embedded_postgres::{
    Client, Cluster, DATABASE, Options, Search, default_data_dir, has_cluster,
};
use sqlx::postgres::PgConnectOptions;

use crate::config::DatabaseSettings;
use crate::db::Connections;
use crate::db::schema::{self, SchemaError};
use crate::maintenance;

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
        Self::open_at(Place::open(settings).await?, settings.database_connections).await
    }

    /// Opens the database that is there, with up to `most` connections, and brings its schema up to
    /// date.
    pub async fn open_at(place: Place, most: u32) -> anyhow::Result<Self> {
        match place.connect(most).await {
            Ok(connections) => Ok(Self {
                connections,
                cluster: place.cluster,
            }),
            Err(error) => {
                place.close().await?;
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

/// What is said of a database that does not answer.
pub(crate) const UNREACHABLE: &str = "the database can not be opened. Check DATABASE_URL, and that PostgreSQL runs and lets this user in";

/// Where a database is, whatever is in it.
#[derive(Debug)]
pub struct Place {
    /// How to connect.
    pub options: PgConnectOptions,
    /// Where PostgreSQL's programs are looked for.
    search: Search,
    /// The private PostgreSQL, if it is one.
    cluster: Option<Cluster>,
}

impl Place {
    /// Finds the database; a private PostgreSQL is made if it is missing, and started or joined.
    pub async fn open(settings: &DatabaseSettings) -> anyhow::Result<Self> {
        let search = Search {
            bin_dir: settings.pg_bin.clone(),
            search_path: environment("PATH"),
            ..Search::default()
        };
        // Parameters that a pooler such as PgBouncer would refuse by default, and nothing here needs.
        if let Some(options) = settings.connect_options()? {
            return Ok(Self {
                options: options.extra_float_digits(None),
                search,
                cluster: None,
            });
        }
        let cluster = start_cluster(settings.clone(), search.clone()).await?;
        let options: PgConnectOptions = cluster.url(DATABASE).parse()?;
        Ok(Self {
            options: options.extra_float_digits(None),
            search,
            cluster: Some(cluster),
        })
    }

    /// Like [`Place::open`] for a database that must be there: makes no private PostgreSQL.
    pub async fn open_existing(settings: &DatabaseSettings) -> anyhow::Result<Self> {
        if settings.connect_options()?.is_none() {
            let folder = data_dir(settings)?;
            ensure!(
                has_cluster(&folder),
                "there is no database in {}. Name its folder with --data-dir or SHEETBRAIN_DATA_DIR, or its address with DATABASE_URL",
                folder.display()
            );
        }
        Self::open(settings).await
    }

    /// PostgreSQL's client programs for a server of this major version.
    pub fn client(&self, server_major: u32) -> anyhow::Result<Client> {
        match &self.cluster {
            Some(cluster) => Ok(cluster.client()),
            None => Ok(self.search.client(server_major)?),
        }
    }

    /// Brings the schema up to date and opens connections.
    pub async fn connect(&self, most: u32) -> anyhow::Result<Connections> {
        connect(&self.options, most).await
    }

    /// Stops the private PostgreSQL, unless another process uses it.
    pub async fn close(self) -> anyhow::Result<()> {
        stop_cluster(self.cluster).await
    }
}

async fn connect(options: &PgConnectOptions, most: u32) -> anyhow::Result<Connections> {
    schema::migrate(options)
        .await
        .map_err(|error| match error {
            SchemaError::Unreachable(error) => anyhow::Error::new(error).context(UNREACHABLE),
            error => error.into(),
        })?;
    let connections = Connections::open(options, most)
        .await
        .context(UNREACHABLE)?;
    maintenance::ensure_partitions(&connections.owner())
        .await
        .context(UNREACHABLE)?;
    Ok(connections)
}

async fn start_cluster(settings: DatabaseSettings, search: Search) -> anyhow::Result<Cluster> {
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
        options.search = search;
        let connections = settings
            .database_connections
            .saturating_mul(4)
            .saturating_add(20);
        options.max_connections = u16::try_from(connections).unwrap_or(u16::MAX);
        anyhow::Ok(Cluster::start(&options)?)
    })
    .await??;
    tracing::info!(folder = %cluster.data_dir().display(), "the private PostgreSQL runs");
    Ok(cluster)
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
