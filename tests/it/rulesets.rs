//! Which rules an organization has on, and all that its audits run with.

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

async fn choose(server: &Server, member: &Member, choice: &Value) -> Answer {
    let request = server.request_as(who(member), Method::PUT, "/api/rulesets");
    send(request.json(choice)).await
}

async fn audit(server: &Server, member: &Member, formula: &str) -> Value {
    server.audit(who(member), &[formula]).await.expect(200).json
}

/// The severities of a rule's findings in the formula.
async fn severities(server: &Server, member: &Member, formula: &str, rule: &str) -> Vec<String> {
    let audit = audit(server, member, formula).await;
    let findings = audit["audits"][0]["findings"].as_array().unwrap().clone();
    let found = findings.iter().filter(|finding| finding["rule"] == rule);
    found
        .map(|finding| finding["severity"].as_str().unwrap().to_owned())
        .collect()
}

const LOOKUP: &str = "=VLOOKUP(A1,B:C,2)";
const NESTED: &str = "=IF(A1,IF(A2,IF(A3,IF(A4,IF(A5,IF(A6,1))))))";

#[tokio::test]
async fn the_recommended_rules_are_on_at_first() {
    let (server, member) = acme().await;
    let rules = server.get(who(&member), "/api/rulesets").await.expect(200);
    assert_eq!(rules.json["presets"], json!(["recommended"]));
    assert_eq!(rules.json["keepFormulas"], false);
    let audited = audit(&server, &member, "=A1").await;
    assert_eq!(rules.json["ruleset"], audited["ruleset"]);
}

#[tokio::test]
async fn a_rule_is_turned_off_on_and_to_another_severity() {
    let (server, member) = acme().await;
    let off = json!({"presets": ["recommended"], "rules": [{"name": "approximate-lookup", "enabled": false}]});
    let before = severities(&server, &member, LOOKUP, "approximate-lookup").await;
    assert_eq!(before.len(), 1);
    let _ = choose(&server, &member, &off).await.expect(200);
    assert_eq!(
        severities(&server, &member, LOOKUP, "approximate-lookup").await,
        [""; 0]
    );
    let other =
        json!({"presets": [], "rules": [{"name": "approximate-lookup", "severity": "info"}]});
    let _ = choose(&server, &member, &other).await.expect(200);
    assert_eq!(
        severities(&server, &member, LOOKUP, "approximate-lookup").await,
        ["info"]
    );
}

#[tokio::test]
async fn a_setting_changes_what_a_rule_finds() {
    let (server, member) = acme().await;
    let rules = server
        .get(who(&member), "/api/rules/nested-if")
        .await
        .expect(200)
        .json;
    let setting = rules["settings"][0]["name"].as_str().unwrap().to_owned();
    let at = async |most: u32| {
        let rule = json!({"name": "nested-if", "settings": {&setting: most}});
        let _ = choose(&server, &member, &json!({"presets": [], "rules": [rule]}))
            .await
            .expect(200);
        severities(&server, &member, NESTED, "nested-if")
            .await
            .len()
    };
    assert_eq!((at(2).await, at(20).await), (1, 0));
}

#[tokio::test]
async fn what_can_not_be_chosen_is_pointed_at() {
    let (server, member) = acme().await;
    for (choice, pointer) in [
        (json!({"presets": ["everything"]}), "/presets/0"),
        (
            json!({"rules": [{"name": "no-such-rule"}]}),
            "/rules/0/name",
        ),
        (
            json!({"rules": [{"name": "nested-if", "settings": {"colour": 1}}]}),
            "/rules/0/settings/colour",
        ),
        (
            json!({"rules": [{"name": "syntax-error", "enabled": false}]}),
            "/rules/0",
        ),
        (
            json!({"rules": [{"name": "nested-if"}, {"name": "nested-if"}]}),
            "/rules",
        ),
        (json!({"locked": ["Not A Rule"]}), "/locked/0"),
        (json!({"terms": {"functions": {"must": ["SUM"]}}}), "/terms"),
    ] {
        let refused = choose(&server, &member, &choice).await;
        let refused = refused.expect_problem(400, "bad-request");
        assert_eq!(
            refused.json["errors"][0]["pointer"], pointer,
            "{}",
            refused.text
        );
    }
}

