//! Quotas, rates and sizes: exact, and nothing is counted for what is refused.

use std::time::Duration;

use futures::future::join_all;
use reqwest::Method;
use serde_json::json;
use tests::Server;
use tests::answer::Answer;
use tests::load::{self, Audit};
use tests::program::{Start, send, who};
use tests::stripe::Stripe;

fn count(answers: &[Answer], status: u16) -> usize {
    answers
        .iter()
        .filter(|answer| answer.status.as_u16() == status)
        .count()
}

#[tokio::test]
async fn of_forty_parallel_audits_on_a_quota_of_ten_ten_are_admitted_counted_and_logged() {
    let server = Server::start().await;
    let member = server.member("org:admin").await;
    let answers = join_all((0..40).map(|_| server.audit(who(&member), &["=A1"]))).await;
    assert_eq!((count(&answers, 200), count(&answers, 429)), (10, 30));
    let mut used: Vec<_> = answers
        .iter()
        .filter_map(|answer| answer.json["usage"]["used"].as_i64())
        .collect();
    used.sort_unstable();
    assert_eq!(used, (1..=10).collect::<Vec<_>>());
    assert_eq!(server.sql("SELECT count FROM audit_usage").await, "10");
    assert_eq!(server.sql("SELECT count(*) FROM audit_logs").await, "10");
}

#[tokio::test]
async fn the_quota_is_exact_with_two_servers() {
    let server = Server::start().await;
    let other = Start::default().on(&server.database).server().await;
    let member = server.member("org:admin").await;
    let audits = (0..40)
        .map(|number| if number % 2 == 0 { &server } else { &other }.audit(who(&member), &["=A1"]));
    let answers = join_all(audits).await;
    assert_eq!(count(&answers, 200), 10);
    assert_eq!(server.sql("SELECT count(*) FROM audit_logs").await, "10");
}

#[tokio::test]
async fn the_organizations_rate_is_exact_with_two_servers() {
    let settings = |start: Start| {
        start
            .with("RATE_LIMIT_REQUESTS", "7")
            .with("RATE_LIMIT_WINDOW_MS", "600000")
    };
    let server = settings(Start::default()).server().await;
    let other = settings(Start::default().on(&server.database))
        .server()
        .await;
    let member = server.member("org:admin").await;
    let audits = (0..30)
        .map(|number| if number % 2 == 0 { &server } else { &other }.audit(who(&member), &["=A1"]));
    let answers = join_all(audits).await;
    assert_eq!((count(&answers, 200), count(&answers, 429)), (7, 23));
    assert_eq!(
        server
            .sql("SELECT request_count FROM rate_limit_buckets")
            .await,
        "7"
    );
    let refused = server
        .audit(who(&member), &["=A1"])
        .await
        .expect_problem(429, "rate-limited");
    assert_eq!(refused.header("x-ratelimit-limit"), "7");
    assert_eq!(refused.header("x-ratelimit-remaining"), "0");
    assert_eq!(
        refused.header("ratelimit-policy"),
        "\"organization\";q=7;w=600"
    );
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=600).contains(&wait), "{wait}");
}

#[tokio::test]
async fn of_a_thousand_calls_to_two_servers_a_hundred_are_admitted() {
    let server = Server::start().await;
    let other = Start::default().on(&server.database).server().await;
    let member = without_quota(&server).await;
    let mut answers = Vec::new();
    for _ in 0..10 {
        let audits = (0..100).map(|number| {
            let server = if number % 2 == 0 { &server } else { &other };
            server.audit(who(&member), &["=A1"])
        });
        answers.extend(join_all(audits).await);
    }
    assert_eq!((count(&answers, 200), count(&answers, 429)), (100, 900));
    let counted = "SELECT request_count FROM rate_limit_buckets";
    assert_eq!(server.sql(counted).await, "100");
}

/// A member of an organization whose plan has no limit.
async fn without_quota(server: &Server) -> (String, String) {
    let member = server.member("org:admin").await;
    server
        .execute(
            "INSERT INTO subscriptions (organization_id, plan, status)
             SELECT id, 'enterprise', 'active' FROM organizations",
        )
        .await;
    member
}

/// Two busy servers with that limit, and what each answered when both had refused something.
async fn busy_until_refused(limit: &str) -> (Server, Server, usize) {
    let settings = |start: Start| {
        start
            .with("RATE_LIMIT_REQUESTS", limit)
            .with("RATE_LIMIT_WINDOW_MS", "86400000")
    };
    let server = settings(Start::default()).server().await;
    let other = settings(Start::default().on(&server.database))
        .server()
        .await;
    let member = without_quota(&server).await;
    let audits = [Audit::by(who(&member))];
    let (mut admitted, mut refused) = (0, 0);
    while refused == 0 {
        let time = Duration::from_millis(200);
        let (one, two) = tokio::join!(
            load::audit(server.address(), &audits, 16, time),
            load::audit(other.address(), &audits, 16, time)
        );
        assert!(
            one.wrong.is_empty() && two.wrong.is_empty(),
            "{one:?} {two:?}"
        );
        admitted += one.times.len() + two.times.len();
        refused = one.refused.min(two.refused);
    }
    (server, other, admitted)
}

