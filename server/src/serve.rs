//! Listens, answers, and stops without losing what was begun.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::ServiceExt;

use crate::peer::{Connected, Connections};

/// A client that has not sent its headers by then is cut off, also between two requests; it would
/// hold a connection for nothing.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// How long requests that have begun may take once the server stops.
const DRAIN: Duration = Duration::from_secs(30);
/// Files that are open besides the clients' connections: the database's, above all.
const OTHER_FILES: u64 = 256;

/// Takes the address, or says why it can not be had.
pub async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("{address} can not be listened on. If another server has it, choose another with --listen or SHEETBRAIN_LISTEN; port 0 takes a free one")
    })
}

/// Lets the process open as many files as the system allows it, and says how many clients that is.
///
/// The usual limit of 1,024 would be used up by a thousand idle clients.
#[must_use]
pub fn allow_connections(wanted: usize) -> usize {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    // Where it is not allowed, the limit stays what it was.
    let _ = setrlimit(Resource::Nofile, limit);
    let Some(files) = getrlimit(Resource::Nofile).current else {
        return wanted;
    };
    let left = files.saturating_sub(OTHER_FILES).max(1);
    wanted.min(usize::try_from(left).unwrap_or(usize::MAX))
}

/// Answers requests until `stop` is ready, then finishes those that have begun.
///
/// At most `most` clients are connected at a time: others wait until one leaves or is cut off.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    most: usize,
    connections: Connections,
    stop: impl Future<Output = ()>,
) {
    let mut builder = Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT);
    let places = Arc::new(Semaphore::new(most));
    let open = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        tokio::select! {
            accepted = accept(&listener, &places) => match accepted {
                Ok((stream, peer, place)) => {
                    // Beyond its share, the connection is closed by dropping it.
                    if let Some(connected) = connections.connect(peer.ip()) {
                        // Without delay: answers are written in one piece.
                        let _ = stream.set_nodelay(true);
                        answer(&builder, &open, &app, stream, peer, (place, connected));
                    }
                }
                Err(error) => {
                    // Out of file descriptors, most likely: the next try may find one.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
            () = &mut stop => break,
        }
    }
    drop(listener);
    tracing::info!("finishing the requests that have begun");
    if tokio::time::timeout(DRAIN, open.shutdown()).await.is_err() {
        tracing::warn!("some requests were not finished in time");
    }
}

/// The next client, once there is a place for it.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> std::io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await;
    let place = place.map_err(std::io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    Ok((stream, peer, place))
}

/// Serves one client; `held` is dropped when it is gone.
fn answer(
    builder: &Builder,
    open: &GracefulShutdown,
    app: &Router,
    stream: TcpStream,
    peer: SocketAddr,
    held: (OwnedSemaphorePermit, Connected),
) {
    let app = app.clone();
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        app.clone().oneshot(request)
    });
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    let connection = open.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection ended badly");
        }
        drop(held);
    });
}

/// Ready when the process is asked to stop.
pub fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).context("signals can not be received")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("signals can not be received")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
