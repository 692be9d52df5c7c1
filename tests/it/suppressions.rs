//! Findings that somebody silenced: left out of an audit's findings, never without a word.

use reqwest::Method;
use serde_json::{Value, json};
use tests::program::{send, who};
use tests::{Answer, Server};

type Member = (String, String);

async fn acme() -> (Server, Member) {
    let server = Server::start().await;
    let member = server.member("org:admin").await;
    (server, member)
}

const LOOKUP: &str = "=VLOOKUP(A1,B:C,2)";
const RULE: &str = "approximate-lookup";

/// Audits one lookup in a cell.
async fn audit(server: &Server, member: &Member, cell: &str) -> Value {
    let body = json!({"formulas": [{"cell": cell, "formula": LOOKUP}]});
    server
        .post(who(member), "/api/audit", &body)
        .await
        .expect(200)
        .json
}

/// Whether the lookup in that cell is still found.
async fn is_found(server: &Server, member: &Member, cell: &str) -> bool {
    let audit = audit(server, member, cell).await;
    let findings = audit["audits"][0]["findings"].as_array().unwrap();
    findings.iter().any(|finding| finding["rule"] == RULE)
}

async fn suppress(server: &Server, member: &Member, body: &Value) -> Answer {
    server.post(who(member), "/api/suppressions", body).await
}

async fn listed(server: &Server, member: &Member) -> Value {
    let list = server
        .get(who(member), "/api/suppressions")
        .await
        .expect(200);
    list.json["suppressions"].clone()
}