#[tokio::test]
async fn what_two_busy_servers_take_ahead_of_time_is_exact_too() {
    let (server, _other, admitted) = busy_until_refused("1000").await;
    assert_eq!(admitted, 1000);
    let counted = "SELECT request_count FROM rate_limit_buckets";
    assert_eq!(server.sql(counted).await, "1000");
    assert_eq!(server.sql("SELECT count(*) FROM audit_logs").await, "1000");
    assert_eq!(server.sql("SELECT count FROM audit_usage").await, "1000");
}

#[tokio::test]
async fn what_was_taken_ahead_of_time_is_given_back_when_a_server_stops() {
    let server = Start::default()
        .with("RATE_LIMIT_REQUESTS", "100000000")
        .with("RATE_LIMIT_WINDOW_MS", "86400000")
        .server()
        .await;
    let member = without_quota(&server).await;
    let time = Duration::from_millis(200);
    let audits = [Audit::by(who(&member))];
    let tally = load::audit(server.address(), &audits, 16, time).await;
    let db = server.db.clone();
    assert!(server.stop().await.success());
    let counted = sqlx::raw_sql("SELECT request_count FROM rate_limit_buckets")
        .fetch_one(&db)
        .await
        .unwrap();
    let counted: i32 = sqlx::Row::get(&counted, 0);
    assert_eq!(usize::try_from(counted).unwrap(), tally.times.len());
}

#[tokio::test]
async fn a_new_window_admits_again() {
    let server = Start::default()
        .with("RATE_LIMIT_REQUESTS", "1")
        .with("RATE_LIMIT_WINDOW_MS", "60000")
        .server()
        .await;
    let member = server.member("org:admin").await;
    let _ = server.audit(who(&member), &["=A1"]).await.expect(200);
    let _ = server.audit(who(&member), &["=A1"]).await.expect(429);
    server
        .execute("UPDATE rate_limit_buckets SET window_reset_at = now() - interval '1 second'")
        .await;
    let admitted = server.audit(who(&member), &["=A1"]).await.expect(200);
    assert_eq!(admitted.header("x-ratelimit-remaining"), "0");
}

#[tokio::test]
async fn one_address_is_limited_before_anything_else() {
    let server = Start::default()
        .with("RATE_LIMIT_PER_IP", "1")
        .server()
        .await;
    let answers = join_all((0..12).map(|_| send(server.request(Method::GET, "/api/health")))).await;
    // A burst is four times the rate.
    assert!(count(&answers, 429) >= 6, "{}", count(&answers, 429));
    let refused = answers
        .into_iter()
        .find(|answer| answer.status == 429)
        .unwrap();
    let refused = refused.expect_problem(429, "rate-limited");
    assert!(!refused.header("retry-after").is_empty());
}

#[tokio::test]
async fn what_is_too_large_is_refused_and_not_counted() {
    let server = Start::default()
        .with("SHEETBRAIN_MAX_FORMULAS", "2")
        .with("SHEETBRAIN_MAX_AUDIT_BYTES", "1000")
        .with("SHEETBRAIN_MAX_INGEST_BYTES", "1000")
        .server()
        .await;
    let member = server.member("org:admin").await;
    let _ = server
        .audit(who(&member), &["=A1", "=A2", "=A3"])
        .await
        .expect_problem(413, "too-large");
    let _ = server
        .audit(who(&member), &[&"=A1".repeat(400)])
        .await
        .expect_problem(413, "too-large");
    let policy = json!({"title": "Long", "content": "INDIRECT must not be used. ".repeat(50)});
    let _ = server
        .post(who(&member), "/api/ingest", &policy)
        .await
        .expect_problem(413, "too-large");
    assert_eq!(server.sql("SELECT count(*) FROM audit_logs").await, "0");
    assert_eq!(
        server
            .sql("SELECT coalesce(sum(count), 0) FROM audit_usage")
            .await,
        "0"
    );
    assert_eq!(
        server.sql("SELECT success FROM ingestion_logs").await,
        "false"
    );
}

#[tokio::test]
async fn booking_and_the_portal_take_from_the_rate() {
    let stripe = Stripe::start().await;
    let settings = stripe.settings().with("RATE_LIMIT_REQUESTS", "2");
    let server = settings.server().await;
    let member = server.member("org:admin").await;
    let post = async |path: &str, body| server.post(who(&member), path, &body).await;
    let booked = post("/api/billing", json!({"plan": "free"}))
        .await
        .expect(200);
    assert_eq!(booked.header("x-ratelimit-remaining"), "1");
    let portal = post("/api/billing/portal", json!({})).await;
    let _ = portal.expect_problem(409, "conflict");
    let refused = post("/api/billing", json!({"plan": "free"})).await;
    let _ = refused.expect_problem(429, "rate-limited");
}
