//! Clerk's webhooks: only authentic ones, each once, in any order.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::stream::{self, StreamExt};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, ConnectOptions};
use tests::clerk::{SECRET, now, sign, sign_with};
use tests::order::permuted;
use tests::program::{Start, who};
use tests::{Clerk, Server};

/// Histories in the test command, and in a longer run.
const HISTORIES: usize = 1000;

fn histories() -> usize {
    #[expect(
        clippy::disallowed_methods,
        reason = "how a longer run is asked for, which is no setting of the server"
    )]
    let wanted = std::env::var("SHEETBRAIN_WEBHOOK_HISTORIES").ok();
    wanted.map_or(HISTORIES, |wanted| wanted.parse().expect("a number"))
}

/// What the database says of identities, one line each, without ids and times of its own.
const STATE: &str = "SELECT string_agg(line, E'\n') FROM (
    SELECT concat_ws(' ', clerk_org_id, name, slug) FROM organizations
    UNION ALL SELECT concat_ws(' ', u.clerk_user_id, u.email, u.name, o.clerk_org_id)
        FROM users u LEFT JOIN organizations o ON o.id = u.organization_id
    UNION ALL SELECT concat_ws(' ', m.clerk_membership_id, o.clerk_org_id, u.clerk_user_id, m.role)
        FROM sheetbrain.memberships m JOIN organizations o ON o.id = m.organization_id
        JOIN users u ON u.id = m.user_id) AS state (line)";

/// Two histories in which everything happens between them: created, renamed, promoted, left, deleted.
fn history(clerk: &Clerk, number: usize) -> Vec<Value> {
    let [org_1, org_2] = [1, 2].map(|place| format!("org_{place}_{number}"));
    let [user_1, user_2] = [1, 2].map(|place| format!("user_{place}_{number}"));
    let member = |kind: &str, org: &str, user: &str, role: &str| {
        clerk.membership(&format!("organizationMembership.{kind}"), org, user, role)
    };
    if number.is_multiple_of(2) {
        return vec![
            clerk.organization("organization.created", &org_1, "Acme"),
            clerk.user("user.created", &user_1, "ada@example.com"),
            member("created", &org_1, &user_1, "org:member"),
            clerk.user("user.updated", &user_1, "ada@acme.example"),
            clerk.organization("organization.updated", &org_1, "Acme Holding"),
            member("updated", &org_1, &user_1, "org:editor"),
        ];
    }
    vec![
        member("created", &org_1, &user_1, "org:editor"),
        clerk.organization("organization.updated", &org_1, "Acme Holding"),
        clerk.user("user.updated", &user_1, "ada@acme.example"),
        member("created", &org_1, &user_2, "org:admin"),
        member("created", &org_2, &user_1, "org:admin"),
        member("deleted", &org_1, &user_2, "org:admin"),
        clerk.deleted("user.deleted", &user_2),
        clerk.deleted("organization.deleted", &org_2),
    ]
}

/// What every order of either history must end in.
fn end(number: usize) -> [String; 3] {
    [
        format!("org_1_{number} Acme Holding acme-holding"),
        format!("user_1_{number} ada@acme.example Ada Lovelace org_1_{number}"),
        format!("orgmem_org_1_{number}_user_1_{number} org_1_{number} user_1_{number} editor"),
    ]
}

/// Delivers one history in one of its orders, a third of it twice.
async fn deliver(server: &Server, number: usize) {
    let messages: Vec<_> = history(&server.clerk, number).iter().map(sign).collect();
    // Orders 0 and 1 are those in which they were sent.
    let order = if number < 2 {
        messages
    } else {
        permuted(&messages, number)
    };
    for (place, message) in order.iter().enumerate() {
        let _ = server.deliver(message).await.expect(204);
        if place % 3 == number % 3 {
            let _ = server.deliver(message).await.expect(204);
        }
    }
}

