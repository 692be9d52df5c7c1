//! `sheetbrain serve`: from settings to a running server and back to nothing.

use std::io::Write;
use std::time::Duration;

use crate::clock::Clock;
use crate::config::Settings;
use crate::database::Database;
use crate::db::{Connections, OwnerPool};
use crate::error::chain;
use crate::maintenance::{self, Summary};
use crate::peer;
use crate::state::AppState;
use crate::{app, demo, serve};

/// How often the database is looked after.
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
    let retention_days = settings.retention.retention_days;
    tokio::spawn(maintain_daily(connections.owner(), retention_days, clock));
    AppState::start(settings, connections, clock)
}

/// The one line that others wait for.
fn announce(address: std::net::SocketAddr) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "listening on http://{address}")?;
    Ok(out.flush()?)
}

/// A server that runs for months still has a partition for the next one and keeps no more than it
/// should. Also done at the start: a server that is started anew each night never runs for a day.
async fn maintain_daily(owner: OwnerPool, retention_days: Option<u32>, clock: Clock) {
    let mut tick = tokio::time::interval(DAY);
    loop {
        tick.tick().await;
        let mut summary = Summary::default();
        let outcome = maintenance::run(&owner, retention_days, clock.now(), &mut summary).await;
        tracing::info!(?summary, "maintenance");
        if let Err(error) = outcome {
            tracing::warn!(error = %chain(&error), "maintenance was not finished; it goes on tomorrow");
        }
    }
}