/// Says that house functions are those, and that there are presets no more.
fn house_functions(names: &[&str]) -> Value {
    json!({"presets": [], "terms": {"functions": {"house functions": names}}})
}

#[tokio::test]
async fn a_policy_is_read_with_the_organizations_own_words() {
    let (server, member) = acme().await;
    let policy = json!({"title": "House", "content": "House functions must not be used."});
    let tried = json!({"content": policy["content"]});
    let without = server.post(who(&member), "/api/policies/preview", &tried);
    let without = without.await.expect(200).json["compiled"]["enforced"].clone();
    let _ = choose(&server, &member, &house_functions(&["SUM"]))
        .await
        .expect(200);
    let with = server.post(who(&member), "/api/policies", &policy);
    let with = with.await.expect(201).json["compiled"]["enforced"].clone();
    assert_eq!((without, with), (json!(0), json!(1)));
    let audited = audit(&server, &member, "=SUM(A1:A2)").await;
    assert_eq!(audited["summary"]["high"], 1);
}

#[tokio::test]
async fn another_meaning_of_a_word_waits_until_a_person_accepts_it() {
    let (server, member) = acme().await;
    let _ = choose(&server, &member, &house_functions(&["SUM"]))
        .await
        .expect(200);
    let policy = json!({"title": "House", "content": "House functions must not be used."});
    let stored = server
        .post(who(&member), "/api/policies", &policy)
        .await
        .expect(201);
    let path = stored.header("location").to_owned();
    let _ = choose(&server, &member, &house_functions(&["MAX"]))
        .await
        .expect(200);
    let flags = async || {
        let formulas = ["=SUM(A1:A2)", "=MAX(A1:A2)"];
        let audited = server.audit(who(&member), &formulas).await.expect(200).json;
        let audits = audited["audits"].as_array().unwrap().clone();
        let flags = audits
            .iter()
            .map(|audit| !audit["findings"].as_array().unwrap().is_empty());
        flags.collect::<Vec<_>>()
    };
    assert_eq!(flags().await, [true, false]);
    let upgrade = server.get(who(&member), &path).await.expect(200).json["upgrade"].clone();
    let added = upgrade["rulesAdded"][0]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert!(added.contains("MAX"), "{upgrade}");
    let accept = format!("{path}/accept-upgrade");
    let _ = server
        .post(who(&member), &accept, &json!({}))
        .await
        .expect(200);
    assert_eq!(flags().await, [false, true]);
}

#[tokio::test]
async fn only_an_administrator_chooses_rules() {
    let server = Server::start().await;
    let editor = server.member("org:editor").await;
    let _ = server.get(who(&editor), "/api/rulesets").await.expect(200);
    let _ = choose(&server, &editor, &json!({}))
        .await
        .expect_problem(403, "forbidden");
}

async fn get_if_changed(server: &Server, member: &Member, tag: &str) -> Answer {
    let request = server.request_as(who(member), Method::GET, "/api/rulesets");
    send(request.header("if-none-match", tag)).await
}