#[tokio::test]
async fn any_order_and_repetition_of_a_history_ends_in_the_same_state() {
    let database = tests::database::create().await;
    // What is tested is the order of events and not the disk, which would take most of the time.
    let mut connection = database.connect().await.unwrap();
    let name = database.get_database().unwrap();
    let settings = format!("ALTER DATABASE {name} SET synchronous_commit = off");
    sqlx::raw_sql(AssertSqlSafe(settings))
        .execute(&mut connection)
        .await
        .unwrap();
    let server = Start::default().on(&database).server().await;
    let deliveries = (0..histories()).map(|number| deliver(&server, number));
    stream::iter(deliveries)
        .buffer_unordered(8)
        .collect::<Vec<()>>()
        .await;
    let state = server.sql(STATE).await;
    let state: BTreeSet<String> = state.lines().map(str::to_owned).collect();
    let expected: BTreeSet<String> = (0..histories()).flat_map(end).collect();
    let wrong: Vec<_> = state.symmetric_difference(&expected).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn an_event_that_meets_no_database_is_sent_again_and_then_applied() {
    let database = tests::database::create().await;
    // The way to the database is a link, which can be taken away.
    let link = format!("/tmp/way-{}", tests::database::random_id().simple());
    let socket = database
        .get_socket()
        .expect("the cluster has a socket")
        .clone();
    std::os::unix::fs::symlink(&socket, &link).unwrap();
    let server = Start::default()
        .on(&database.clone().socket(&link))
        .looking_into(&database)
        .server()
        .await;
    let message = sign(
        &server
            .clerk
            .user("user.created", "user_1", "ada@example.com"),
    );
    std::fs::remove_file(&link).unwrap();
    let end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
               WHERE datname = current_database() AND application_name = 'sheetbrain'";
    assert_ne!(server.sql(end).await, "0");
    let away = server
        .deliver(&message)
        .await
        .expect_problem(503, "unavailable");
    assert_eq!(away.header("retry-after"), "1");
    assert_eq!(server.sql("SELECT count(*) FROM users").await, "0");
    std::os::unix::fs::symlink(&socket, &link).unwrap();
    // As long as the answer says: other connections that have just been used may be broken too.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let _ = server.deliver(&message).await.expect(204);
    assert_eq!(
        server.sql("SELECT email FROM users").await,
        "ada@example.com"
    );
    std::fs::remove_file(&link).unwrap();
}

#[tokio::test]
async fn a_message_that_breaks_off_is_refused() {
    let server = Server::start().await;
    let whole = sign(
        &server
            .clerk
            .user("user.created", "user_1", "ada@example.com"),
    );
    for length in (0..whole.body.len()).step_by(7) {
        let mut broken = whole.clone();
        broken.body.truncate(length);
        let _ = server
            .deliver(&broken)
            .await
            .expect_problem(401, "webhook-rejected");
    }
    for signature in ["v1,", "v1,AAAA", "v2,AAAA", "", "v1"] {
        let mut broken = whole.clone();
        broken.signature = signature.to_owned();
        let _ = server
            .deliver(&broken)
            .await
            .expect_problem(401, "webhook-rejected");
    }
    assert_eq!(
        server
            .sql("SELECT count(*) FROM sheetbrain.webhook_events")
            .await,
        "0"
    );
}

#[tokio::test]
async fn a_message_for_another_id_or_time_is_refused() {
    let server = Server::start().await;
    let whole = sign(
        &server
            .clerk
            .user("user.created", "user_1", "ada@example.com"),
    );
    let mut other_id = whole.clone();
    other_id.id = "msg_another".to_owned();
    let mut other_time = whole.clone();
    other_time.timestamp += 1;
    for replayed in [other_id, other_time] {
        let _ = server
            .deliver(&replayed)
            .await
            .expect_problem(401, "webhook-rejected");
    }
    let _ = server.deliver(&whole).await.expect(204);
}

#[tokio::test]
async fn a_forged_signature_is_refused() {
    let server = Server::start().await;
    let event = server
        .clerk
        .user("user.created", "user_1", "ada@example.com");
    let other = "whsec_b3RoZXItc2VjcmV0LW9mLXNvbWVib2R5LWVsc2UhISE=";
    let forged = sign_with(other, now().unix_timestamp(), &event);
    let _ = server
        .deliver(&forged)
        .await
        .expect_problem(401, "webhook-rejected");

    let mut changed = sign(&event);
    changed.body = changed.body.replace("ada@example.com", "eve@example.com");
    let _ = server
        .deliver(&changed)
        .await
        .expect_problem(401, "webhook-rejected");
    assert_eq!(server.sql("SELECT count(*) FROM users").await, "0");
}

#[tokio::test]
async fn a_message_older_or_newer_than_five_minutes_is_refused() {
    let server = Server::start().await;
    let event = server
        .clerk
        .user("user.created", "user_1", "ada@example.com");
    for seconds in [-301, 301, i64::MIN / 2] {
        let at = now().unix_timestamp().saturating_add(seconds);
        let _ = server
            .deliver(&sign_with(SECRET, at, &event))
            .await
            .expect_problem(401, "webhook-rejected");
    }
    let _ = server
        .deliver(&sign_with(SECRET, now().unix_timestamp() - 290, &event))
        .await
        .expect(204);
}

#[tokio::test]
async fn a_message_without_its_headers_is_refused() {
    let server = Server::start().await;
    let request = server
        .request(reqwest::Method::POST, "/api/auth/webhook")
        .body("{}");
    let _ = tests::program::send(request)
        .await
        .expect_problem(401, "webhook-rejected");
}

#[tokio::test]
async fn every_secret_of_a_rotation_is_good() {
    let new = "whsec_bmV3LXNlY3JldC1hZnRlci10aGUtcm90YXRpb24hISE=";
    let server = Start::default()
        .with("CLERK_WEBHOOK_SECRET", &format!("{new},{SECRET}"))
        .server()
        .await;
    let event = server
        .clerk
        .user("user.created", "user_1", "ada@example.com");
    for secret in [SECRET, new] {
        let _ = server
            .deliver(&sign_with(secret, now().unix_timestamp(), &event))
            .await
            .expect(204);
    }
}

#[tokio::test]
async fn a_type_that_is_not_known_is_accepted_and_remembered() {
    let server = Server::start().await;
    server
        .receive(
            &server
                .clerk
                .event("session.created", &json!({"id": "sess_1"})),
        )
        .await;
    assert_eq!(
        server
            .sql("SELECT event_type FROM sheetbrain.webhook_events")
            .await,
        "session.created"
    );
}

#[tokio::test]
async fn an_event_without_an_id_says_what_is_missing() {
    let server = Server::start().await;
    let event = server
        .clerk
        .event("user.created", &json!({"email_addresses": []}));
    let problem = server
        .deliver(&sign(&event))
        .await
        .expect_problem(400, "bad-request");
    assert_eq!(problem.json["errors"][0]["pointer"], "/data");
    assert_eq!(
        server
            .sql("SELECT count(*) FROM sheetbrain.webhook_events")
            .await,
        "0"
    );
}

#[tokio::test]
async fn a_server_without_a_secret_accepts_nothing() {
    let server = Start::default()
        .with("CLERK_WEBHOOK_SECRET", "")
        .server()
        .await;
    let event = server
        .clerk
        .user("user.created", "user_1", "ada@example.com");
    let _ = server
        .deliver(&sign(&event))
        .await
        .expect_problem(503, "webhooks-not-configured");
}

#[tokio::test]
async fn a_deleted_organization_takes_its_data_along() {
    let server = Server::start().await;
    let member = server.member("org:admin").await;
    let _ = server.audit(who(&member), &["=A1"]).await.expect(200);
    server
        .receive(&server.clerk.deleted("organization.deleted", &member.0))
        .await;
    let _ = server
        .audit(who(&member), &["=A1"])
        .await
        .expect_problem(403, "unknown-organization");
    assert_eq!(server.sql("SELECT count(*) FROM audit_logs").await, "0");
}

#[tokio::test]
async fn a_deleted_person_leaves_the_audits() {
    let server = Server::start().await;
    let member = server.member("org:admin").await;
    let _ = server.audit(who(&member), &["=A1"]).await.expect(200);
    server
        .receive(&server.clerk.deleted("user.deleted", &member.1))
        .await;
    let _ = server
        .audit(who(&member), &["=A1"])
        .await
        .expect_problem(403, "unknown-user");
    assert_eq!(
        server
            .sql("SELECT count(*) FROM audit_logs WHERE user_id IS NULL")
            .await,
        "1"
    );
}
