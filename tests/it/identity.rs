//! Session tokens and Google's identities: only genuine ones, only in their time, and only for who
//! is a member here.

use reqwest::Method;
use serde_json::{Value, json};
use tests::issuer::{Issuer, Key, sign, sign_with_public_key, unsigned};
use tests::program::{Start, send, who};
use tests::{Answer, Server};

/// An issuer and a server that checks its tokens.
async fn signed_in() -> (Issuer, Server) {
    let issuer = Issuer::start().await;
    let server = with_clerk(&issuer).server().await;
    (issuer, server)
}

fn with_clerk(issuer: &Issuer) -> Start {
    Start::default().with("CLERK_ISSUER", &issuer.url)
}

/// `GET /api/me` with a token.
async fn me(server: &Server, token: &str) -> Answer {
    let request = server
        .request(Method::GET, "/api/me")
        .header("authorization", format!("Bearer {token}"));
    send(request).await
}

#[tokio::test]
async fn a_session_of_either_version_is_known() {
    let (issuer, server) = signed_in().await;
    let member = server.member("org:editor").await;
    let second = issuer.clerk_claims(who(&member), &json!({}));
    let first = json!({"o": null, "v": null, "org_id": member.0, "org_role": "org:admin", "nbf": null, "azp": null});
    let first = issuer.clerk_claims(who(&member), &first);
    for claims in [second, first] {
        let me = me(&server, &sign(Key::First, &claims))
            .await
            .expect(200)
            .json;
        assert_eq!(me["user"]["clerkId"], member.1.as_str());
        // The token says admin; the membership here says what is true.
        assert_eq!(me["role"], "editor");
        assert_eq!(me["authenticatedBy"], "clerk");
    }
    assert_eq!(issuer.fetches(), 1);
}

#[tokio::test]
async fn what_a_token_claims_wrongly_is_refused() {
    let issuer = Issuer::start().await;
    let server = with_clerk(&issuer)
        .with("CLERK_AUTHORIZED_PARTIES", "https://app.example.com")
        .server()
        .await;
    let member = server.member("org:admin").await;
    let at = tests::clerk::now().unix_timestamp();
    for (what, changes) in [
        ("expired", json!({"exp": at - 6})),
        ("without an end", json!({"exp": null})),
        ("not yet", json!({"nbf": at + 60})),
        (
            "another issuer",
            json!({"iss": "https://clerk.other.example"}),
        ),
        ("without an issuer", json!({"iss": null})),
        ("another site", json!({"azp": "https://evil.example.com"})),
        ("pending", json!({"sts": "pending"})),
        ("two organizations", json!({"org_id": "org_another"})),
        ("nobody", json!({"sub": null})),
    ] {
        let token = sign(Key::First, &issuer.clerk_claims(who(&member), &changes));
        let answer = me(&server, &token).await;
        assert_eq!(answer.status.as_u16(), 401, "{what}: {}", answer.text);
        let _ = answer.expect_problem(401, "unauthenticated");
    }
    let nowhere = issuer.clerk_claims(who(&member), &json!({"o": null}));
    let _ = me(&server, &sign(Key::First, &nowhere))
        .await
        .expect_problem(403, "unknown-organization");
    let good = issuer.clerk_claims(who(&member), &json!({"nbf": at + 3, "exp": at + 30}));
    let _ = me(&server, &sign(Key::First, &good)).await.expect(200);
}

#[tokio::test]
async fn only_the_issuers_own_signature_counts() {
    let (issuer, server) = signed_in().await;
    let member = server.member("org:admin").await;
    let claims = issuer.clerk_claims(who(&member), &json!({}));
    let good = sign(Key::First, &claims);
    let modulus = Key::First.modulus();
    let (head, rest) = good.split_once('.').unwrap();
    let (body, signature) = rest.split_once('.').unwrap();
    let other = sign(
        Key::First,
        &issuer.clerk_claims(("org_other", &member.1), &json!({})),
    );
    let other_body = other.split('.').nth(1).unwrap();
    for token in [
        unsigned(&claims),
        sign_with_public_key(Key::First, modulus.as_bytes(), &claims),
        sign(Key::Second, &claims),
        format!("{head}.{other_body}.{signature}"),
        format!("{head}.{body}."),
        format!("{head}.{body}"),
        "x".to_owned(),
        "x.y.z".to_owned(),
        "a".repeat(5000),
    ] {
        let _ = me(&server, &token)
            .await
            .expect_problem(401, "unauthenticated");
    }
    let _ = me(&server, &good).await.expect(200);
}

