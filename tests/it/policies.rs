//! Policies over HTTP: stored, listed, changed, deleted, and what each sentence became.

use std::io::Write;

use reqwest::{Method, multipart};
use serde_json::{Value, json};
use tests::Server;
use tests::program::{send, who};

async fn acme() -> (Server, (String, String)) {
    let server = Server::start().await;
    let member = server.member("org:editor").await;
    (server, member)
}

#[tokio::test]
async fn every_sentence_says_whether_it_is_enforced() {
    let (server, member) = acme().await;
    let policy = json!({"title": "Standard", "content": "INDIRECT must not be used. Every model has an owner."});
    let stored = server
        .post(who(&member), "/api/policies", &policy)
        .await
        .expect(201);
    let compiled = &stored.json["compiled"];
    assert_eq!(compiled["sentences"][0]["status"], "enforced", "{compiled}");
    assert_eq!(
        compiled["sentences"][0]["span"],
        json!({"start": 0, "end": 26})
    );
    assert!(compiled["sentences"][0]["paraphrase"].is_string());
    assert_ne!(compiled["sentences"][1]["status"], "enforced");
    assert_eq!(compiled["enforced"], 1);
    let id = stored.json["policy"]["id"].as_str().unwrap();
    assert_eq!(stored.header("location"), format!("/api/policies/{id}"));
    let read = server
        .get(who(&member), &format!("/api/policies/{id}"))
        .await
        .expect(200);
    assert_eq!(read.json, stored.json);
}

