//! The life of a policy: drafted, published, found, restored, and kept as it was compiled.

use reqwest::Method;
use serde_json::{Value, json};
use tests::program::{send, who};
use tests::{Answer, Server};

type Member = (String, String);

async fn acme() -> (Server, Member) {
    let server = Server::start().await;
    let member = server.member("org:editor").await;
    (server, member)
}

/// Stores a policy and gives its path.
async fn stored(server: &Server, member: &Member, policy: &Value) -> String {
    let stored = server.post(who(member), "/api/policies", policy).await;
    stored.expect(201).header("location").to_owned()
}

async fn put(server: &Server, member: &Member, path: &str, policy: &Value) -> Value {
    let request = server.request_as(who(member), Method::PUT, path);
    send(request.json(policy)).await.expect(200).json
}

/// The sentences of policies that an audit of the formula names.
async fn sentences(server: &Server, member: &Member, formula: &str) -> Vec<String> {
    in_department(server, member, formula, None).await
}

async fn in_department(
    server: &Server,
    member: &Member,
    formula: &str,
    department: Option<&str>,
) -> Vec<String> {
    let body = json!({"formulas": [formula], "context": {"department": department}});
    let audit = server
        .post(who(member), "/api/audit", &body)
        .await
        .expect(200);
    let findings = audit.json["audits"][0]["findings"]
        .as_array()
        .unwrap()
        .clone();
    let named = findings
        .iter()
        .filter_map(|finding| finding["policy"]["sentence"].as_str());
    named.map(str::to_owned).collect()
}

const OFFSET: &str = "OFFSET must not be used.";
const INDIRECT: &str = "INDIRECT must not be used.";

#[tokio::test]
async fn a_draft_changes_no_audit_until_it_is_published() {
    let (server, member) = acme().await;
    let mut policy = json!({"title": "Standard", "content": OFFSET, "status": "draft"});
    let path = stored(&server, &member, &policy).await;
    assert_eq!(
        sentences(&server, &member, "=OFFSET(A1,1,1)").await,
        [""; 0]
    );
    let draft = server.get(who(&member), &path).await.expect(200).json;
    assert_eq!(draft["policy"]["status"], "draft");
    assert_eq!(draft["policy"]["publishedVersion"], Value::Null);
    policy["status"] = json!("published");
    let published = put(&server, &member, &path, &policy).await;
    assert_eq!(published["policy"]["publishedVersion"], 2);
    assert_eq!(
        sentences(&server, &member, "=OFFSET(A1,1,1)").await,
        [OFFSET]
    );
}

