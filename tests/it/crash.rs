//! Nothing acknowledged is lost and nothing is counted twice when the server or PostgreSQL is
//! killed in the middle of its work.
//!
//! Two cycles here; `SHEETBRAIN_CRASH_CYCLES=20` makes it twenty.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command as Blocking;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use sqlx::postgres::PgConnectOptions;
use tests::database;
use tests::program::{Start, started};
use tokio::process::Child;

/// Audits acknowledged in a cycle before something is killed.
const ENOUGH: usize = 300;

/// What was answered with 200, by all cycles.
type Acknowledged = Arc<Mutex<BTreeSet<String>>>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killing_server_or_postgres_loses_nothing_acknowledged_and_counts_nothing_twice() {
    let folder = tempfile_folder();
    let acknowledged = Acknowledged::default();
    for cycle in 0..cycles() {
        let (mut server, url) = start(&folder).await;
        let before = acknowledged.lock().unwrap().len();
        let load = tokio::spawn(load(url, Arc::clone(&acknowledged)));
        while acknowledged.lock().unwrap().len() < before + ENOUGH {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        if cycle % 2 == 1 {
            kill_postgres(&folder);
            // The server goes on without its database for a moment.
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        server.kill().await.unwrap();
        load.await.unwrap();
    }
    let (server, _) = start(&folder).await;
    let db = database::open(
        PgConnectOptions::new()
            .socket(socket(&folder))
            .username("sheetbrain")
            .database("sheetbrain"),
    )
    .await;
    let rows = sqlx::raw_sql("SELECT id::text FROM audit_logs")
        .fetch_all(&db)
        .await
        .unwrap();
    let recorded: BTreeSet<String> = rows.iter().map(|row| sqlx::Row::get(row, 0)).collect();
    let counted = sqlx::raw_sql("SELECT sum(count)::bigint FROM audit_usage")
        .fetch_one(&db)
        .await
        .unwrap();
    let counted: i64 = sqlx::Row::get(&counted, 0);
    db.close().await;
    stop(server).await;
    std::fs::remove_dir_all(&folder).unwrap();

    let acknowledged = acknowledged.lock().unwrap();
    println!(
        "{} acknowledged, {} recorded, {counted} counted",
        acknowledged.len(),
        recorded.len()
    );
    assert!(
        acknowledged.is_subset(&recorded),
        "an acknowledged audit is missing"
    );
    assert_eq!(usize::try_from(counted).unwrap(), recorded.len());
}

fn cycles() -> usize {
    #[expect(
        clippy::disallowed_methods,
        reason = "a longer run is asked for by hand"
    )]
    let cycles = std::env::var("SHEETBRAIN_CRASH_CYCLES");
    cycles.map_or(2, |cycles| {
        cycles.parse().expect("SHEETBRAIN_CRASH_CYCLES is a number")
    })
}

/// A folder that the account of PostgreSQL can reach.
fn tempfile_folder() -> PathBuf {
    std::env::temp_dir().join(format!(
        "sheetbrain-crash-{}",
        database::random_id().simple()
    ))
}

async fn start(folder: &Path) -> (Child, String) {
    let start = Start::default()
        .with("SHEETBRAIN_DATA_DIR", folder.to_str().unwrap())
        .with("RATE_LIMIT_REQUESTS", "1000000")
        .argument("--demo");
    started(start.command()).await
}

async fn stop(mut server: Child) {
    tests::program::signal(&server, "TERM").await;
    assert!(server.wait().await.unwrap().success());
}

/// Audits with sixteen callers until the server is gone.
async fn load(url: String, acknowledged: Acknowledged) {
    let http = tests::program::client();
    let callers = (0..16).map(|_| {
        let (http, url, acknowledged) = (http.clone(), url.clone(), Arc::clone(&acknowledged));
        tokio::spawn(async move {
            loop {
                let request = http
                    .post(format!("{url}/api/audit"))
                    .header("x-user-org", "org_demo")
                    .header("x-user-id", "user_demo")
                    .json(&json!({"formulas": ["=VLOOKUP(A1,B1:C9,2)"]}));
                let Ok(answer) = request.send().await else {
                    return;
                };
                let status = answer.status();
                let Ok(body) = answer.json::<Value>().await else {
                    return;
                };
                if status.is_success() {
                    acknowledged
                        .lock()
                        .unwrap()
                        .insert(body["auditId"].as_str().unwrap().to_owned());
                }
            }
        })
    });
    for caller in callers.collect::<Vec<_>>() {
        caller.await.unwrap();
    }
}

/// The file in which PostgreSQL writes its process id and the folder of its socket.
fn postmaster_file(folder: &Path) -> Vec<String> {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path
                .file_name()
                .is_some_and(|name| name == "postmaster.pid")
            {
                let text = std::fs::read_to_string(path).unwrap();
                return text.lines().map(|line| line.trim().to_owned()).collect();
            }
            if path.is_dir() {
                folders.push(path);
            }
        }
    }
    panic!("PostgreSQL does not run in {}", folder.display());
}

fn socket(folder: &Path) -> PathBuf {
    PathBuf::from(&postmaster_file(folder)[4])
}

fn kill_postgres(folder: &Path) {
    let id = &postmaster_file(folder)[0];
    assert!(
        Blocking::new("kill")
            .args(["-s", "KILL", id])
            .status()
            .unwrap()
            .success()
    );
}
