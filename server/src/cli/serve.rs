//! `sheetbrain serve`: from settings to a running server and back to nothing.

use std::io::Write;
use std::time::Duration;

use crate::clock::Clock;
use crate::config::Settings;
use crate::database::Database;
use crate::db::{Connections, OwnerPool};
use crate::error::chain;
use crate::peer;
use crate::state::AppState;
use crate::{app, db, demo, serve};

/// How often the log's partitions are looked after.
const DAY: Duration = Duration::from_hours(24);

pub(super) async fn run(settings: Settings) -> anyhow::Result<()> {
    settings.check()?;
    // Before anything that takes time, so that a taken port is said at once; and before the
    // database, so that a signal during its start still stops it in order.
    let listener = serve::bind(settings.listen).await?;
    let stop = serve::stop_signal()?;
    let address = listener.local_addr()?;
    let clock = Clock::system();
    let database = Database::open(&settings.database).await?;
    let prepared = prepare(&settings, &database.connections, clock).await;
    if let Ok(state) = prepared {
        let app = app::build(state.clone(), &settings);
        announce(address)?;
        let limits = &settings.limits;
        let most = serve::allow_connections(limits.max_connections as usize);
        let per_address = limits.max_connections_per_ip as usize;
        let connections = peer::Connections::limited(per_address, &settings.trusted_proxies);
        serve::serve(listener, app, most, connections, stop).await;
        state.rate.close(&database.connections.writer()).await;
        database.close().await
    } else {
        database.close().await?;
        prepared.map(|_| ())
    }
}

async fn prepare(
    settings: &Settings,
    connections: &Connections,
    clock: Clock,
) -> anyhow::Result<AppState> {
    if settings.demo {
        demo::prepare(connections, clock).await?;
    }
    tokio::spawn(look_after_partitions(connections.owner()));
    AppState::start(settings, connections, clock)
}

/// The one line that others wait for.
fn announce(address: std::net::SocketAddr) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "listening on http://{address}")?;
    Ok(out.flush()?)
}

/// A server that runs for months still has a partition for the next one.
async fn look_after_partitions(owner: OwnerPool) {
    let mut tick = tokio::time::interval(DAY);
    // The first tick is now, and opening the database has just done it.
    tick.tick().await;
    loop {
        tick.tick().await;
        if let Err(error) = db::audits::ensure_partitions(&owner).await {
            tracing::warn!(error = %chain(&error), "the next partitions of audit_logs could not be made; trying again tomorrow");
        }
    }
}
