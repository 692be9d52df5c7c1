//! Behind a pooler that gives a connection to each transaction, everything works as without.

use futures::future::join_all;
use reqwest::Method;
use serde_json::json;
use tests::bouncer::Bouncer;
use tests::program::{Start, send, who};
use tests::{Server, database};

/// Everything that a request may need of the database, for one organization.
async fn work(server: &Server, member: &(String, String), number: usize) {
    let policy =
        json!({"title": format!("Policy {number}"), "content": "VLOOKUP must use exact match."});
    let stored = server
        .post(who(member), "/api/policies", &policy)
        .await
        .expect(201);
    let path = stored.header("location").to_owned();
    let _ = server.get(who(member), &path).await.expect(200);
    let audit = server
        .audit(who(member), &["=VLOOKUP(A1,B:C,2)"])
        .await
        .expect(200)
        .json;
    assert!(
        audit.to_string().contains("VLOOKUP must use exact match."),
        "{audit}"
    );
    let wanted = json!({"scopes": ["read"], "name": format!("key {number}")});
    let key = server
        .post(who(member), "/api/keys", &wanted)
        .await
        .expect(201)
        .json;
    let me = server.request(Method::GET, "/api/me").header(
        "authorization",
        format!("Bearer {}", key["key"].as_str().unwrap()),
    );
    let me = send(me).await.expect(200).json;
    assert_eq!(me["organization"]["clerkId"], member.0.as_str());
}

#[tokio::test]
async fn two_servers_behind_pgbouncer_keep_many_organizations_apart() {
    let bouncer = Bouncer::start().await;
    let database = database::create_empty().await;
    let start = || {
        Start::default()
            .with("RATE_LIMIT_REQUESTS", "1000000")
            .on(&bouncer.to(&database))
            .looking_into(&database)
            .server()
    };
    let (one, two) = tokio::join!(start(), start());
    let mut members = Vec::new();
    for _ in 0..4 {
        let member = one.member("org:admin").await;
        one.execute(&format!(
            "INSERT INTO subscriptions (organization_id, plan, status)
             SELECT id, 'enterprise', 'active' FROM organizations WHERE clerk_org_id = '{}'",
            member.0
        ))
        .await;
        members.push(member);
    }
    let works = (0..40).map(|number| {
        let server = if number % 2 == 0 { &one } else { &two };
        work(server, &members[number % members.len()], number)
    });
    join_all(works).await;
    for member in &members {
        let stats = two.get(who(member), "/api/stats").await.expect(200).json;
        assert_eq!(
            (&stats["totalPolicies"], &stats["totalAudits"]),
            (&json!(10), &json!(10))
        );
    }
    let _ = send(two.request(Method::GET, "/readyz")).await.expect(200);
}
