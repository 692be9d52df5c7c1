//! Audits are read back: in pages, by what is asked for, and by their own organization alone.

use reqwest::Method;
use serde_json::{Value, json};
use tests::Server;
use tests::program::{send, who};

/// The ids of a page, in its order.
fn ids(page: &Value) -> Vec<String> {
    let audits = page["audits"].as_array().unwrap();
    audits
        .iter()
        .map(|audit| audit["auditId"].as_str().unwrap().to_owned())
        .collect()
}

async fn audited(server: &Server, member: &(String, String), formula: &str) -> String {
    let answer = server.audit(who(member), &[formula]).await.expect(200);
    answer.json["auditId"].as_str().unwrap().to_owned()
}

/// The ids of the audits that a query leaves.
async fn found(server: &Server, member: &(String, String), query: &str) -> Vec<String> {
    let path = format!("/api/audits?{query}");
    ids(&server.get(who(member), &path).await.expect(200).json)
}

#[tokio::test]
async fn pages_hold_every_audit_once_newest_first() {
    let server = Server::start().await;
    let member = server.member("org:member").await;
    let mut expected = Vec::new();
    for _ in 0..5 {
        expected.insert(0, audited(&server, &member, "=A1").await);
    }
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = server
            .get(who(&member), &format!("/api/audits?limit=2{cursor}"))
            .await
            .expect(200)
            .json;
        seen.extend(ids(&page));
        // What is added meanwhile moves nothing.
        let _ = audited(&server, &member, "=A2").await;
        let Some(next) = page["nextCursor"].as_str() else {
            break;
        };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn audits_are_found_by_rule_severity_and_time() {
    let server = Server::start().await;
    let member = server.member("org:member").await;
    let clean = audited(&server, &member, "=A1+1").await;
    let high = audited(&server, &member, "=VLOOKUP(A1,B:C,2)").await;
    let find = async |query: &str| found(&server, &member, query).await;
    assert_eq!(find("rule=approximate-lookup").await, [high.as_str()]);
    assert_eq!(find("rule=no-such-rule").await, [""; 0]);
    assert_eq!(find("minSeverity=info").await, [high.as_str()]);
    let all = [high.clone(), clean.clone()];
    let page = server.get(who(&member), "/api/audits").await.expect(200);
    let newest = page.json["audits"][0]["timestamp"].as_str().unwrap();
    assert_eq!(find(&format!("from={newest}")).await, [high.as_str()]);
    assert_eq!(find(&format!("to={newest}")).await, [clean.as_str()]);
    assert_eq!(find("from=2020-01-01T00:00:00%2B01:00").await, all);
    assert_eq!(find("to=2020-01-01T00:00:00Z").await, [""; 0]);
}

#[tokio::test]
async fn audits_are_found_by_either_id_of_a_person() {
    let server = Server::start().await;
    let member = server.member("org:member").await;
    let (user, kind) = ("user_second", "organizationMembership.created");
    let clerk = &server.clerk;
    server
        .receive(&clerk.user("user.created", user, "grace@example.com"))
        .await;
    server
        .receive(&clerk.membership(kind, &member.0, user, "org:member"))
        .await;
    let other = (member.0.clone(), user.to_owned());
    let _ = audited(&server, &member, "=A1").await;
    let second = audited(&server, &other, "=A1").await;
    let id = server
        .sql("SELECT id FROM users WHERE clerk_user_id = 'user_second'")
        .await;
    for query in [format!("user={id}"), format!("user={user}")] {
        assert_eq!(found(&server, &member, &query).await, [second.as_str()]);
    }
    assert_eq!(found(&server, &member, "user=nobody").await, [""; 0]);
}

#[tokio::test]
async fn an_audit_is_read_with_its_findings_and_without_its_formula() {
    let server = Server::start().await;
    let member = server.member("org:member").await;
    let answer = server
        .audit(who(&member), &["=VLOOKUP(A1,B:C,2)"])
        .await
        .expect(200)
        .json;
    let path = format!("/api/audits/{}", answer["auditId"].as_str().unwrap());
    let read = server.get(who(&member), &path).await.expect(200);
    for name in [
        "auditId",
        "count",
        "compliant",
        "engine",
        "ruleset",
        "inputHash",
    ] {
        assert_eq!(read.json[name], answer[name], "{name}");
    }
    let finding = &read.json["findings"][0];
    let reported = &answer["audits"][0]["findings"][0];
    for name in ["rule", "severity", "fingerprint", "cells", "span"] {
        assert_eq!(finding[name], reported[name], "{name}");
    }
    assert!(!read.text.contains("VLOOKUP(A1"), "{}", read.text);
}

#[tokio::test]
async fn findings_that_are_not_kept_any_more_are_told_from_none() {
    let server = Server::start().await;
    let member = server.member("org:member").await;
    let clean = audited(&server, &member, "=A1+1").await;
    let high = audited(&server, &member, "=VLOOKUP(A1,B:C,2)").await;
    server
        .execute("DELETE FROM sheetbrain.audit_findings")
        .await;
    for (id, findings) in [(clean, json!([])), (high, Value::Null)] {
        let path = format!("/api/audits/{id}");
        let read = server.get(who(&member), &path).await.expect(200).json;
        assert_eq!(read["findings"], findings);
    }
}

#[tokio::test]
async fn another_organizations_audits_are_not_there() {
    let server = Server::start().await;
    let (member, other) = (
        server.member("org:admin").await,
        server.member("org:admin").await,
    );
    let id = audited(&server, &member, "=A1").await;
    let path = format!("/api/audits/{id}");
    let _ = server.get(who(&member), &path).await.expect(200);
    let _ = server
        .get(who(&other), &path)
        .await
        .expect_problem(404, "not-found");
    assert_eq!(found(&server, &other, "limit=10").await, [""; 0]);
}

#[tokio::test]
async fn a_query_that_can_not_be_read_is_pointed_at() {
    let server = Server::start().await;
    let member = server.member("org:member").await;
    for (query, pointer) in [
        ("limit=0", "/limit"),
        ("limit=201", "/limit"),
        ("limit=ten", "/limit"),
        ("cursor=x", "/cursor"),
        ("cursor=2026-01-01T00:00:00Z_x", "/cursor"),
        ("from=yesterday", "/from"),
        ("to=2026-13-01T00:00:00Z", "/to"),
        ("minSeverity=huge", "/minSeverity"),
        ("rule=%00", "/rule"),
        ("user=", "/user"),
        ("colour=red", ""),
    ] {
        let problem = server
            .get(who(&member), &format!("/api/audits?{query}"))
            .await
            .expect_problem(400, "bad-request");
        assert_eq!(problem.json["errors"][0]["pointer"], pointer, "{query}");
    }
}

#[tokio::test]
async fn a_key_that_may_not_read_reads_no_audits() {
    let server = Server::start().await;
    let member = server.member("org:admin").await;
    let made = server
        .post(who(&member), "/api/keys", &json!({"scopes": ["audit"]}))
        .await
        .expect(201)
        .json;
    for path in ["/api/audits", "/api/usage", "/api/stats", "/api/billing"] {
        let request = server
            .request(Method::GET, path)
            .bearer_auth(made["key"].as_str().unwrap());
        let _ = send(request).await.expect_problem(403, "forbidden");
    }
}

#[tokio::test]
async fn usage_is_told_by_month() {
    let server = Server::start().await;
    let member = server.member("org:member").await;
    let _ = audited(&server, &member, "=A1").await;
    server
        .execute("INSERT INTO audit_usage (organization_id, month_year, count) SELECT id, '2020-02', 7 FROM organizations")
        .await;
    let usage = server.get(who(&member), "/api/usage").await.expect(200);
    let usage = usage.json;
    assert_eq!((&usage["used"], &usage["limit"]), (&json!(1), &json!(10)));
    assert_eq!(usage["months"][0]["month"], usage["month"]);
    assert_eq!(usage["months"][1], json!({"month": "2020-02", "count": 7}));
}
