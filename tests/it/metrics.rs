//! The server's figures: true, and without a word about whose they are.

use reqwest::Method;
use serde_json::json;
use tests::Server;
use tests::program::{send, who};

/// The value of a line of the figures; 0 without it.
async fn figure(server: &Server, line: &str) -> f64 {
    let metrics = send(server.request(Method::GET, "/metrics"))
        .await
        .expect(200);
    assert!(
        metrics
            .header("content-type")
            .starts_with("text/plain; version=0.0.4")
    );
    let value = metrics
        .text
        .lines()
        .find_map(|text| text.strip_prefix(line)?.strip_prefix(' '));
    value.map_or(0.0, |value| value.parse().unwrap())
}

#[tokio::test]
async fn audits_and_refusals_are_counted() {
    let server = Server::start().await;
    let member = server.member("org:member").await;
    for number in 0..12 {
        let answer = server.audit(who(&member), &["=A1"]).await;
        assert_eq!(answer.status.is_success(), number < 10);
    }
    for (line, value) in [
        ("sheetbrain_audits_recorded_total", 10.0),
        (
            "sheetbrain_http_refusals_total{problem=\"quota-exceeded\",route=\"/api/audit\"}",
            2.0,
        ),
        (
            "sheetbrain_http_requests_total{method=\"POST\",route=\"/api/audit\",status=\"200\"}",
            10.0,
        ),
        (
            "sheetbrain_http_request_duration_seconds_count{method=\"POST\",route=\"/api/audit\"}",
            12.0,
        ),
        ("sheetbrain_audit_batch_size_sum", 12.0),
        ("sheetbrain_queue_depth{queue=\"recording\"}", 0.0),
    ] {
        assert!((figure(&server, line).await - value).abs() < 0.5, "{line}");
    }
    assert!(figure(&server, "sheetbrain_database_connections{state=\"idle\"}").await >= 1.0);
}

#[tokio::test]
async fn figures_name_nobody_and_nothing_that_was_asked_for() {
    let server = Server::start().await;
    let member = server.member("org:admin").await;
    let policy = json!({"title": "Secret plans", "content": "VLOOKUP must use exact match."});
    let stored = server
        .post(who(&member), "/api/policies", &policy)
        .await
        .expect(201)
        .json;
    let id = stored["policy"]["id"].as_str().unwrap();
    let _ = server
        .get(who(&member), &format!("/api/policies/{id}"))
        .await
        .expect(200);
    let _ = server.get(who(&member), "/no/such/address").await;
    let strange = Method::from_bytes(b"STRANGE").unwrap();
    let _ = send(server.request(strange, "/api/audit")).await;
    let organization = server.sql("SELECT id FROM organizations").await;
    let text = send(server.request(Method::GET, "/metrics"))
        .await
        .expect(200)
        .text;
    assert!(text.contains("route=\"/api/policies/{id}\""), "{text}");
    for word in [
        member.0.as_str(),
        &member.1,
        &organization,
        id,
        "Secret",
        "/no/such",
        "STRANGE",
        "ada@",
    ] {
        assert!(!text.contains(word), "{word}");
    }
}
