//! The operators' guide, step by step: each call over HTTP is followed by its check in SQL.

use serde_json::json;
use tests::program::who;
use tests::{GUIDE_FORMULAS, Server};

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story, told in its order")]
async fn the_guide_works_from_the_first_webhook_to_the_eleventh_audit() {
    let server = Server::start().await;

    // Identities arrive.
    let member = server.member("org:admin").await;
    let organization = format!(
        "(SELECT id FROM organizations WHERE clerk_org_id = '{}')",
        member.0
    );
    assert_eq!(
        server
            .sql(&format!(
                "SELECT name FROM organizations WHERE id = {organization}"
            ))
            .await,
        "Acme"
    );
    let joined = format!(
        "SELECT u.email FROM users u WHERE u.clerk_user_id = '{}' AND u.organization_id = {organization}",
        member.1
    );
    assert_eq!(server.sql(&joined).await, "ada@example.com");

    // The plan is booked.
    let booked = server
        .post(who(&member), "/api/billing", &json!({"plan": "free"}))
        .await
        .expect(200);
    assert_eq!(booked.json["plan"], "free");
    let plan = format!(
        "SELECT plan || ' ' || status FROM subscriptions WHERE organization_id = {organization}"
    );
    assert_eq!(server.sql(&plan).await, "free active");

    // A policy is ingested.
    let policy = json!({
        "title": "Lookups",
        "content": "VLOOKUP must use exact match. Every model has an owner.",
        "category": "finance",
    });
    let ingested = server
        .post(who(&member), "/api/ingest", &policy)
        .await
        .expect(201);
    assert_eq!(ingested.json["compiled"]["enforced"], 1);
    assert_eq!(server.sql("SELECT title FROM policies").await, "Lookups");
    let logged =
        "SELECT success || ' ' || document_size FROM ingestion_logs WHERE policy_id IS NOT NULL";
    assert_eq!(server.sql(logged).await, "true 55");

    // Formulas are audited.
    let body =
        json!({"formulas": GUIDE_FORMULAS, "context": {"range": "A1:A2", "sheetName": "Sheet1"}});
    let audit = server
        .post(who(&member), "/api/audit", &body)
        .await
        .expect(200)
        .json;
    assert_eq!(
        (&audit["count"], &audit["compliant"]),
        (&json!(2), &json!(2))
    );
    assert_eq!(audit["audits"][1]["cellAddress"], "A2");
    assert_eq!(audit["usage"]["used"], 1);
    assert_eq!(audit["usage"]["limit"], 10);
    let log = format!(
        "SELECT formula_count || ' ' || compliant_count FROM audit_logs WHERE id = '{}'",
        audit["auditId"].as_str().unwrap()
    );
    assert_eq!(server.sql(&log).await, "2 2");
    let usage = "SELECT o.name || ' ' || au.count FROM audit_usage au JOIN organizations o ON o.id = au.organization_id";
    assert_eq!(server.sql(usage).await, "Acme 1");
    let bucket = "SELECT o.name || ' ' || (rl.request_count > 0) FROM rate_limit_buckets rl JOIN organizations o ON o.id = rl.organization_id";
    assert_eq!(server.sql(bucket).await, "Acme true");

    // The figures agree.
    let stats = server
        .get(who(&member), "/api/stats")
        .await
        .expect(200)
        .json;
    assert_eq!(
        stats,
        json!({"totalUsers": 1, "totalPolicies": 1, "totalAudits": 1, "auditsThisMonth": 1,
               "plan": "free", "subscriptionStatus": "active"})
    );

    // The plan's ten audits are used up by nine more.
    for _ in 0..9 {
        let _ = server.audit(who(&member), &["=A1"]).await.expect(200);
    }
    let refused = server
        .audit(who(&member), &["=A1"])
        .await
        .expect_problem(429, "quota-exceeded");
    assert_eq!(
        (&refused.json["used"], &refused.json["limit"]),
        (&json!(10), &json!(10))
    );
    assert_eq!(refused.json["plan"], "free");
    assert!(refused.header("retry-after").parse::<u64>().unwrap() > 0);
    assert_eq!(server.sql("SELECT count(*) FROM audit_logs").await, "10");

    // Who leaves is locked out.
    let membership = "organizationMembership.deleted";
    server
        .receive(
            &server
                .clerk
                .membership(membership, &member.0, &member.1, "org:admin"),
        )
        .await;
    let _ = server
        .audit(who(&member), &["=A1"])
        .await
        .expect_problem(403, "unknown-user");
    let _ = server
        .get(who(&member), "/api/stats")
        .await
        .expect_problem(403, "unknown-user");
}
