//! Two promises at full size: two thousand clients that say nothing do not slow the others down, and
//! three times the load that the server can take leaves it doing what it can.
//!
//! README.md of this folder says how to run it; `tests/it/overload.rs` has the small forms.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints its result and ends at the first thing that is wrong"
)]

use std::time::Duration;

use tests::load::{self, Audit, Tally};
use tests::measured::Measured;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// Clients that say nothing, or half a request.
const SILENT: usize = 2000;
/// Connections of the healthy ones.
const HEALTHY: usize = 16;
/// Connections with which the server does the most.
const PEAK: usize = 64;
/// How much more than that it gets in the end.
const TIMES: usize = 3;
/// Audits in work at the same time.
const IN_WORK: &str = "96";
/// How long each measurement takes: not as long as a silent client is borne.
const TIME: Duration = Duration::from_secs(6);

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build();
    runtime.unwrap().block_on(run());
}

async fn run() {
    let measured = Measured::start(&[("SHEETBRAIN_ANALYSIS_QUEUE", IN_WORK)]).await;
    let audits = measured.one_organization().await;
    let _ = load(&measured, &audits, HEALTHY).await;
    let mut usual = load(&measured, &audits, HEALTHY).await;
    let clients = silent_clients(&measured.address).await;
    let mut beside = load(&measured, &audits, HEALTHY).await;
    drop(clients);
    println!(
        "p99 {:.1} ms alone, {:.1} ms beside {SILENT} silent clients: {:.2} times",
        usual.p99().as_secs_f64() * 1000.0,
        beside.p99().as_secs_f64() * 1000.0,
        beside.p99().as_secs_f64() / usual.p99().as_secs_f64(),
    );

    let peak = load(&measured, &audits, PEAK).await;
    let over = load(&measured, &audits, TIMES * PEAK).await;
    println!(
        "{:.0} audits/s of {PEAK} callers, {:.0} of {} ({:.0} %), {} told to wait; at most {} MiB",
        peak.rate(),
        over.rate(),
        TIMES * PEAK,
        100.0 * over.rate() / peak.rate(),
        over.refused,
        measured.peak_memory(),
    );
    measured.stop().await;
}

/// Every answer is a success, or says when to try again.
async fn load(measured: &Measured, audits: &[Audit], connections: usize) -> Tally {
    let tally = load::audit(&measured.address, audits, connections, TIME).await;
    assert!(tally.wrong.is_empty(), "{:?}", tally.wrong);
    tally
}

async fn silent_clients(address: &str) -> Vec<TcpStream> {
    let mut clients = Vec::new();
    for number in 0..SILENT {
        let mut client = TcpStream::connect(address).await.unwrap();
        if number % 2 == 0 {
            client
                .write_all(b"POST /api/audit HTTP/1.1\r\nhost: loc")
                .await
                .unwrap();
        }
        clients.push(client);
    }
    clients
}
