//! API keys: shown once, good for their scopes, and gone at once when they are revoked.

use reqwest::Method;
use serde_json::{Value, json};
use sqlx::ConnectOptions;
use tests::program::{program, send, who};
use tests::{Answer, Server};

/// A request with a key, with a body that most operations take.
async fn with_key(server: &Server, key: &str, method: Method, path: &str) -> Answer {
    let request = server
        .request(method, path)
        .header("authorization", format!("Bearer {key}"))
        .json(&json!({"formulas": ["=A1"]}));
    send(request).await
}

async fn create(server: &Server, member: &(String, String), body: &Value) -> Answer {
    server.post(who(member), "/api/keys", body).await
}

/// A member and a key of these scopes.
async fn key(server: &Server, scopes: &[&str]) -> ((String, String), String) {
    let member = server.member("org:admin").await;
    let made = create(server, &member, &json!({"scopes": scopes}))
        .await
        .expect(201);
    (member, made.json["key"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_key_audits_for_its_organization() {
    let server = Server::start().await;
    let (member, key) = key(&server, &["audit", "read"]).await;
    let _ = with_key(&server, &key, Method::POST, "/api/audit")
        .await
        .expect(200);
    let logged = "SELECT o.clerk_org_id || ' ' || (a.user_id IS NULL)
                  FROM audit_logs a JOIN organizations o ON o.id = a.organization_id";
    assert_eq!(server.sql(logged).await, format!("{} true", member.0));
    let me = with_key(&server, &key, Method::GET, "/api/me")
        .await
        .expect(200)
        .json;
    assert_eq!(me["authenticatedBy"], "apiKey");
    assert_eq!(me["scopes"], json!(["audit", "read"]));
    assert_eq!(me["user"], Value::Null);
}

#[tokio::test]
async fn the_key_itself_is_stored_nowhere() {
    let server = Server::start().await;
    let (member, key) = key(&server, &["read"]).await;
    let secret = key.split('_').nth(3).unwrap();
    assert_eq!(secret.len(), 43);
    let row = server
        .sql("SELECT to_jsonb(k) FROM sheetbrain.api_keys k")
        .await;
    assert!(!row.contains(secret), "{row}");
    let listed = server.get(who(&member), "/api/keys").await.expect(200);
    assert!(!listed.text.contains(secret), "{}", listed.text);
    assert_eq!(listed.json["keys"][0]["name"], "read");
}

#[tokio::test]
async fn a_scope_allows_what_it_says_and_nothing_else() {
    let server = Server::start().await;
    for (scope, allowed) in [
        ("audit", "/api/audit"),
        ("read", "/api/stats"),
        ("admin", "/api/keys"),
    ] {
        let (_, key) = key(&server, &[scope]).await;
        for (method, path) in [
            (Method::POST, "/api/audit"),
            (Method::GET, "/api/stats"),
            (Method::GET, "/api/keys"),
            (Method::POST, "/api/policies"),
        ] {
            let answer = with_key(&server, &key, method, path).await;
            if path == allowed {
                let _ = answer.expect(200);
            } else {
                let _ = answer.expect_problem(403, "forbidden");
            }
        }
    }
    let (_, key) = key(&server, &["policies"]).await;
    let _ = with_key(&server, &key, Method::POST, "/api/policies")
        .await
        .expect_problem(400, "bad-request");
}

#[tokio::test]
async fn a_key_that_is_wrong_is_refused() {
    let server = Server::start().await;
    let (_, key) = key(&server, &["read"]).await;
    let (other_server, other) = {
        let other = Server::start().await;
        let (_, key) = self::key(&other, &["read"]).await;
        (other, key)
    };
    let _ = with_key(&other_server, &other, Method::GET, "/api/stats")
        .await
        .expect(200);
    let mistyped = key.replace('_', "-");
    for wrong in [
        "sb_live_",
        "sb_live_x_y_z",
        &mistyped,
        &other,
        &key[..key.len() - 1],
    ] {
        let answer = with_key(&server, wrong, Method::GET, "/api/stats").await;
        assert_eq!(answer.header("www-authenticate"), "Bearer");
        let _ = answer.expect_problem(401, "unauthenticated");
    }
}

#[tokio::test]
async fn a_key_that_is_revoked_is_refused_at_once() {
    let server = Server::start().await;
    let (member, key) = key(&server, &["read"]).await;
    let _ = with_key(&server, &key, Method::GET, "/api/stats")
        .await
        .expect(200);
    let id = key.split('_').nth(2).unwrap();
    let revoke = |path: String| send(server.request_as(who(&member), Method::DELETE, &path));
    let _ = revoke(format!("/api/keys/{id}")).await.expect(204);
    let refused = with_key(&server, &key, Method::GET, "/api/stats").await;
    assert!(refused.text.contains("revoked"), "{}", refused.text);
    let _ = refused.expect_problem(401, "unauthenticated");
    let _ = revoke(format!("/api/keys?id={id}")).await.expect(204);
    let _ = revoke("/api/keys/nothing".to_owned())
        .await
        .expect_problem(404, "not-found");
}

#[tokio::test]
async fn a_key_that_has_expired_is_refused() {
    let server = Server::start().await;
    let (member, key) = key(&server, &["read"]).await;
    server
        .execute("UPDATE sheetbrain.api_keys SET expires_at = now() - interval '1 second'")
        .await;
    let refused = with_key(&server, &key, Method::GET, "/api/stats").await;
    assert!(refused.text.contains("expired"), "{}", refused.text);
    let _ = refused.expect_problem(401, "unauthenticated");
    let past = json!({"scopes": ["read"], "expiresAt": "2020-01-01T00:00:00Z"});
    let _ = create(&server, &member, &past)
        .await
        .expect_problem(400, "bad-request");
}

#[tokio::test]
async fn two_keys_of_one_name_are_alive_in_a_rotation() {
    let server = Server::start().await;
    let member = server.member("org:admin").await;
    let wanted = json!({"scopes": ["read"], "name": "nightly"});
    let mut keys = Vec::new();
    for _ in 0..2 {
        let made = create(&server, &member, &wanted).await.expect(201).json;
        keys.push(made["key"].as_str().unwrap().to_owned());
    }
    let _ = create(&server, &member, &wanted)
        .await
        .expect_problem(409, "conflict");
    for key in &keys {
        let _ = with_key(&server, key, Method::GET, "/api/stats")
            .await
            .expect(200);
    }
    let id = keys[0].split('_').nth(2).unwrap();
    let revoke = server.request_as(who(&member), Method::DELETE, &format!("/api/keys/{id}"));
    let _ = send(revoke).await.expect(204);
    let _ = create(&server, &member, &wanted).await.expect(201);
    let _ = with_key(&server, &keys[1], Method::GET, "/api/stats")
        .await
        .expect(200);
}

#[tokio::test]
async fn only_an_administrator_makes_keys_and_a_key_none_beyond_its_own_scopes() {
    let server = Server::start().await;
    let editor = server.member("org:editor").await;
    let _ = create(&server, &editor, &json!({"scopes": ["read"]}))
        .await
        .expect_problem(403, "forbidden");
    let (_, key) = key(&server, &["admin"]).await;
    for (scope, status) in [("admin", 201), ("audit", 403)] {
        let request = server
            .request(Method::POST, "/api/keys")
            .header("authorization", format!("Bearer {key}"))
            .json(&json!({"scopes": [scope], "name": "child"}));
        let _ = send(request).await.expect(status);
    }
}

#[tokio::test]
async fn what_is_not_a_scope_is_refused() {
    let server = Server::start().await;
    let member = server.member("org:admin").await;
    for body in [
        json!({"scopes": []}),
        json!({"scopes": ["everything"]}),
        json!({"name": "x"}),
        json!({"scopes": ["read"], "name": "a\u{7}b"}),
    ] {
        let _ = create(&server, &member, &body)
            .await
            .expect_problem(400, "bad-request");
    }
}

#[tokio::test]
async fn the_use_of_a_key_is_noted_to_the_minute() {
    let server = Server::start().await;
    let (_, key) = key(&server, &["read"]).await;
    let _ = with_key(&server, &key, Method::GET, "/api/stats")
        .await
        .expect(200);
    let used = "SELECT last_used_at > now() - interval '1 minute' FROM sheetbrain.api_keys";
    assert_eq!(server.sql(used).await, "true");
    let marked =
        "UPDATE sheetbrain.api_keys SET last_used_at = last_used_at - interval '50 seconds'";
    server.execute(marked).await;
    let before = server
        .sql("SELECT last_used_at FROM sheetbrain.api_keys")
        .await;
    tokio::time::sleep(std::time::Duration::from_millis(2100)).await;
    let _ = with_key(&server, &key, Method::GET, "/api/stats")
        .await
        .expect(200);
    assert_eq!(
        server
            .sql("SELECT last_used_at FROM sheetbrain.api_keys")
            .await,
        before
    );
}

#[tokio::test]
async fn the_command_line_makes_a_key() {
    let server = Server::start().await;
    let member = server.member("org:admin").await;
    let made = |organization: String| {
        program()
            .args([
                "key",
                "create",
                "--org",
                &organization,
                "--scope",
                "audit",
                "read",
            ])
            .env("DATABASE_URL", server.database.to_url_lossy().as_str())
            .stderr(std::process::Stdio::piped())
            .output()
    };
    let output = made(member.0.clone()).await.unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let key = String::from_utf8(output.stdout).unwrap();
    let _ = with_key(&server, key.trim(), Method::POST, "/api/audit")
        .await
        .expect(200);
    let output = made("org_unknown".to_owned()).await.unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("org_unknown is not known here"));
}
