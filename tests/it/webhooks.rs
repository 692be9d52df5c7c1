//! Clerk's webhooks: only authentic ones, each once, in any order.

use serde_json::{Value, json};
use tests::Server;
use tests::clerk::{SECRET, now, sign, sign_with};
use tests::program::{Start, who};

/// What the database says of identities, without ids and times of its own.
const STATE: &str = "SELECT jsonb_build_object(
    'organizations', (SELECT jsonb_agg(jsonb_build_array(clerk_org_id, name, slug) ORDER BY clerk_org_id) FROM organizations),
    'users', (SELECT jsonb_agg(jsonb_build_array(u.clerk_user_id, u.email, u.name, o.clerk_org_id) ORDER BY u.clerk_user_id)
              FROM users u LEFT JOIN organizations o ON o.id = u.organization_id),
    'memberships', (SELECT jsonb_agg(jsonb_build_array(m.clerk_membership_id, o.clerk_org_id, u.clerk_user_id, m.role) ORDER BY m.clerk_membership_id)
              FROM sheetbrain.memberships m JOIN organizations o ON o.id = m.organization_id JOIN users u ON u.id = m.user_id))";

/// A history in which everything happens: created, renamed, promoted, left, deleted.
fn history(server: &Server) -> Vec<Value> {
    let clerk = &server.clerk;
    vec![
        clerk.organization("organization.created", "org_1", "Acme"),
        clerk.user("user.created", "user_1", "ada@example.com"),
        clerk.membership(
            "organizationMembership.created",
            "org_1",
            "user_1",
            "org:member",
        ),
        clerk.user("user.created", "user_2", "grace@example.com"),
        clerk.membership(
            "organizationMembership.created",
            "org_1",
            "user_2",
            "org:admin",
        ),
        clerk.user("user.updated", "user_1", "ada@acme.example"),
        clerk.organization("organization.updated", "org_1", "Acme Holding"),
        clerk.membership(
            "organizationMembership.updated",
            "org_1",
            "user_1",
            "org:editor",
        ),
        clerk.organization("organization.created", "org_2", "Short Lived"),
        clerk.membership(
            "organizationMembership.created",
            "org_2",
            "user_1",
            "org:admin",
        ),
        clerk.membership(
            "organizationMembership.deleted",
            "org_1",
            "user_2",
            "org:admin",
        ),
        clerk.deleted("user.deleted", "user_2"),
        clerk.deleted("organization.deleted", "org_2"),
    ]
}

/// The `number`th of many permutations, without a random number.
fn permuted<T: Clone>(items: &[T], number: usize) -> Vec<T> {
    let mut left = items.to_vec();
    let mut state = number.wrapping_mul(2_654_435_761).wrapping_add(12_345);
    let mut permuted = Vec::new();
    while !left.is_empty() {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        permuted.push(left.swap_remove((state >> 33) % left.len()));
    }
    permuted
}

#[tokio::test]
async fn any_order_and_repetition_of_a_history_ends_in_the_same_state() {
    let server = Server::start().await;
    let messages: Vec<_> = history(&server).iter().map(sign).collect();
    let expected = json!({
        "organizations": [["org_1", "Acme Holding", "acme-holding"]],
        "users": [["user_1", "ada@acme.example", "Ada Lovelace", "org_1"]],
        "memberships": [["orgmem_org_1_user_1", "org_1", "user_1", "editor"]],
    });
    for number in 0..60 {
        server
            .execute("TRUNCATE organizations, users, sheetbrain.memberships, sheetbrain.clerk_objects, sheetbrain.webhook_events CASCADE")
            .await;
        // Order 0 is the one in which they were sent.
        let order = if number == 0 {
            messages.clone()
        } else {
            permuted(&messages, number)
        };
        for (place, message) in order.iter().enumerate() {
            let _ = server.deliver(message).await.expect(204);
            if place % 3 == number % 3 {
                let _ = server.deliver(message).await.expect(204);
            }
        }
        let state: Value = serde_json::from_str(&server.sql(STATE).await).unwrap();
        let kinds: Vec<_> = order.iter().map(|message| message.body.get(..60)).collect();
        assert_eq!(state, expected, "order {number}: {kinds:#?}");
    }
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
