//! What a policy would become and find, before it is stored.

use reqwest::Method;
use serde_json::{Value, json};
use tests::Server;
use tests::program::{send, who};

type Member = (String, String);

async fn acme() -> (Server, Member) {
    let server = Server::start().await;
    let member = server.member("org:admin").await;
    (server, member)
}

async fn preview(server: &Server, member: &Member, body: Value) -> Value {
    let path = "/api/policies/preview";
    server.post(who(member), path, &body).await.expect(200).json
}

async fn keep_formulas(server: &Server, member: &Member, keep: bool) {
    let request = server.request_as(who(member), Method::PUT, "/api/rulesets");
    let _ = send(request.json(&json!({"presets": ["recommended"], "keepFormulas": keep})))
        .await
        .expect(200);
}

/// Audits copies of two formulas on two sheets.
async fn audit_sheets(server: &Server, member: &Member) {
    for sheet in ["Plan", "Actual"] {
        let formulas = json!([
            ["=OFFSET(A1,1,1)"],
            ["=OFFSET(A2,1,1)"],
            ["=INDIRECT(\"A1\")"]
        ]);
        let body = json!({"formulas": formulas, "range": format!("{sheet}!B1:B3")});
        let _ = server
            .post(who(member), "/api/audit", &body)
            .await
            .expect(200);
    }
}

#[tokio::test]
async fn a_policy_is_tried_on_formulas_and_not_stored() {
    let (server, member) = acme().await;
    let body =
        json!({"content": "OFFSET must not be used.", "formulas": ["=OFFSET(A1,1,1)", "=A1"]});
    let tried = preview(&server, &member, body).await;
    assert_eq!(tried["compiled"]["enforced"], 1);
    assert_eq!(tried["flagged"], 1, "{tried}");
    assert_eq!(tried["audits"][0]["compliant"], false);
    assert_eq!(tried["audits"][1]["findings"], json!([]));
    assert_eq!(server.sql("SELECT count(*) FROM policies").await, "0");
    assert_eq!(server.sql("SELECT count(*) FROM audit_logs").await, "0");
}

#[tokio::test]
async fn what_contradicts_a_policy_in_force_or_repeats_it_is_told() {
    let (server, member) = acme().await;
    let standing = json!({"title": "Standard", "content": "OFFSET must not be used."});
    let _ = server
        .post(who(&member), "/api/policies", &standing)
        .await
        .expect(201);
    let issues = async |content: &str| {
        let body = json!({"content": content, "formulas": []});
        preview(&server, &member, body).await["issues"].clone()
    };
    assert_eq!(
        issues("OFFSET must not be used.").await[0]["kind"],
        "duplicate"
    );
    assert_eq!(issues("INDIRECT must not be used.").await, json!([]));
}

#[tokio::test]
async fn without_formulas_that_are_kept_it_says_how_to_keep_them() {
    let (server, member) = acme().await;
    audit_sheets(&server, &member).await;
    assert_eq!(
        server
            .sql("SELECT count(*) FROM sheetbrain.audit_formulas")
            .await,
        "0"
    );
    let tried = preview(
        &server,
        &member,
        json!({"content": "OFFSET must not be used."}),
    )
    .await;
    assert_eq!(tried["recent"]["formulasKept"], false);
    let summary = tried["recent"]["summary"].as_str().unwrap();
    assert!(summary.contains("keepFormulas"), "{summary}");
}

#[tokio::test]
async fn it_is_tried_on_the_last_audits_where_their_formulas_are_kept() {
    let (server, member) = acme().await;
    keep_formulas(&server, &member, true).await;
    let standing = json!({"title": "Standard", "content": "INDIRECT must not be used."});
    let stored = server
        .post(who(&member), "/api/policies", &standing)
        .await
        .expect(201)
        .json;
    audit_sheets(&server, &member).await;
    let content = "OFFSET must not be used.";
    let new = preview(&server, &member, json!({"content": content})).await["recent"].clone();
    assert_eq!(new["formulasKept"], true);
    assert_eq!(
        (&new["audits"], &new["formulas"]),
        (&json!(2), &json!(4)),
        "{new}"
    );
    assert_eq!(
        (&new["added"], &new["removed"]),
        (&json!(2), &json!(0)),
        "{new}"
    );
    assert_eq!(new["sheets"].as_array().unwrap().len(), 2);
    assert_eq!(new["rules"][0]["sentence"], content);
    let id = &stored["policy"]["id"];
    let body = json!({"content": content, "policyId": id});
    let next = preview(&server, &member, body).await["recent"].clone();
    assert_eq!(
        (&next["added"], &next["removed"]),
        (&json!(2), &json!(2)),
        "{next}"
    );
}

#[tokio::test]
async fn formulas_are_forgotten_when_they_are_kept_no_longer() {
    let (server, member) = acme().await;
    keep_formulas(&server, &member, true).await;
    audit_sheets(&server, &member).await;
    let kept = "SELECT count(*) FROM sheetbrain.audit_formulas";
    assert_eq!(server.sql(kept).await, "2");
    keep_formulas(&server, &member, false).await;
    assert_eq!(server.sql(kept).await, "0");
}

#[tokio::test]
async fn another_organizations_policy_can_not_be_previewed() {
    let (server, member) = acme().await;
    let stranger = server.member("org:admin").await;
    let policy = json!({"title": "Standard", "content": "INDIRECT must not be used."});
    let stored = server
        .post(who(&member), "/api/policies", &policy)
        .await
        .expect(201)
        .json;
    let body = json!({"content": "x", "policyId": stored["policy"]["id"]});
    let _ = server
        .post(who(&stranger), "/api/policies/preview", &body)
        .await
        .expect_problem(404, "not-found");
}
