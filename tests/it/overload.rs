//! More clients, longer bodies and more audits than there is room for: those who are served are served
//! as usual, the others are told when to try again, and nobody holds anything for nothing.
//!
//! `cargo bench -p tests --bench overload` does the same at full size.

use std::time::Duration;

use reqwest::Method;
use tests::load::{self, Audit, Connection};
use tests::program::{Start, send, who};
use tests::{GUIDE_FORMULAS, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How long a test waits for what must happen.
const PATIENCE: Duration = Duration::from_mins(1);

/// A client that has sent this much and then nothing.
async fn silent(server: &Server, sent: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(sent.as_bytes()).await.unwrap();
    stream
}

/// Whether the server hangs up.
async fn is_cut_off(mut stream: TcpStream) -> bool {
    let mut answer = Vec::new();
    let end = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
    end.is_ok()
}

#[tokio::test]
async fn clients_that_say_nothing_or_half_a_request_do_not_keep_others_from_being_served() {
    let server = Server::start().await;
    let member = server.member("org:admin").await;
    let mut clients = Vec::new();
    for _ in 0..100 {
        clients.push(silent(&server, "").await);
        clients.push(silent(&server, "POST /api/audit HTTP/1.1\r\nhost: loc").await);
    }
    let _ = server
        .audit(who(&member), &GUIDE_FORMULAS)
        .await
        .expect(200);
    for client in clients {
        assert!(is_cut_off(client).await);
    }
}

#[tokio::test]
async fn a_client_beyond_the_connections_is_served_when_another_one_leaves() {
    let server = Start::default()
        .with("SHEETBRAIN_MAX_CONNECTIONS", "1")
        .server()
        .await;
    let first = silent(&server, "").await;
    let waiting = tokio::spawn(send(server.request(Method::GET, "/api/health")));
    // Served already, it would be: nothing else keeps it waiting.
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!waiting.is_finished());
    drop(first);
    let _ = waiting.await.unwrap().expect(200);
}

#[tokio::test]
async fn audits_beyond_what_can_be_in_work_are_told_when_to_try_again() {
    let server = Start::default()
        .with("SHEETBRAIN_ANALYSIS_QUEUE", "2")
        .with("RATE_LIMIT_REQUESTS", "1000000")
        .argument("--demo")
        .server()
        .await;
    let audits = [Audit::by(("org_demo", "user_demo"))];
    let tally = load::audit(server.address(), &audits, 32, Duration::from_secs(1)).await;
    assert!(tally.wrong.is_empty(), "{:?}", tally.wrong);
    assert!(tally.refused > 0 && !tally.times.is_empty(), "{tally:?}");
    let recorded = server.sql("SELECT count(*) FROM audit_logs").await;
    assert_eq!(recorded, tally.times.len().to_string());
}

#[tokio::test]
async fn a_long_body_beyond_the_memory_is_refused_and_a_short_one_is_not() {
    let server = Start::default()
        .with("SHEETBRAIN_MAX_BODY_MEMORY", "20000")
        .server()
        .await;
    let member = server.member("org:admin").await;
    let long = server.audit(who(&member), &[&"=A1+A1".repeat(5000)]).await;
    let refused = long.expect_problem(503, "unavailable");
    assert!(!refused.header("retry-after").is_empty());
    let _ = server
        .audit(who(&member), &GUIDE_FORMULAS)
        .await
        .expect(200);
}

#[tokio::test]
async fn a_connection_serves_many_requests_one_after_the_other() {
    let server = Start::default().argument("--demo").server().await;
    let mut connection = Connection::open(server.address()).await.unwrap();
    let mut audit = Audit::by(("org_demo", "user_demo"));
    for number in 0..5 {
        let reply = connection.send(audit.numbered(number)).await.unwrap();
        assert_eq!(reply.status, 200, "{}", connection.answer());
    }
}