/// The fingerprint of the lookup's finding.
async fn fingerprint(server: &Server, member: &Member) -> String {
    let audit = audit(server, member, "Sheet1!D1").await;
    let findings = audit["audits"][0]["findings"].as_array().unwrap();
    let finding = findings
        .iter()
        .find(|finding| finding["rule"] == RULE)
        .unwrap();
    finding["fingerprint"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_fingerprint_silences_its_finding_and_the_audit_says_so() {
    let (server, member) = acme().await;
    let fingerprint = fingerprint(&server, &member).await;
    let body = json!({"fingerprint": fingerprint, "reason": "The table is sorted."});
    let made = suppress(&server, &member, &body).await.expect(201);
    assert_eq!(made.json["rule"], RULE);
    let audited = audit(&server, &member, "Sheet1!D1").await;
    assert_eq!(audited["summary"]["high"], 0, "{audited}");
    assert_eq!(audited["audits"][0]["compliant"], true);
    let told = &audited["suppressed"][0];
    assert_eq!(told["suppression"], made.json["id"]);
    assert_eq!(told["fingerprint"], json!(fingerprint));
    assert_eq!(told["reason"], "The table is sorted.");
    assert_eq!(told["cells"], json!(["Sheet1!D1"]));
    let logged = "SELECT issues_found FROM audit_logs ORDER BY created_at DESC LIMIT 1";
    assert_eq!(server.sql(logged).await, "0");
}

#[tokio::test]
async fn a_range_silences_a_rule_within_it() {
    let (server, member) = acme().await;
    let body = json!({"rule": RULE, "range": "Sheet1!D1:E5", "reason": "Old part"});
    let _ = suppress(&server, &member, &body).await.expect(201);
    for (cell, found) in [
        ("Sheet1!D1", false),
        ("sheet1!E5", false),
        ("Sheet1!D6", true),
        ("Sheet2!D1", true),
        ("D1", true),
    ] {
        assert_eq!(is_found(&server, &member, cell).await, found, "{cell}");
    }
}

#[tokio::test]
async fn a_sheet_silences_a_rule_on_it() {
    let (server, member) = acme().await;
    let body = json!({"rule": RULE, "sheet": "Old Part", "reason": "Goes next month"});
    let _ = suppress(&server, &member, &body).await.expect(201);
    assert!(!is_found(&server, &member, "'old part'!ZZ99").await);
    assert!(is_found(&server, &member, "New!A1").await);
    let other = json!({"rule": "nested-if", "sheet": "New", "reason": "Another rule"});
    let _ = suppress(&server, &member, &other).await.expect(201);
    assert!(is_found(&server, &member, "New!A1").await);
}

#[tokio::test]
async fn a_suppression_ends_when_it_is_deleted() {
    let (server, member) = acme().await;
    for by_query in [true, false] {
        let body = json!({"rule": RULE, "sheet": "Old", "reason": "x"});
        let made = suppress(&server, &member, &body).await.expect(201);
        assert!(!is_found(&server, &member, "Old!A1").await);
        let id = made.json["id"].as_str().unwrap();
        let between = if by_query { "?id=" } else { "/" };
        let path = format!("/api/suppressions{between}{id}");
        let _ = send(server.request_as(who(&member), Method::DELETE, &path))
            .await
            .expect(204);
        assert!(is_found(&server, &member, "Old!A1").await);
        let again = send(server.request_as(who(&member), Method::DELETE, &path)).await;
        let _ = again.expect_problem(404, "not-found");
    }
}

#[tokio::test]
async fn a_suppression_does_not_apply_when_its_time_is_over() {
    let (server, member) = acme().await;
    let body =
        json!({"rule": RULE, "sheet": "Old", "reason": "x", "expiresAt": "2999-01-01T00:00:00Z"});
    let _ = suppress(&server, &member, &body).await.expect(201);
    assert!(!is_found(&server, &member, "Old!A1").await);
    server
        .execute("UPDATE sheetbrain.suppressions SET expires_at = now() - interval '1 second'")
        .await;
    assert!(is_found(&server, &member, "Old!A1").await);
    assert_eq!(listed(&server, &member).await[0]["state"], "expired");
}

#[tokio::test]
async fn a_locked_rule_can_not_be_suppressed() {
    let (server, member) = acme().await;
    let by_sheet = json!({"rule": RULE, "sheet": "Old", "reason": "x"});
    let _ = suppress(&server, &member, &by_sheet).await.expect(201);
    let fingerprint = fingerprint(&server, &member).await;
    let request = server.request_as(who(&member), Method::PUT, "/api/rulesets");
    let choice = json!({"presets": ["recommended"], "locked": [RULE]});
    let _ = send(request.json(&choice)).await.expect(200);
    let by_fingerprint = json!({"fingerprint": fingerprint, "reason": "x"});
    for body in [&by_sheet, &by_fingerprint] {
        let refused = suppress(&server, &member, body).await;
        let _ = refused.expect_problem(409, "rule-locked");
    }
    assert!(is_found(&server, &member, "Old!A1").await);
    assert_eq!(listed(&server, &member).await[0]["state"], "locked");
}

#[tokio::test]
async fn a_list_says_who_why_and_which_nobody_needs() {
    let (server, member) = acme().await;
    for sheet in ["Used", "Unused"] {
        let body = json!({"rule": RULE, "sheet": sheet, "reason": "Because"});
        let _ = suppress(&server, &member, &body).await.expect(201);
    }
    let _ = audit(&server, &member, "Used!A1").await;
    let list = listed(&server, &member).await;
    assert_eq!(list[0]["sheet"], "Unused");
    assert_eq!(list[0]["lastMatchedOn"], Value::Null);
    assert_eq!(list[1]["reason"], "Because");
    assert!(list[1]["author"].is_string() && list[1]["createdBy"].is_string());
    assert_eq!(list[1]["lastMatchedOn"].as_str().unwrap().len(), 10);
}

#[tokio::test]
async fn what_can_not_be_suppressed_is_pointed_at() {
    let (server, member) = acme().await;
    for (body, pointer) in [
        (
            json!({"rule": RULE, "sheet": "S", "reason": " "}),
            "/reason",
        ),
        (json!({"rule": RULE, "reason": "x"}), ""),
        (json!({"sheet": "S", "reason": "x"}), ""),
        (
            json!({"fingerprint": "0".repeat(32), "sheet": "S", "reason": "x"}),
            "",
        ),
        (json!({"fingerprint": "xyz", "reason": "x"}), "/fingerprint"),
        (
            json!({"rule": "Not A Rule", "sheet": "S", "reason": "x"}),
            "/rule",
        ),
        (
            json!({"rule": RULE, "range": "nowhere", "reason": "x"}),
            "/range",
        ),
        (
            json!({"rule": RULE, "sheet": "S", "reason": "x", "expiresAt": "2001-01-01T00:00:00Z"}),
            "/expiresAt",
        ),
    ] {
        let refused = suppress(&server, &member, &body).await;
        let refused = refused.expect_problem(400, "bad-request");
        assert_eq!(
            refused.json["errors"][0]["pointer"], pointer,
            "{}",
            refused.text
        );
    }
}

#[tokio::test]
async fn another_organizations_suppression_does_nothing_here_and_stays() {
    let (server, member) = acme().await;
    let stranger = server.member("org:admin").await;
    let body = json!({"rule": RULE, "sheet": "Old", "reason": "x"});
    let made = suppress(&server, &member, &body).await.expect(201);
    assert!(is_found(&server, &stranger, "Old!A1").await);
    assert_eq!(listed(&server, &stranger).await, json!([]));
    let path = format!("/api/suppressions/{}", made.json["id"].as_str().unwrap());
    let refused = send(server.request_as(who(&stranger), Method::DELETE, &path)).await;
    let _ = refused.expect_problem(404, "not-found");
}
