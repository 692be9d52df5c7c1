//! Audits over HTTP: the shape of the answer, policies with their sentences, and what is kept.

use reqwest::Method;
use serde_json::{Value, json};
use tests::Server;
use tests::program::{Start, send, who};

/// A server with one organization and its administrator.
async fn acme() -> (Server, (String, String)) {
    let server = Server::start().await;
    let member = server.member("org:admin").await;
    (server, member)
}

async fn store(server: &Server, member: &(String, String), policy: &Value) {
    let _ = server
        .post(who(member), "/api/policies", policy)
        .await
        .expect(201);
}

#[tokio::test]
async fn the_answer_has_the_shape_of_the_contract() {
    let (server, member) = acme().await;
    let formulas = ["=SUM(A1:A3)", "=VLOOKUP(B2, Sheet1!A:B, 2)"];
    let audit = server.audit(who(&member), &formulas).await.expect(200).json;
    assert_eq!(
        (&audit["count"], &audit["compliant"]),
        (&json!(2), &json!(1))
    );
    for field in ["auditId", "timestamp", "engine"] {
        assert!(audit[field].is_string(), "{field}");
    }
    for field in ["ruleset", "inputHash"] {
        assert!(
            audit[field].as_str().unwrap().starts_with("sha256:"),
            "{field}"
        );
    }
    assert!(audit["duration"].is_number());
    assert_eq!(audit["audits"][0]["risk"], "low");
    let entry = &audit["audits"][1];
    assert_eq!(
        (&entry["compliant"], &entry["risk"]),
        (&json!(false), &json!("high"))
    );
    assert_eq!(
        entry["issues"].as_array().unwrap().len(),
        entry["findings"].as_array().unwrap().len()
    );
    let findings = entry["findings"].as_array().unwrap();
    let finding = findings
        .iter()
        .find(|finding| finding["rule"] == "approximate-lookup")
        .unwrap();
    assert_eq!(finding["span"], json!({"start": 1, "end": 27}));
    assert_eq!(finding["policy"], Value::Null);
    assert_eq!(
        finding["fix"]["formula"],
        "=VLOOKUP(B2, Sheet1!A:B, 2, FALSE)"
    );
    assert_eq!(audit["usage"]["plan"], "free");
}

#[tokio::test]
async fn a_finding_of_a_policy_names_policy_and_sentence() {
    let (server, member) = acme().await;
    store(
        &server,
        &member,
        &json!({"title": "Standard", "content": "INDIRECT must not be used. Keep a change log."}),
    )
    .await;
    let audit = server
        .audit(who(&member), &["=INDIRECT(\"A1\")"])
        .await
        .expect(200)
        .json;
    let findings = audit["audits"][0]["findings"].as_array().unwrap();
    let policy = findings
        .iter()
        .find_map(|finding| finding["policy"].as_object())
        .unwrap();
    assert_eq!(policy["title"], "Standard");
    assert_eq!(policy["version"], 1);
    assert_eq!(policy["sentence"], "INDIRECT must not be used.");
}

#[tokio::test]
async fn a_policy_of_another_department_does_not_apply() {
    let (server, member) = acme().await;
    let policy =
        json!({"title": "Finance", "content": "OFFSET must not be used.", "department": "Finance"});
    store(&server, &member, &policy).await;
    for (context, cited) in [
        (json!({"department": "finance"}), true),
        (json!({"department": "Sales"}), false),
        (json!({}), true),
    ] {
        let body = json!({"formulas": ["=OFFSET(A1,1,1)"], "context": context});
        let audit = server
            .post(who(&member), "/api/audit", &body)
            .await
            .expect(200)
            .json;
        let findings = audit["audits"][0]["findings"].as_array().unwrap();
        assert_eq!(
            findings.iter().any(|finding| finding["policy"].is_object()),
            cited,
            "{context}"
        );
    }
}

#[tokio::test]
async fn a_policy_stored_by_another_server_applies_at_once() {
    let (server, member) = acme().await;
    let other = Start::default().on(&server.database).server().await;
    let _ = server
        .audit(who(&member), &["=OFFSET(A1,1,1)"])
        .await
        .expect(200);
    store(
        &other,
        &member,
        &json!({"title": "Standard", "content": "OFFSET must not be used."}),
    )
    .await;
    let audit = server
        .audit(who(&member), &["=OFFSET(A1,1,1)"])
        .await
        .expect(200)
        .json;
    assert!(
        audit.to_string().contains("OFFSET must not be used."),
        "{audit}"
    );
}

#[tokio::test]
async fn a_formula_that_does_not_parse_is_a_finding() {
    let (server, member) = acme().await;
    let audit = server
        .audit(who(&member), &["=SUM(A1", "=A1+"])
        .await
        .expect(200)
        .json;
    for entry in audit["audits"].as_array().unwrap() {
        assert_eq!(entry["findings"][0]["rule"], "syntax-error", "{entry}");
    }
}

