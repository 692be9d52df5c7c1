//! The description of the API is committed, so that a change of the API is a change to be read.

use std::path::Path;

use reqwest::Method;
use serde_json::Value;
use tests::Server;
use tests::program::send;

#[tokio::test]
async fn the_committed_description_is_the_one_that_is_served() {
    let server = Server::start().await;
    let answered = send(server.request(Method::GET, "/openapi.json"))
        .await
        .expect(200)
        .json;
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/openapi.json");
    #[expect(clippy::disallowed_methods, reason = "how a changed API is accepted")]
    if std::env::var_os("SHEETBRAIN_ACCEPT_OPENAPI").is_some() {
        std::fs::write(&file, format!("{answered:#}\n")).unwrap();
    }
    let committed = std::fs::read_to_string(file).unwrap_or_default();
    let committed: Value = serde_json::from_str(&committed).unwrap_or_default();
    assert!(
        answered == committed,
        "the API changed: accept it with SHEETBRAIN_ACCEPT_OPENAPI=1 and read the difference"
    );
}
