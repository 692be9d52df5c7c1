//! Pages that show the API and the rules, and need nothing but themselves.

use reqwest::Method;
use tests::Server;
use tests::answer::Answer;
use tests::program::send;

async fn page(server: &Server, path: &str) -> Answer {
    let page = send(server.request(Method::GET, path)).await.expect(200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    for loaded in ["<script", "<link", "<img", "src=", "@import"] {
        assert!(!page.text.contains(loaded), "{path} has {loaded}");
    }
    page
}

#[tokio::test]
async fn the_docs_show_every_operation() {
    let server = Server::start().await;
    let docs = page(&server, "/docs").await.text;
    let api = send(server.request(Method::GET, "/openapi.json"))
        .await
        .expect(200)
        .json;
    let mut shown = 0;
    for (path, methods) in api["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            let heading = format!("<code>{} {path}</code>", method.to_uppercase());
            assert!(docs.contains(&format!("id=\"{id}\"")), "{id}");
            assert!(docs.contains(&heading), "{heading}");
            shown += 1;
        }
    }
    assert!(shown > 20, "{shown}");
    assert!(docs.contains("id=\"schema-ProblemDetails\""));
}

#[tokio::test]
async fn every_rule_has_a_page() {
    let server = Server::start().await;
    let list = page(&server, "/rules").await.text;
    let rules = send(server.request(Method::GET, "/api/rules"))
        .await
        .expect(200)
        .json;
    for rule in rules["rules"].as_array().unwrap() {
        let name = rule["name"].as_str().unwrap();
        assert!(list.contains(&format!("href=\"/rules/{name}\"")), "{name}");
        let text = page(&server, &format!("/rules/{name}")).await.text;
        assert!(text.contains(&format!("<h1>{name}</h1>")), "{name}");
        assert!(text.contains("<pre>"), "{name} shows no example");
    }
    let _ = send(server.request(Method::GET, "/rules/no-such-rule"))
        .await
        .expect_problem(404, "not-found");
}
