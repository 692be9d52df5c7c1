//! What is secret is never written: not to the log at its most talkative, not in an answer.

use std::process::Stdio;

use reqwest::{Client, Method, RequestBuilder};
use serde_json::json;
use sqlx::ConnectOptions;
use tests::database;
use tests::issuer::{Issuer, Key, sign};
use tests::program::{Start, send, signal, started};
use tokio::io::AsyncReadExt;

const PASSWORD: &str = "canary-of-the-database-password";
const WEBHOOK: &str = "Y2FuYXJ5LW9mLXRoZS13ZWJob29rLXNlY3JldA==";
const ROTATED: &str = "Y2FuYXJ5LW9mLXRoZS1yb3RhdGVkLXNlY3JldA==";

/// Requests that go well and requests that go wrong in every way that has its own message.
async fn requests(http: &Client, url: &str, tokens: &[&str]) -> Vec<String> {
    let mut sent: Vec<RequestBuilder> = Vec::new();
    for path in [
        "/api/me",
        "/api/stats",
        "/api/keys",
        "/openapi.json",
        "/readyz",
        "/api/policies/x",
    ] {
        for token in tokens {
            let request = http.get(format!("{url}{path}"));
            sent.push(request.bearer_auth(token));
            let request = http.get(format!("{url}{path}"));
            sent.push(request.header("cookie", format!("__session={token}")));
        }
    }
    for token in tokens {
        let body = json!({"token": token});
        sent.push(http.post(format!("{url}/api/session")).json(&body));
        let signed = http
            .post(format!("{url}/api/auth/webhook"))
            .header("svix-id", "msg_1")
            .header(
                "svix-timestamp",
                tests::clerk::now().unix_timestamp().to_string(),
            )
            .header("svix-signature", format!("v1,{token}"));
        sent.push(signed.body("{}"));
        sent.push(
            http.request(Method::PUT, format!("{url}/api/audit"))
                .bearer_auth(token),
        );
    }
    let mut answers = Vec::new();
    for request in sent {
        let answer = send(request).await;
        answers.push(format!("{:?} {}", answer.headers, answer.text));
    }
    answers
}

#[tokio::test]
async fn no_secret_is_in_the_log_or_in_an_answer() {
    let issuer = Issuer::start().await;
    let database = database::create().await;
    let start = Start::default()
        .with("CLERK_ISSUER", &issuer.url)
        .with("SHEETBRAIN_AUTH", "headers")
        .with("GOOGLE_CLIENT_IDS", "addon.apps.googleusercontent.com")
        .with("GOOGLE_JWKS_URL", &issuer.jwks_url())
        .with(
            "CLERK_WEBHOOK_SECRET",
            &format!("whsec_{WEBHOOK},whsec_{ROTATED}"),
        )
        .with("RUST_LOG", "trace")
        .argument("--demo");
    let mut command = start.command();
    let address = database.password(PASSWORD);
    command
        .env("DATABASE_URL", address.to_url_lossy().as_str())
        .stderr(Stdio::piped());
    let (mut child, url) = started(command).await;
    let mut stderr = child.stderr.take().unwrap();
    let log = tokio::spawn(async move {
        let mut text = String::new();
        stderr.read_to_string(&mut text).await.unwrap();
        text
    });
    let http = tests::program::client();
    let made = http
        .post(format!("{url}/api/keys"))
        .header("x-user-org", "org_demo")
        .header("x-user-id", "user_demo")
        .json(&json!({"scopes": ["read"]}));
    let key = send(made).await.expect(201).json["key"]
        .as_str()
        .unwrap()
        .to_owned();
    let session = sign(
        Key::First,
        &issuer.clerk_claims(("org_demo", "user_demo"), &json!({})),
    );
    let google = sign(
        Key::First,
        &Issuer::google_claims("1", "demo@example.com", &json!({})),
    );
    let made = http
        .post(format!("{url}/api/session"))
        .json(&json!({"token": google}));
    let short = send(made).await.expect(200).json["token"]
        .as_str()
        .unwrap()
        .to_owned();
    let wrong_key = format!("{}x", &key[..key.len() - 1]);
    let tokens = [key.as_str(), &session, &google, &short, &wrong_key];
    let answers = requests(&http, &url, &tokens).await;
    signal(&child, "TERM").await;
    assert!(child.wait().await.unwrap().success());
    let log = log.await.unwrap();
    assert!(
        log.contains("TRACE"),
        "the log is not at its most talkative"
    );

    // The secret part of each: what stands before it is known to everybody.
    let secret_of = |token: &str, mark: char| token.rsplit(mark).next().unwrap().to_owned();
    let parts = [
        PASSWORD.to_owned(),
        WEBHOOK.to_owned(),
        ROTATED.to_owned(),
        "canary-of-the".to_owned(),
        key.split('_').nth(3).unwrap().to_owned(),
        secret_of(&session, '.'),
        secret_of(&google, '.'),
        secret_of(&short, '.'),
    ];
    for secret in &parts {
        assert!(secret.len() > 12, "{secret}");
        let told = log.lines().find(|line| line.contains(secret.as_str()));
        assert_eq!(told, None);
        // The exchange answers with a short token: that one is meant to be given.
        let given = answers
            .iter()
            .find(|answer| answer.contains(secret.as_str()) && !answer.contains("sb_session_"));
        assert_eq!(given, None);
    }
}