#[tokio::test]
async fn values_are_skipped_and_empty_cells_are_not_counted() {
    let (server, member) = acme().await;
    let audit = server
        .audit(who(&member), &["=A1", "", "42", "total"])
        .await
        .expect(200)
        .json;
    assert_eq!(audit["count"], 1);
    let skipped: Vec<_> = audit["skipped"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cell| &cell["cellAddress"])
        .collect();
    assert_eq!(skipped, ["A3", "A4"]);
}

#[tokio::test]
async fn the_same_finding_on_copies_is_counted_once_and_stands_on_each() {
    let (server, member) = acme().await;
    let formulas: Vec<String> = (1..=40)
        .map(|row| format!("=VLOOKUP(B{row}, $D$1:$E$9, 2)"))
        .collect();
    let formulas: Vec<&str> = formulas.iter().map(String::as_str).collect();
    let audit = server.audit(who(&member), &formulas).await.expect(200).json;
    assert_eq!(audit["summary"]["high"], 1);
    assert_eq!(
        audit["audits"][39]["findings"][0]["cells"],
        json!(["A1:A40"])
    );
    assert_eq!(server.sql("SELECT issues_found FROM audit_logs").await, "1");
    assert_eq!(
        server.sql("SELECT highest_severity FROM audit_logs").await,
        "high"
    );
}

#[tokio::test]
async fn findings_are_kept_without_any_formulas_text() {
    let (server, member) = acme().await;
    let _ = server
        .audit(who(&member), &["=VLOOKUP(\"secret words\", A1:B2, 2)"])
        .await
        .expect(200);
    let kept = server
        .sql("SELECT findings FROM sheetbrain.audit_findings")
        .await;
    assert!(kept.contains("approximate-lookup"), "{kept}");
    assert!(!kept.contains("secret words"), "{kept}");
}

#[tokio::test]
async fn a_compressed_body_is_read() {
    let (server, member) = acme().await;
    let body = json!({"formulas": ["=A1"]}).to_string();
    let request = server
        .request_as(who(&member), Method::POST, "/api/audit")
        .header("content-type", "application/json")
        .header("content-encoding", "gzip")
        .body(gzip(body.as_bytes()));
    assert_eq!(send(request).await.expect(200).json["count"], 1);
}

/// The bytes as gzip, stored without compression (RFC 1951, 1952).
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap();
    let mut zipped = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1];
    zipped.extend(length.to_le_bytes());
    zipped.extend((!length).to_le_bytes());
    zipped.extend(bytes);
    let mut crc = !0_u32;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                (crc >> 1) ^ 0xedb8_8320
            } else {
                crc >> 1
            };
        }
    }
    zipped.extend((!crc).to_le_bytes());
    zipped.extend(u32::from(length).to_le_bytes());
    zipped
}

#[tokio::test]
async fn the_same_key_and_body_counts_once_also_at_the_same_moment() {
    let (server, member) = acme().await;
    let send_once = || {
        let request = server
            .request_as(who(&member), Method::POST, "/api/audit")
            .header("idempotency-key", "run 7")
            .json(&json!({"formulas": ["=A1"]}));
        send(request)
    };
    let (one, two, three) = tokio::join!(send_once(), send_once(), send_once());
    let id = one.expect(200).json["auditId"].clone();
    assert_eq!(two.expect(200).json["auditId"], id);
    assert_eq!(three.expect(200).json["auditId"], id);
    for _ in 0..9 {
        let _ = server.audit(who(&member), &["=A1"]).await.expect(200);
    }
    assert_eq!(
        send_once().await.expect(200).json["auditId"],
        id,
        "over quota"
    );
    assert_eq!(server.sql("SELECT count FROM audit_usage").await, "10");
    assert_eq!(server.sql("SELECT count(*) FROM audit_logs").await, "10");
}

#[tokio::test]
async fn a_key_with_another_body_is_refused() {
    let (server, member) = acme().await;
    for (formula, status) in [("=A1", 200), ("=A2", 422)] {
        let request = server
            .request_as(who(&member), Method::POST, "/api/audit")
            .header("idempotency-key", "run 7")
            .json(&json!({"formulas": [formula]}));
        let _ = send(request).await.expect(status);
    }
}

#[tokio::test]
async fn an_audit_of_another_organization_is_counted_there() {
    let (server, first) = acme().await;
    let second = server.member("org:member").await;
    let _ = server.audit(who(&first), &["=A1"]).await.expect(200);
    let usage = server
        .get(who(&second), "/api/usage")
        .await
        .expect(200)
        .json;
    assert_eq!(usage["used"], 0);
    let stranger = (second.0.as_str(), first.1.as_str());
    let _ = server
        .audit(stranger, &["=A1"])
        .await
        .expect_problem(403, "unknown-user");
}