#[tokio::test]
async fn a_change_is_a_version_and_a_deletion_ends_it() {
    let (server, member) = acme().await;
    let policy = json!({"title": "Standard", "content": "INDIRECT must not be used."});
    let stored = server
        .post(who(&member), "/api/policies", &policy)
        .await
        .expect(201);
    let path = stored.header("location").to_owned();
    let changed =
        json!({"title": "Standard", "content": "OFFSET must not be used.", "tags": ["new"]});
    let request = server
        .request_as(who(&member), Method::PUT, &path)
        .json(&changed);
    assert_eq!(send(request).await.expect(200).json["policy"]["version"], 2);
    let audit = server
        .audit(who(&member), &["=OFFSET(A1,1,1)", "=INDIRECT(\"A1\")"])
        .await
        .expect(200)
        .json;
    let cited = |entry: usize| {
        audit["audits"][entry]
            .to_string()
            .contains("must not be used")
    };
    assert_eq!((cited(0), cited(1)), (true, false));
    let versions = server
        .get(who(&member), &format!("{path}/versions"))
        .await
        .expect(200)
        .json;
    let texts: Vec<&Value> = versions["versions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|version| &version["content"])
        .collect();
    assert_eq!(
        texts,
        ["OFFSET must not be used.", "INDIRECT must not be used."]
    );
    let _ = send(server.request_as(who(&member), Method::DELETE, &path))
        .await
        .expect(204);
    let _ = server
        .get(who(&member), &path)
        .await
        .expect_problem(404, "not-found");
    let audit = server
        .audit(who(&member), &["=OFFSET(A1,1,1)"])
        .await
        .expect(200)
        .json;
    assert!(!audit.to_string().contains("must not be used"));
}

#[tokio::test]
async fn two_policies_can_not_have_one_title() {
    let (server, member) = acme().await;
    let policy = json!({"title": "Standard", "content": "INDIRECT must not be used."});
    let _ = server
        .post(who(&member), "/api/policies", &policy)
        .await
        .expect(201);
    let _ = server
        .post(who(&member), "/api/policies", &policy)
        .await
        .expect_problem(409, "conflict");
}

#[tokio::test]
async fn another_organizations_policy_does_not_exist() {
    let (server, member) = acme().await;
    let stranger = server.member("org:admin").await;
    let policy = json!({"title": "Standard", "content": "INDIRECT must not be used."});
    let stored = server
        .post(who(&member), "/api/policies", &policy)
        .await
        .expect(201);
    let path = stored.header("location").to_owned();
    for (method, path) in [
        (Method::GET, path.clone()),
        (Method::PUT, path.clone()),
        (Method::DELETE, path.clone()),
        (Method::GET, format!("{path}/versions")),
        (Method::POST, format!("{path}/accept-upgrade")),
    ] {
        let request = server
            .request_as(who(&stranger), method, &path)
            .json(&policy);
        let _ = send(request).await.expect_problem(404, "not-found");
    }
    assert_eq!(
        server.get(who(&stranger), "/api/policies").await.json["policies"],
        json!([])
    );
}

#[tokio::test]
async fn the_list_is_read_page_by_page() {
    let (server, member) = acme().await;
    for number in 0..5 {
        let policy =
            json!({"title": format!("Policy {number}"), "content": "INDIRECT must not be used."});
        let _ = server
            .post(who(&member), "/api/policies", &policy)
            .await
            .expect(201);
    }
    let mut titles = Vec::new();
    let mut path = "/api/policies?limit=2".to_owned();
    loop {
        let page = server.get(who(&member), &path).await.expect(200).json;
        titles.extend(
            page["policies"]
                .as_array()
                .unwrap()
                .iter()
                .map(|policy| policy["title"].as_str().unwrap().to_owned()),
        );
        let Some(cursor) = page["nextCursor"].as_str() else {
            break;
        };
        path = format!("/api/policies?limit=2&cursor={cursor}");
    }
    assert_eq!(
        titles,
        ["Policy 4", "Policy 3", "Policy 2", "Policy 1", "Policy 0"]
    );
}

#[tokio::test]
async fn a_markdown_file_is_ingested_under_its_name() {
    let (server, member) = acme().await;
    let text = "\u{feff}# Rules\n\n* Do not use IMAGE.\n* Ask security before sharing.\n";
    let file = multipart::Part::text(text).file_name("Data protection.md");
    let form = multipart::Form::new()
        .part("file", file)
        .text("tags", "security, data")
        .text("department", "Finance");
    let request = server
        .request_as(who(&member), Method::POST, "/api/ingest")
        .multipart(form);
    let stored = send(request).await.expect(201).json;
    assert_eq!(stored["policy"]["title"], "Data protection");
    assert_eq!(stored["policy"]["source"], "Data protection.md");
    assert_eq!(stored["policy"]["tags"], json!(["security", "data"]));
    assert_eq!(stored["compiled"]["enforced"], 1, "{stored}");
}

/// A Word document with one heading and one sentence.
fn word_document() -> Vec<u8> {
    let document = r#"<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Data</w:t></w:r></w:p><w:p><w:r><w:t>INDIRECT must not be used.</w:t></w:r></w:p></w:body></w:document>"#;
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    archive.start_file("word/document.xml", options).unwrap();
    archive.write_all(document.as_bytes()).unwrap();
    archive.finish().unwrap().into_inner()
}

#[tokio::test]
async fn a_word_document_is_stored_as_the_text_that_its_spans_are_of() {
    let (server, member) = acme().await;
    let file = multipart::Part::bytes(word_document()).file_name("Data.docx");
    let form = multipart::Form::new().part("file", file);
    let request = server
        .request_as(who(&member), Method::POST, "/api/ingest")
        .multipart(form);
    let stored = send(request).await.expect(201).json;
    let content = stored["policy"]["content"].as_str().unwrap();
    assert_eq!(content, "# Data\n\nINDIRECT must not be used.\n");
    let sentence = &stored["compiled"]["sentences"][1];
    assert_eq!(sentence["status"], "enforced", "{stored}");
    assert_eq!(sentence["span"], json!({"start": 8, "end": 34}));
}

#[tokio::test]
async fn a_rule_holds_for_the_departments_that_it_names() {
    let (server, member) = acme().await;
    let content = "rules:\n  - match: NOW(...)\n    scope: {departments: [Finance]}\n";
    let policy = json!({"title": "Rules", "content": content});
    let _ = server
        .post(who(&member), "/api/policies", &policy)
        .await
        .expect(201);
    for (department, findings) in [(None, 1), (Some("finance"), 1), (Some("Sales"), 0)] {
        let body = json!({"formulas": ["=NOW()"], "context": {"department": department}});
        let audit = server
            .post(who(&member), "/api/audit", &body)
            .await
            .expect(200);
        let found = audit.json["audits"][0]["findings"].as_array().unwrap();
        let of_policy = found.iter().filter(|one| !one["policy"].is_null());
        assert_eq!(of_policy.count(), findings, "{department:?}");
    }
}

#[tokio::test]
async fn a_file_that_can_not_be_read_is_refused_and_logged() {
    let (server, member) = acme().await;
    for (name, bytes, status) in [
        ("policy.exe", b"MZ".to_vec(), 415),
        ("policy.txt", vec![0xff, 0xfe, 0x41], 400),
        ("policy.txt", b"a\0b".to_vec(), 400),
        ("policy.txt", b" \n ".to_vec(), 400),
        ("policy.docx", b"no archive".to_vec(), 400),
        ("policy.pdf", b"%PDF-1.7\nno objects".to_vec(), 400),
    ] {
        let file = multipart::Part::bytes(bytes).file_name(name);
        let form = multipart::Form::new().part("file", file);
        let request = server
            .request_as(who(&member), Method::POST, "/api/ingest")
            .multipart(form);
        let _ = send(request).await.expect(status);
    }
    assert_eq!(
        server
            .sql("SELECT count(*) FROM ingestion_logs WHERE NOT success AND error IS NOT NULL")
            .await,
        "6"
    );
    assert_eq!(server.sql("SELECT count(*) FROM policies").await, "0");
}