#[tokio::test]
async fn the_keys_are_fetched_again_for_one_that_is_not_known_but_not_each_time() {
    let (issuer, server) = signed_in().await;
    let member = server.member("org:admin").await;
    let claims = issuer.clerk_claims(who(&member), &json!({}));
    let _ = me(&server, &sign(Key::First, &claims)).await.expect(200);
    for _ in 0..5 {
        let _ = me(&server, &sign(Key::Second, &claims))
            .await
            .expect_problem(401, "unauthenticated");
    }
    assert_eq!(issuer.fetches(), 1, "the fetch before was a moment ago");
}

#[tokio::test]
async fn both_keys_of_a_rotation_are_good() {
    let (issuer, server) = signed_in().await;
    issuer.publish(&[Key::First, Key::Second]);
    let member = server.member("org:admin").await;
    let claims = issuer.clerk_claims(who(&member), &json!({}));
    for key in [Key::First, Key::Second] {
        let _ = me(&server, &sign(key, &claims)).await.expect(200);
    }
}

#[tokio::test]
async fn an_issuer_that_is_away_stops_nobody_whose_key_is_held() {
    let (issuer, server) = signed_in().await;
    let member = server.member("org:admin").await;
    let claims = issuer.clerk_claims(who(&member), &json!({}));
    issuer.set_up(false);
    let away = me(&server, &sign(Key::First, &claims))
        .await
        .expect_problem(503, "unavailable");
    assert_eq!(away.header("retry-after"), "1");
    issuer.set_up(true);
    tokio::time::sleep(std::time::Duration::from_millis(2100)).await;
    let _ = me(&server, &sign(Key::First, &claims)).await.expect(200);
    issuer.set_up(false);
    let _ = me(&server, &sign(Key::First, &claims)).await.expect(200);
}

#[tokio::test]
async fn many_who_come_at_once_fetch_the_keys_once() {
    let (issuer, server) = signed_in().await;
    let member = server.member("org:admin").await;
    let token = sign(Key::First, &issuer.clerk_claims(who(&member), &json!({})));
    let answers = futures::future::join_all((0..20).map(|_| me(&server, &token))).await;
    assert!(answers.iter().all(|answer| answer.status.is_success()));
    assert_eq!(issuer.fetches(), 1);
}

#[tokio::test]
async fn the_cookie_reads_and_writes_only_from_the_same_origin() {
    let (issuer, server) = signed_in().await;
    let member = server.member("org:admin").await;
    let token = sign(Key::First, &issuer.clerk_claims(who(&member), &json!({})));
    let cookie = format!("other=1; __session={token}");
    let read = server
        .request(Method::GET, "/api/me")
        .header("cookie", &cookie);
    let _ = send(read).await.expect(200);
    let write = |name: &'static str, value: String| {
        let request = server
            .request(Method::POST, "/api/billing")
            .header("cookie", &cookie)
            .header(name, value)
            .json(&json!({"plan": "free"}));
        send(request)
    };
    for (name, value) in [
        ("sec-fetch-site", "cross-site".to_owned()),
        ("sec-fetch-site", "same-site".to_owned()),
        ("origin", "https://evil.example.com".to_owned()),
        ("origin", "null".to_owned()),
        ("x-nothing", String::new()),
    ] {
        let _ = write(name, value).await.expect_problem(403, "forbidden");
    }
    let _ = write("origin", server.url.clone()).await.expect(200);
    let _ = write("sec-fetch-site", "same-origin".to_owned())
        .await
        .expect(200);
}

#[tokio::test]
async fn a_member_who_is_removed_is_refused_at_once() {
    let (issuer, server) = signed_in().await;
    let member = server.member("org:admin").await;
    let token = sign(Key::First, &issuer.clerk_claims(who(&member), &json!({})));
    let _ = me(&server, &token).await.expect(200);
    let ended = server.clerk.membership(
        "organizationMembership.deleted",
        &member.0,
        &member.1,
        "org:admin",
    );
    server.receive(&ended).await;
    let _ = me(&server, &token)
        .await
        .expect_problem(403, "unknown-user");
}

