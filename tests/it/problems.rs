//! Whatever is wrong with a request is said as a problem.

use reqwest::Method;
use serde_json::{Value, json};
use tests::Server;
use tests::program::{send, who};

#[tokio::test]
async fn a_caller_who_is_not_named_is_refused() {
    let server = Server::start().await;
    let member = server.member("org:admin").await;
    let _ = send(server.request(Method::GET, "/api/stats"))
        .await
        .expect_problem(401, "unauthenticated");
    let only_user = server
        .request(Method::GET, "/api/stats")
        .header("x-user-id", &member.1);
    let _ = send(only_user).await.expect_problem(401, "unauthenticated");
    let unknown = ("org_unknown", member.1.as_str());
    let _ = server
        .get(unknown, "/api/stats")
        .await
        .expect_problem(403, "unknown-organization");
    let unknown = (member.0.as_str(), "user_unknown");
    let _ = server
        .get(unknown, "/api/stats")
        .await
        .expect_problem(403, "unknown-user");
}

#[tokio::test]
async fn bad_json_is_pointed_at() {
    let server = Server::start().await;
    let member = server.member("org:admin").await;
    let send_text = |body: &str| {
        let request = server.request_as(who(&member), Method::POST, "/api/audit");
        send(
            request
                .header("content-type", "application/json")
                .body(body.to_owned()),
        )
    };
    for (body, pointer) in [
        ("{", ""),
        ("[]", ""),
        ("{}", "/formulas"),
        (r#"{"formulas": ["=A1", 1]}"#, "/formulas/1"),
        (r#"{"formulas": ["=A1"], "range": "nowhere"}"#, "/range"),
        (
            r#"{"formulas": ["=A1"], "context": {"locale": "??"}}"#,
            "/context/locale",
        ),
        (
            r#"{"formulas": ["=A1", "=A2"], "range": "B7"}"#,
            "/formulas",
        ),
        (
            r#"{"formulas": ["=A1"], "range": "'a\u0000b'!A1"}"#,
            "/range",
        ),
    ] {
        let problem = send_text(body).await.expect_problem(400, "bad-request");
        assert_eq!(problem.json["errors"][0]["pointer"], pointer, "{body}");
    }
    let plain = server
        .request_as(who(&member), Method::POST, "/api/audit")
        .body("=A1");
    let _ = send(plain)
        .await
        .expect_problem(415, "unsupported-media-type");
    assert_eq!(server.sql("SELECT count(*) FROM audit_logs").await, "0");
}

#[tokio::test]
async fn a_field_that_is_not_known_is_refused_where_something_is_set() {
    let server = Server::start().await;
    let member = server.member("org:admin").await;
    for (path, body) in [
        ("/api/billing", json!({"plan": "free", "coupon": "x"})),
        ("/api/billing", json!({"plan": "gold"})),
        (
            "/api/policies",
            json!({"title": "T", "content": "C", "colour": "red"}),
        ),
        ("/api/ingest", json!({"title": "", "content": "C"})),
        ("/api/ingest", json!({"title": "T", "content": " \n"})),
    ] {
        let _ = server
            .post(who(&member), path, &body)
            .await
            .expect_problem(400, "bad-request");
    }
}

#[tokio::test]
async fn a_role_that_is_too_small_is_refused() {
    let server = Server::start().await;
    let viewer = server.member("org:member").await;
    let editor = server.member("org:editor").await;
    let policy = json!({"title": "T", "content": "INDIRECT must not be used."});
    let plan = json!({"plan": "free"});
    let _ = server.audit(who(&viewer), &["=A1"]).await.expect(200);
    let _ = server
        .post(who(&viewer), "/api/ingest", &policy)
        .await
        .expect_problem(403, "forbidden");
    let _ = server
        .post(who(&editor), "/api/ingest", &policy)
        .await
        .expect(201);
    let _ = server
        .post(who(&editor), "/api/billing", &plan)
        .await
        .expect_problem(403, "forbidden");
}

#[tokio::test]
async fn a_paid_plan_says_that_it_can_not_be_booked_here() {
    let server = Server::start().await;
    let member = server.member("org:admin").await;
    let answer = server
        .post(who(&member), "/api/billing", &json!({"plan": "pro"}))
        .await;
    let _ = answer.expect_problem(409, "plan-not-available");
}

#[tokio::test]
async fn what_is_not_there_is_a_problem_too() {
    let server = Server::start().await;
    let member = server.member("org:admin").await;
    for (method, path, status, slug) in [
        (Method::GET, "/api/nothing", 404, "not-found"),
        (Method::DELETE, "/api/audit", 405, "method-not-allowed"),
        (Method::GET, "/api/policies/not-an-id", 404, "not-found"),
        (
            Method::GET,
            "/api/policies/00000000-0000-7000-8000-000000000000",
            404,
            "not-found",
        ),
        (Method::GET, "/api/policies?limit=0", 400, "bad-request"),
        (Method::GET, "/api/policies?cursor=x", 400, "bad-request"),
        (Method::GET, "/api/rules/no-such-rule", 404, "not-found"),
    ] {
        let _ = send(server.request_as(who(&member), method, path))
            .await
            .expect_problem(status, slug);
    }
}

/// Every operation of the description, with a body that fits nothing.
#[tokio::test]
async fn every_operation_answers_bad_input_with_a_problem() {
    let server = Server::start().await;
    let member = server.member("org:admin").await;
    let api = send(server.request(Method::GET, "/openapi.json"))
        .await
        .expect(200)
        .json;
    let mut operations = 0;
    for (path, methods) in api["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let path = path.replace("{id}", "no-id").replace("{name}", "no-name");
            let reads = method == Method::GET && !path.contains("no-");
            let request = server
                .request_as(who(&member), method.clone(), &path)
                .header("content-type", "application/json")
                .body("\"neither an object nor a list\"");
            let answer = send(request).await;
            operations += 1;
            if !reads {
                assert!(
                    answer.status.is_client_error(),
                    "{method} {path}: {}",
                    answer.text
                );
                assert_eq!(
                    answer.header("content-type"),
                    "application/problem+json",
                    "{method} {path}"
                );
            }
        }
    }
    assert!(operations > 12, "{operations}");
}

#[tokio::test]
async fn every_problem_type_has_a_page() {
    let server = Server::start().await;
    let answer = server
        .get(("org_unknown", "user_unknown"), "/api/stats")
        .await;
    let page = answer.json["type"].as_str().unwrap().to_owned();
    let page = send(server.request(Method::GET, &page)).await.expect(200);
    assert!(page.text.contains("organization.created"), "{}", page.text);
}

#[tokio::test]
async fn the_database_going_away_is_said_and_nothing_is_invented() {
    let server = Server::start().await;
    let member = server.member("org:admin").await;
    server
        .execute("ALTER TABLE rate_limit_buckets RENAME TO gone")
        .await;
    let answer = server.audit(who(&member), &["=A1"]).await;
    let _ = answer.expect_problem(503, "unavailable");
    server
        .execute("ALTER TABLE gone RENAME TO rate_limit_buckets")
        .await;
    server
        .execute("ALTER TABLE audit_logs RENAME TO gone")
        .await;
    let answer = server.audit(who(&member), &["=A1"]).await;
    assert_eq!(answer.json["audits"], Value::Null);
    let _ = answer.expect_problem(500, "internal");
    assert_eq!(
        server
            .sql("SELECT coalesce(sum(count), 0) FROM audit_usage")
            .await,
        "0"
    );
}