#[tokio::test]
async fn a_draft_of_a_published_policy_leaves_it_in_force() {
    let (server, member) = acme().await;
    let path = stored(
        &server,
        &member,
        &json!({"title": "Standard", "content": OFFSET}),
    )
    .await;
    let draft = json!({"title": "Standard", "content": INDIRECT, "status": "draft"});
    let draft = put(&server, &member, &path, &draft).await["policy"].clone();
    assert_eq!(
        (&draft["version"], &draft["publishedVersion"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(draft["content"], INDIRECT);
    assert_eq!(
        sentences(&server, &member, "=OFFSET(A1,1,1)").await,
        [OFFSET]
    );
    assert_eq!(sentences(&server, &member, "=INDIRECT(A1)").await, [""; 0]);
}

#[tokio::test]
async fn a_policy_written_in_sql_is_in_force() {
    let (server, member) = acme().await;
    server
        .execute(&format!(
            "INSERT INTO policies (organization_id, title, content)
             SELECT id, 'By hand', '{OFFSET}' FROM organizations WHERE clerk_org_id = '{}'",
            member.0
        ))
        .await;
    assert_eq!(
        sentences(&server, &member, "=OFFSET(A1,1,1)").await,
        [OFFSET]
    );
    server
        .execute(&format!("UPDATE policies SET content = '{INDIRECT}'"))
        .await;
    assert_eq!(
        sentences(&server, &member, "=OFFSET(A1,1,1)").await,
        [""; 0]
    );
    assert_eq!(
        sentences(&server, &member, "=INDIRECT(A1)").await,
        [INDIRECT]
    );
}

#[tokio::test]
async fn versions_say_who_changed_what_and_an_old_one_is_restored_by_writing_it_again() {
    let (server, member) = acme().await;
    let path = stored(
        &server,
        &member,
        &json!({"title": "Standard", "content": OFFSET}),
    )
    .await;
    let changed = json!({"title": "Standard", "content": INDIRECT});
    let _ = put(&server, &member, &path, &changed).await;
    let versions = async || {
        let path = format!("{path}/versions");
        server.get(who(&member), &path).await.expect(200).json["versions"].clone()
    };
    let kept = versions().await;
    assert_eq!(kept[1]["content"], OFFSET);
    assert_eq!(kept[1]["author"], "Ada Lovelace", "{kept}");
    assert_eq!(kept[1]["status"], "published");
    let restored = json!({"title": "Standard", "content": kept[1]["content"]});
    let _ = put(&server, &member, &path, &restored).await;
    assert_eq!(versions().await[0]["content"], OFFSET);
    assert_eq!(
        sentences(&server, &member, "=OFFSET(A1,1,1)").await,
        [OFFSET]
    );
}

/// A policy that says one thing, with rules that an older grammar is said to have made of it.
async fn outdated(server: &Server, member: &Member) -> String {
    let policy = json!({"title": "Standard", "content": OFFSET});
    let path = stored(server, member, &policy).await;
    let other = json!({"title": "Other", "content": INDIRECT, "status": "draft"});
    let _ = stored(server, member, &other).await;
    server
        .execute(
            "UPDATE sheetbrain.compiled_policies c
             SET grammar = 0, compiled = jsonb_set(older.compiled, '{grammar}', '0')
             FROM sheetbrain.compiled_policies older
             WHERE c.policy_id = (SELECT id FROM policies WHERE title = 'Standard')
               AND older.policy_id = (SELECT id FROM policies WHERE title = 'Other')",
        )
        .await;
    path
}

#[tokio::test]
async fn rules_of_an_older_grammar_run_until_a_person_accepts_new_ones() {
    let (server, member) = acme().await;
    let path = outdated(&server, &member).await;
    assert_eq!(
        sentences(&server, &member, "=INDIRECT(A1)").await,
        [INDIRECT]
    );
    assert_eq!(
        sentences(&server, &member, "=OFFSET(A1,1,1)").await,
        [""; 0]
    );
    let upgrade = server.get(who(&member), &path).await.expect(200).json["upgrade"].clone();
    assert_eq!(upgrade["from"]["grammar"], 0);
    assert!(
        upgrade["rulesAdded"][0]
            .as_str()
            .unwrap()
            .contains("OFFSET"),
        "{upgrade}"
    );
    assert!(
        upgrade["rulesRemoved"][0]
            .as_str()
            .unwrap()
            .contains("INDIRECT"),
        "{upgrade}"
    );
    let accept = format!("{path}/accept-upgrade");
    let accepted = server
        .post(who(&member), &accept, &json!({}))
        .await
        .expect(200);
    assert_eq!(accepted.json["upgrade"], Value::Null);
    assert_eq!(sentences(&server, &member, "=INDIRECT(A1)").await, [""; 0]);
    assert_eq!(
        sentences(&server, &member, "=OFFSET(A1,1,1)").await,
        [OFFSET]
    );
    let after = server.get(who(&member), &path).await.expect(200).json;
    assert_eq!(after["upgrade"], Value::Null);
}

#[tokio::test]
async fn looking_at_an_upgrade_takes_from_the_rate() {
    let (server, member) = acme().await;
    let path = outdated(&server, &member).await;
    let left = async || -> u32 {
        let answer = server.get(who(&member), &path).await.expect(200);
        answer.header("x-ratelimit-remaining").parse().unwrap()
    };
    let first = left().await;
    assert_eq!(left().await, first - 1);
}

/// What an upgrade is said to change on the last audits, which were of two sheets.
async fn upgrade_on_audits(keep: bool) -> Value {
    let server = Server::start().await;
    let member = server.member("org:admin").await;
    let path = outdated(&server, &member).await;
    let request = server.request_as(who(&member), Method::PUT, "/api/rulesets");
    let choice = json!({"presets": ["recommended"], "keepFormulas": keep});
    let _ = send(request.json(&choice)).await.expect(200);
    for sheet in ["Plan", "Actual"] {
        let formulas = json!([["=OFFSET(A1,1,1)"], ["=INDIRECT(B1)"]]);
        let body = json!({"formulas": formulas, "range": format!("{sheet}!B1:B2")});
        let _ = server
            .post(who(&member), "/api/audit", &body)
            .await
            .expect(200);
    }
    let policy = server.get(who(&member), &path).await.expect(200).json;
    policy["upgrade"]["recent"].clone()
}

#[tokio::test]
async fn what_an_upgrade_changes_is_told_in_findings_where_formulas_are_kept() {
    let recent = upgrade_on_audits(true).await;
    assert_eq!(
        recent["summary"], "+2 findings, -2 findings in 2 sheets.",
        "{recent}"
    );
    let sentences: Vec<&Value> = recent["rules"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| &rule["sentence"])
        .collect();
    assert_eq!(sentences.len(), 2, "{recent}");
    assert!(sentences.contains(&&json!(OFFSET)), "{recent}");
    assert!(sentences.contains(&&json!(INDIRECT)), "{recent}");
}

#[tokio::test]
async fn what_an_upgrade_changes_is_told_in_rules_alone_where_no_formulas_are_kept() {
    assert_eq!(upgrade_on_audits(false).await, Value::Null);
}

#[tokio::test]
async fn a_change_that_leaves_the_text_leaves_the_rules_too() {
    let (server, member) = acme().await;
    let path = outdated(&server, &member).await;
    let tagged = json!({"title": "Standard", "content": OFFSET, "tags": ["models"]});
    let _ = put(&server, &member, &path, &tagged).await;
    assert_eq!(
        sentences(&server, &member, "=INDIRECT(A1)").await,
        [INDIRECT]
    );
    let rewritten = json!({"title": "Standard", "content": format!("{OFFSET} ")});
    let _ = put(&server, &member, &path, &rewritten).await;
    assert_eq!(sentences(&server, &member, "=INDIRECT(A1)").await, [""; 0]);
}

#[tokio::test]
async fn a_draft_that_was_never_published_has_no_rules_to_accept() {
    let (server, member) = acme().await;
    let draft = json!({"title": "Standard", "content": OFFSET, "status": "draft"});
    let path = format!("{}/accept-upgrade", stored(&server, &member, &draft).await);
    let _ = server
        .post(who(&member), &path, &json!({}))
        .await
        .expect_problem(409, "conflict");
}

#[tokio::test]
async fn a_department_s_policy_applies_to_it_and_to_audits_that_name_none() {
    let (server, member) = acme().await;
    let finance = json!({"title": "Finance", "content": OFFSET, "department": "Finance"});
    let _ = stored(&server, &member, &finance).await;
    let _ = stored(
        &server,
        &member,
        &json!({"title": "All", "content": INDIRECT}),
    )
    .await;
    for (department, offset, indirect) in [
        (Some("FINANCE"), true, true),
        (Some("Sales"), false, true),
        (None, true, true),
    ] {
        let applies = async |formula| {
            let named = in_department(&server, &member, formula, department).await;
            !named.is_empty()
        };
        assert_eq!(applies("=OFFSET(A1,1,1)").await, offset, "{department:?}");
        assert_eq!(applies("=INDIRECT(A1)").await, indirect, "{department:?}");
    }
}

#[tokio::test]
async fn a_policy_of_which_nothing_can_be_enforced_is_stored_with_a_warning() {
    let (server, member) = acme().await;
    let policy = json!({"title": "Owners", "content": "Every model has an owner."});
    let answer = server
        .post(who(&member), "/api/ingest", &policy)
        .await
        .expect(201);
    let warnings = answer.json["warnings"].as_array().unwrap();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    let enforced = json!({"title": "Standard", "content": OFFSET});
    let answer = server
        .post(who(&member), "/api/ingest", &enforced)
        .await
        .expect(201);
    assert_eq!(answer.json["warnings"], json!([]));
}

#[tokio::test]
async fn a_document_that_is_too_large_is_refused_and_logged() {
    let (server, member) = acme().await;
    let policy = json!({"title": "Long", "content": "x".repeat((10 << 20) + 1)});
    let request = server.request_as(who(&member), Method::POST, "/api/ingest");
    let _ = send(request.json(&policy))
        .await
        .expect_problem(413, "too-large");
    let logged = "SELECT count(*) FROM ingestion_logs WHERE NOT success AND error IS NOT NULL";
    assert_eq!(server.sql(logged).await, "1");
}

async fn found(server: &Server, member: &Member, query: &str) -> Answer {
    server
        .get(who(member), &format!("/api/policies?{query}"))
        .await
}

/// The titles that a search finds, newest first.
async fn titles(server: &Server, member: &Member, query: &str) -> Vec<String> {
    let page = found(server, member, query).await.expect(200).json;
    let policies = page["policies"].as_array().unwrap().clone();
    policies
        .iter()
        .map(|policy| policy["title"].as_str().unwrap().to_owned())
        .collect()
}

async fn library() -> (Server, Member) {
    let (server, member) = acme().await;
    for policy in [
        json!({"title": "Lookups", "content": "VLOOKUP must use exact matches <b>always</b>, even if A1<B1.", "category": "Models", "tags": ["lookup", "Risk"]}),
        json!({"title": "Secrets", "content": "No passwords in formulas.", "department": "Finance", "tags": ["risk"]}),
        json!({"title": "Match day", "content": OFFSET}),
    ] {
        let _ = stored(&server, &member, &policy).await;
    }
    (server, member)
}

#[tokio::test]
async fn policies_are_found_by_their_words() {
    let (server, member) = library().await;
    assert_eq!(
        titles(&server, &member, "q=matching").await,
        ["Match day", "Lookups"]
    );
    assert_eq!(
        titles(&server, &member, "q=%22exact+match%22").await,
        ["Lookups"]
    );
    assert_eq!(
        titles(&server, &member, "q=match+-vlookup").await,
        ["Match day"]
    );
    assert_eq!(titles(&server, &member, "q=nothing+here").await, [""; 0]);
}

#[tokio::test]
async fn an_excerpt_marks_what_was_found_and_holds_no_html_of_the_text() {
    let (server, member) = library().await;
    let page = found(&server, &member, "q=exact").await.expect(200).json;
    let excerpt = page["policies"][0]["excerpt"].as_str().unwrap();
    assert!(excerpt.contains("<mark>exact</mark>"), "{excerpt}");
    let unmarked = excerpt.replace("<mark>", "").replace("</mark>", "");
    assert!(!unmarked.contains('<'), "{excerpt}");
    let listed = found(&server, &member, "limit=1").await.expect(200).json;
    assert_eq!(listed["policies"][0].get("excerpt"), None);
}

#[tokio::test]
async fn a_list_is_narrowed_by_category_department_and_tag() {
    let (server, member) = library().await;
    assert_eq!(
        titles(&server, &member, "category=models").await,
        ["Lookups"]
    );
    assert_eq!(
        titles(&server, &member, "department=finance").await,
        ["Secrets"]
    );
    assert_eq!(
        titles(&server, &member, "tag=RISK").await,
        ["Secrets", "Lookups"]
    );
    assert_eq!(
        titles(&server, &member, "tag=risk&q=vlookup").await,
        ["Lookups"]
    );
    let first = found(&server, &member, "tag=risk&limit=1")
        .await
        .expect(200)
        .json;
    let next = format!(
        "tag=risk&limit=1&cursor={}",
        first["nextCursor"].as_str().unwrap()
    );
    assert_eq!(titles(&server, &member, &next).await, ["Lookups"]);
    let _ = found(&server, &member, "q=%00")
        .await
        .expect_problem(400, "bad-request");
}

#[tokio::test]
async fn a_viewer_reads_policies_and_changes_none() {
    let server = Server::start().await;
    let viewer = server.member("org:viewer").await;
    let _ = server.get(who(&viewer), "/api/policies").await.expect(200);
    let id = "00000000-0000-0000-0000-000000000000";
    for (method, path) in [
        (Method::POST, "/api/policies".to_owned()),
        (Method::PUT, format!("/api/policies/{id}")),
        (Method::POST, format!("/api/policies/{id}/accept-upgrade")),
        (Method::DELETE, format!("/api/policies/{id}")),
        (Method::POST, "/api/suppressions".to_owned()),
        (Method::DELETE, format!("/api/suppressions/{id}")),
        (Method::PUT, "/api/rulesets".to_owned()),
    ] {
        let request = server
            .request_as(who(&viewer), method, &path)
            .json(&json!({}));
        let _ = send(request).await.expect_problem(403, "forbidden");
    }
}