#[tokio::test]
async fn headers_are_believed_only_where_that_is_set() {
    let (issuer, server) = signed_in().await;
    let member = server.member("org:admin").await;
    let _ = server
        .get(who(&member), "/api/me")
        .await
        .expect_problem(401, "unauthenticated");
    let trusting = with_clerk(&issuer)
        .with("SHEETBRAIN_AUTH", "headers")
        .on(&server.database)
        .server()
        .await;
    let _ = trusting.get(who(&member), "/api/me").await.expect(200);
    // What is shown and wrong is refused, whatever the headers say.
    let both = trusting
        .request_as(who(&member), Method::GET, "/api/me")
        .header("authorization", "Bearer x.y.z");
    let _ = send(both).await.expect_problem(401, "unauthenticated");
}

#[tokio::test]
async fn only_what_needs_nobody_answers_a_stranger() {
    let (_, server) = signed_in().await;
    let api = send(server.request(Method::GET, "/openapi.json"))
        .await
        .expect(200)
        .json;
    let mut asked = 0;
    for (path, methods) in api["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let is_public = operation["security"].as_array().unwrap().is_empty();
            let path = path.replace("{id}", "00000000-0000-7000-8000-000000000000");
            let answer = send(server.request(method.clone(), &path)).await;
            let is_refused = answer.json["type"] == "/problems/unauthenticated";
            assert_eq!(is_refused, !is_public, "{method} {path}: {}", answer.text);
            // The webhooks and the exchange of tokens want proof in their bodies.
            let gives = answer.text.contains("sb_session_") || answer.text.contains("sb_live_");
            assert!(
                !gives || path == "/openapi.json",
                "{method} {path}: {}",
                answer.text
            );
            assert_eq!(
                operation["x-role"].is_string(),
                !is_public,
                "{method} {path}"
            );
            asked += 1;
        }
    }
    assert!(asked > 18, "{asked}");
}

/// A server that takes Google's identities, and who issues them.
async fn with_google() -> (Issuer, Server) {
    let google = Issuer::start().await;
    let server = Start::default()
        .with(
            "GOOGLE_CLIENT_IDS",
            "other,addon.apps.googleusercontent.com",
        )
        .with("GOOGLE_JWKS_URL", &google.jwks_url())
        .server()
        .await;
    (google, server)
}

async fn exchange(server: &Server, token: &str, organization: Option<&str>) -> Answer {
    let mut body = json!({"token": token});
    if let Some(organization) = organization {
        body["organization"] = organization.into();
    }
    send(server.request(Method::POST, "/api/session").json(&body)).await
}

fn google_token(changes: &Value) -> String {
    sign(
        Key::First,
        &Issuer::google_claims("google-1", "Ada@Example.com", changes),
    )
}

#[tokio::test]
async fn an_identity_of_googles_becomes_a_short_token() {
    let (_google, server) = with_google().await;
    let member = server.member("org:editor").await;
    let session = exchange(&server, &google_token(&json!({})), None)
        .await
        .expect(200);
    assert_eq!(session.header("cache-control"), "no-store");
    let token = session.json["token"].as_str().unwrap();
    assert_eq!(session.json["organization"]["clerkId"], member.0.as_str());
    let known = me(&server, token).await.expect(200).json;
    assert_eq!(known["user"]["clerkId"], member.1.as_str());
    assert_eq!(
        (&known["role"], &known["authenticatedBy"]),
        (&json!("editor"), &json!("session"))
    );

    // Another server of the same database takes it too.
    let second = Start::default().on(&server.database).server().await;
    let _ = me(&second, token).await.expect(200);
    let forged = &token[..token.len() - 2];
    let _ = me(&server, forged)
        .await
        .expect_problem(401, "unauthenticated");

    // Whoever leaves is out, whatever the token says.
    let ended = server.clerk.membership(
        "organizationMembership.deleted",
        &member.0,
        &member.1,
        "org:editor",
    );
    server.receive(&ended).await;
    let _ = me(&server, token).await.expect_problem(403, "unknown-user");
}

