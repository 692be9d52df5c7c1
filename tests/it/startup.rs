//! Settings that can not work stop the start, each with a message that says what to do.

use std::process::Stdio;
use std::time::Duration;

use tests::clerk::SECRET;
use tests::database;
use tests::program::{Server, Start, send, started, who};

/// Starts with these settings, which must not work, and gives what was said.
async fn refused(settings: &[(&str, &str)], arguments: &[&str]) -> String {
    let mut start = Start::default();
    for (name, value) in settings {
        start = start.with(name, value);
    }
    for argument in arguments {
        start = start.argument(argument);
    }
    let (code, said) = start.refused().await;
    assert_eq!(code, 2, "{said}");
    said
}

#[tokio::test]
async fn an_address_that_is_not_loopback_is_refused() {
    let said = refused(&[("SHEETBRAIN_LISTEN", "0.0.0.0:0")], &[]).await;
    assert!(
        said.contains("SHEETBRAIN_LISTEN") && said.contains("loopback"),
        "{said}"
    );
}

#[tokio::test]
async fn a_database_address_of_something_else_is_refused() {
    let said = refused(&[("DATABASE_URL", "mysql://root:hunter2@localhost/x")], &[]).await;
    assert!(
        said.contains("DATABASE_URL") && !said.contains("hunter2"),
        "{said}"
    );
}

#[tokio::test]
async fn a_database_that_does_not_answer_is_named_by_its_setting() {
    let url = "postgres://nobody:hunter2@127.0.0.1:1/x";
    let said = refused(&[("DATABASE_URL", url)], &[]).await;
    assert!(
        said.contains("DATABASE_URL") && !said.contains("hunter2"),
        "{said}"
    );
}

#[tokio::test]
async fn a_secret_that_is_none_is_refused_and_not_printed() {
    let repeated = "whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB";
    let published = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    for secret in ["whsec_not/base64!", "whsec_c2hvcnQ=", repeated, published] {
        let said = refused(&[("CLERK_WEBHOOK_SECRET", secret)], &[]).await;
        assert!(
            said.contains("CLERK_WEBHOOK_SECRET") && !said.contains(secret),
            "{said}"
        );
    }
}

#[tokio::test]
async fn an_address_of_keys_that_anybody_could_change_is_refused() {
    for (name, value) in [
        ("CLERK_ISSUER", "http://clerk.example.com"),
        ("CLERK_ISSUER", "clerk.example.com"),
        ("CLERK_JWKS_URL", "http://clerk.example.com/keys"),
        ("GOOGLE_JWKS_URL", "ftp://google.example.com"),
    ] {
        let issuer = ("CLERK_ISSUER", "https://clerk.example.com");
        let said = refused(&[issuer, ("GOOGLE_CLIENT_IDS", "x"), (name, value)], &[]).await;
        assert!(said.contains(name) && said.contains("https"), "{said}");
    }
}

#[tokio::test]
async fn session_tokens_without_an_issuer_are_refused() {
    let said = refused(&[("SHEETBRAIN_AUTH", "clerk")], &[]).await;
    assert!(
        said.contains("SHEETBRAIN_AUTH") && said.contains("CLERK_ISSUER"),
        "{said}"
    );
}

#[tokio::test]
async fn a_limit_that_is_no_number_is_named() {
    let said = refused(&[("RATE_LIMIT_REQUESTS", "many")], &[]).await;
    assert!(said.contains("rate-limit-requests"), "{said}");
}

#[tokio::test]
async fn a_port_that_is_taken_is_said() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = refused(&[("SHEETBRAIN_LISTEN", &address)], &["--ephemeral"]).await;
    assert!(
        said.contains(&address) && said.contains("--listen"),
        "{said}"
    );
}

#[tokio::test]
async fn a_folder_without_programs_of_postgres_says_how_to_get_them() {
    let folder = "/nonexistent-folder-of-programs";
    let said = refused(&[("SHEETBRAIN_PG_BIN", folder)], &["--ephemeral"]).await;
    assert!(
        said.contains(folder) && said.contains("SHEETBRAIN_PG_BIN"),
        "{said}"
    );
}

#[tokio::test]
async fn an_empty_database_is_brought_up_to_date_by_two_servers_at_once() {
    let database = database::create_empty().await;
    let (one, two) = tokio::join!(
        Start::default().on(&database).server(),
        Start::default().on(&database).server()
    );
    for server in [&one, &two] {
        let _ = send(server.request(reqwest::Method::GET, "/readyz"))
            .await
            .expect(200);
    }
}

#[tokio::test]
async fn the_demo_can_be_audited_at_once_and_again_after_a_restart() {
    let server = Start::default().argument("--demo").server().await;
    let demo = ("org_demo", "user_demo");
    let audit = server
        .audit(demo, &["=VLOOKUP(A1,B:C,2)"])
        .await
        .expect(200)
        .json;
    assert_eq!(audit["usage"]["plan"], "enterprise");
    assert!(audit.to_string().contains("VLOOKUP must use exact match."));
    let again = Start::default()
        .argument("--demo")
        .on(&server.database)
        .server()
        .await;
    let policies = again.get(demo, "/api/policies").await.expect(200).json;
    assert_eq!(policies["policies"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_server_that_is_asked_to_stop_finishes_what_was_begun() {
    let server = Server::start().await;
    let member = server.member("org:admin").await;
    let formulas: Vec<String> = (0..20_000)
        .map(|row| format!("=VLOOKUP(B{row},C:D,2)+{row}"))
        .collect();
    let request = server
        .request_as(who(&member), reqwest::Method::POST, "/api/audit")
        .json(&serde_json::json!({"formulas": formulas}));
    let answer = tokio::spawn(send(request));
    let db = server.db.clone();
    // It has begun when it is counted.
    while server
        .sql("SELECT request_count FROM rate_limit_buckets")
        .await
        != "1"
    {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(server.stop().await.success());
    let answer = answer.await.unwrap().expect(200);
    let recorded = sqlx::raw_sql("SELECT id::text FROM audit_logs")
        .fetch_all(&db)
        .await
        .unwrap();
    let recorded: Vec<String> = recorded.iter().map(|row| sqlx::Row::get(row, 0)).collect();
    assert_eq!(recorded, [answer.json["auditId"].as_str().unwrap()]);
}

#[tokio::test]
async fn a_private_postgres_that_is_thrown_away_serves_and_is_gone_afterwards() {
    let mut command = Start::default()
        .argument("--ephemeral")
        .argument("--demo")
        .command();
    command.env("CLERK_WEBHOOK_SECRET", SECRET);
    let (mut child, url) = started(command).await;
    let ready = reqwest::get(format!("{url}/readyz")).await.unwrap();
    assert!(ready.status().is_success());
    tests::program::signal(&child, "TERM").await;
    assert!(child.wait().await.unwrap().success());
}

#[tokio::test]
async fn a_server_that_is_asked_to_stop_complains_of_nothing() {
    let mut command = Start::default()
        .argument("--ephemeral")
        .argument("--demo")
        .command();
    command.stderr(Stdio::piped());
    let (child, url) = started(command).await;
    // What records it keeps a connection from then on.
    let audit = tests::program::client()
        .post(format!("{url}/api/audit"))
        .header("x-user-org", "org_demo")
        .header("x-user-id", "user_demo")
        .json(&serde_json::json!({"formulas": ["=A1"]}));
    let _ = send(audit).await.expect(200);
    tests::program::signal(&child, "TERM").await;
    let output = child.wait_with_output().await.unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