#[tokio::test]
async fn rules_that_have_not_changed_are_not_sent_again() {
    let (server, member) = acme().await;
    let first = server.get(who(&member), "/api/rulesets").await.expect(200);
    let tag = first.header("etag").to_owned();
    let _ = get_if_changed(&server, &member, &tag).await.expect(304);
    let _ = get_if_changed(&server, &member, &format!("\"x\", W/{tag}"))
        .await
        .expect(304);
    let policy = json!({"title": "Standard", "content": "OFFSET must not be used."});
    let _ = server
        .post(who(&member), "/api/policies", &policy)
        .await
        .expect(201);
    let next = get_if_changed(&server, &member, &tag).await.expect(200);
    assert_ne!(next.header("etag"), tag);
    assert_ne!(next.json["ruleset"], first.json["ruleset"]);
    assert_eq!(next.json["policies"][0]["title"], "Standard");
    assert_eq!(
        next.json["policies"][0]["compiled"]["sentences"][0]["status"],
        "enforced"
    );
}

#[tokio::test]
async fn another_servers_change_is_seen() {
    let (server, member) = acme().await;
    let other = tests::Start::default().on(&server.database).server().await;
    let tag = server
        .get(who(&member), "/api/rulesets")
        .await
        .header("etag")
        .to_owned();
    let _ = choose(&other, &member, &json!({"presets": ["strict"]}))
        .await
        .expect(200);
    let next = get_if_changed(&server, &member, &tag).await.expect(200);
    assert_eq!(next.json["presets"], json!(["strict"]));
    let audited = audit(&server, &member, "=A1").await;
    assert_eq!(audited["ruleset"], next.json["ruleset"]);
}

#[tokio::test]
async fn a_department_has_the_rules_of_its_audits() {
    let (server, member) = acme().await;
    let policy =
        json!({"title": "Finance", "content": "OFFSET must not be used.", "department": "Finance"});
    let _ = server
        .post(who(&member), "/api/policies", &policy)
        .await
        .expect(201);
    for (query, department) in [
        ("?department=finance", "Finance"),
        ("?department=Sales", "sales"),
    ] {
        let rules = server
            .get(who(&member), &format!("/api/rulesets{query}"))
            .await
            .expect(200);
        let body = json!({"formulas": ["=A1"], "context": {"department": department}});
        let audited = server
            .post(who(&member), "/api/audit", &body)
            .await
            .expect(200);
        assert_eq!(rules.json["ruleset"], audited.json["ruleset"], "{query}");
    }
}

#[tokio::test]
async fn the_rules_of_an_audit_can_be_read_when_its_policy_is_gone() {
    let (server, member) = acme().await;
    let policy = json!({"title": "Standard", "content": "OFFSET must not be used."});
    let stored = server
        .post(who(&member), "/api/policies", &policy)
        .await
        .expect(201);
    let hash = audit(&server, &member, "=A1").await["ruleset"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = stored.header("location").to_owned();
    let _ = send(server.request_as(who(&member), Method::DELETE, &path))
        .await
        .expect(204);
    let path = format!("/api/rulesets/{hash}");
    let kept = server.get(who(&member), &path).await.expect(200).json;
    assert_eq!(
        kept["definition"]["policies"][0]["compiled"]["sentences"][0]["text"],
        "OFFSET must not be used."
    );
    assert!(kept["definition"]["rules"].as_array().unwrap().len() > 10);
    let stranger = server.member("org:admin").await;
    for (caller, path) in [
        (&stranger, path.as_str()),
        (&member, "/api/rulesets/sha256:00"),
        (&member, "/api/rulesets/x"),
    ] {
        let _ = server
            .get(who(caller), path)
            .await
            .expect_problem(404, "not-found");
    }
}

#[tokio::test]
async fn presets_say_what_they_are_made_from() {
    let server = Server::start().await;
    let presets = send(server.request(Method::GET, "/api/rules/presets"))
        .await
        .expect(200)
        .json;
    let presets = presets["presets"].as_array().unwrap().clone();
    assert_eq!(presets.len(), 6);
    let fast = presets
        .iter()
        .find(|preset| preset["name"] == "fast")
        .unwrap();
    assert!(fast["source"].as_str().unwrap().contains("FAST"));
    assert!(
        fast["rules"]
            .as_array()
            .unwrap()
            .contains(&json!("nested-if"))
    );
}