#[tokio::test]
async fn an_identity_that_proves_nothing_gets_no_token() {
    let (_google, server) = with_google().await;
    let _ = server.member("org:admin").await;
    let at = tests::clerk::now().unix_timestamp();
    for (changes, status, slug) in [
        (json!({"aud": "somebody.else"}), 401, "unauthenticated"),
        (
            json!({"iss": "https://accounts.google.example"}),
            401,
            "unauthenticated",
        ),
        (json!({"exp": at - 10}), 401, "unauthenticated"),
        (json!({"email_verified": false}), 403, "unknown-user"),
        (json!({"email_verified": null}), 403, "unknown-user"),
        (json!({"email": null}), 403, "unknown-user"),
        (json!({"email": "eve@example.com"}), 403, "unknown-user"),
    ] {
        let answer = exchange(&server, &google_token(&changes), None).await;
        assert_eq!(answer.json["token"], Value::Null);
        let _ = answer.expect_problem(status, slug);
    }
    let claims = Issuer::google_claims("google-1", "ada@example.com", &json!({}));
    for token in [unsigned(&claims), sign(Key::Second, &claims), String::new()] {
        let _ = exchange(&server, &token, None)
            .await
            .expect_problem(401, "unauthenticated");
    }
}

#[tokio::test]
async fn a_person_stays_who_they_are_when_addresses_change_hands() {
    let (_google, server) = with_google().await;
    let first = server.member("org:admin").await;
    let _ = exchange(&server, &google_token(&json!({})), None)
        .await
        .expect(200);
    // The first person moves to another address, and somebody else gets the old one.
    server
        .receive(
            &server
                .clerk
                .user("user.updated", &first.1, "ada@new.example"),
        )
        .await;
    let second = server.member("org:admin").await;
    let token = exchange(&server, &google_token(&json!({})), None)
        .await
        .expect(200)
        .json;
    let known = me(&server, token["token"].as_str().unwrap())
        .await
        .expect(200)
        .json;
    assert_eq!(known["user"]["clerkId"], first.1.as_str());
    let newcomer = google_token(&json!({"sub": "google-2"}));
    let token = exchange(&server, &newcomer, None).await.expect(200).json;
    let known = me(&server, token["token"].as_str().unwrap())
        .await
        .expect(200)
        .json;
    assert_eq!(known["user"]["clerkId"], second.1.as_str());
}

#[tokio::test]
async fn an_address_of_two_people_says_nothing() {
    let (_google, server) = with_google().await;
    for _ in 0..2 {
        let _ = server.member("org:admin").await;
    }
    let _ = exchange(&server, &google_token(&json!({})), None)
        .await
        .expect_problem(403, "unknown-user");
}

#[tokio::test]
async fn a_person_of_several_organizations_names_one_of_their_own() {
    let (_google, server) = with_google().await;
    let member = server.member("org:admin").await;
    let stranger = server.member("org:admin").await;
    server
        .receive(
            &server
                .clerk
                .user("user.updated", &stranger.1, "eve@example.com"),
        )
        .await;
    server
        .receive(
            &server
                .clerk
                .organization("organization.created", "org_second", "Second"),
        )
        .await;
    let joined = server.clerk.membership(
        "organizationMembership.created",
        "org_second",
        &member.1,
        "org:viewer",
    );
    server.receive(&joined).await;
    let asked = exchange(&server, &google_token(&json!({})), None)
        .await
        .expect_problem(400, "bad-request");
    assert_eq!(asked.json["organizations"].as_array().unwrap().len(), 2);
    let chosen = exchange(&server, &google_token(&json!({})), Some("org_second"))
        .await
        .expect(200)
        .json;
    let known = me(&server, chosen["token"].as_str().unwrap())
        .await
        .expect(200)
        .json;
    assert_eq!(
        (&known["organization"]["clerkId"], &known["role"]),
        (&json!("org_second"), &json!("viewer"))
    );
    for other in [stranger.0.as_str(), "org_unknown"] {
        let refused = exchange(&server, &google_token(&json!({})), Some(other)).await;
        let _ = refused.expect_problem(403, "unknown-organization");
    }
}

#[tokio::test]
async fn without_a_client_no_identity_of_googles_is_taken() {
    let server = Server::start().await;
    let _ = exchange(&server, &google_token(&json!({})), None)
        .await
        .expect_problem(503, "google-not-configured");
}
