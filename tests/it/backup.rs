//! `sheetbrain backup` and `restore`: what was there is there again, all of it or nothing.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPool};
use sqlx::{AssertSqlSafe, ConnectOptions, Row};
use tests::program::{Start, program, signal, started, who};
use tests::{Server, database};

use crate::cli::{Outcome, finished, run, run_with};
use crate::tenancy::operator;

/// A folder of one test, gone when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let name = format!("sheetbrain-backup-{}", database::random_id().simple());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
        Self(path)
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    /// The names of what is in it, in order.
    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

async fn texts(db: &PgPool, query: &str) -> Vec<String> {
    let rows = sqlx::raw_sql(AssertSqlSafe(query.to_owned()))
        .fetch_all(db)
        .await
        .unwrap_or_else(|error| panic!("{query}: {error}"));
    let text = |row: &sqlx::postgres::PgRow| row.get::<Option<String>, _>(0).unwrap_or_default();
    rows.iter().map(text).collect()
}

/// Each table with the number of its rows and a checksum of them.
async fn tables(database: &PgConnectOptions) -> BTreeMap<String, String> {
    let db = database::open(database.clone()).await;
    let names =
        "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                 WHERE n.nspname IN ('public', 'sheetbrain') AND c.relkind IN ('r', 'p')";
    let mut tables = BTreeMap::new();
    for name in texts(&db, names).await {
        let sum = format!(
            "SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, chr(10) ORDER BY t::text)), '') FROM {name} t"
        );
        tables.insert(name, texts(&db, &sum).await.remove(0));
    }
    db.close().await;
    tables
}

/// Who may do what: grants on schemas, tables, columns and functions, and row-level security.
async fn rights(database: &PgConnectOptions) -> Vec<String> {
    let db = database::open(database.clone()).await;
    let query = "
        SELECT format('%s %s', nspname, nspacl) AS line FROM pg_namespace WHERE nspname = 'sheetbrain'
        UNION ALL SELECT format('%s %s %s %s', oid::regclass, relrowsecurity, relforcerowsecurity, relacl)
            FROM pg_class WHERE relnamespace::regnamespace::text IN ('public', 'sheetbrain')
        UNION ALL SELECT format('%s %s %s', attrelid::regclass, attname, attacl) FROM pg_attribute WHERE attacl IS NOT NULL
            AND attrelid IN (SELECT oid FROM pg_class WHERE relnamespace::regnamespace::text IN ('public', 'sheetbrain'))
        UNION ALL SELECT format('%s %s %s', oid::regprocedure, prosecdef, proacl) FROM pg_proc
            WHERE pronamespace::regnamespace::text IN ('public', 'sheetbrain')
        UNION ALL SELECT format('%s %s %s %s %s %s', polname, polrelid::regclass, polcmd, polroles::regrole[],
                pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) FROM pg_policy
        ORDER BY line";
    let lines = texts(&db, query).await;
    db.close().await;
    assert!(lines.len() > 100, "{}", lines.len());
    lines
}

/// A server with something in most of its tables, and two members of different organizations.
async fn furnished() -> (Server, (String, String), (String, String)) {
    let server = Server::start().await;
    let members = (
        server.member("org:admin").await,
        server.member("org:admin").await,
    );
    for member in [&members.0, &members.1] {
        for (path, body) in [
            (
                "/api/ingest",
                json!({"title": "Lookups", "content": "VLOOKUP must use exact match."}),
            ),
            ("/api/billing", json!({"plan": "free"})),
            ("/api/keys", json!({"scopes": ["read"]})),
            (
                "/api/suppressions",
                json!({"rule": "nested-if", "sheet": "Old", "reason": "Old"}),
            ),
        ] {
            let answer = server.post(who(member), path, &body).await;
            assert!(answer.status.is_success(), "{path}: {}", answer.text);
        }
        let _ = server
            .audit(who(member), &["=VLOOKUP(A1,B:C,2)"])
            .await
            .expect(200);
    }
    (server, members.0, members.1)
}

/// Backs the server's database up.
async fn backup(server: &Server, file: &str) -> Outcome {
    run_with(&server.database, &["backup", file]).await
}

#[tokio::test]
async fn what_is_restored_is_equal_and_works_and_keeps_tenants_apart() {
    let (mut server, member, other) = furnished().await;
    let audit = server
        .sql("SELECT id FROM audit_logs ORDER BY created_at LIMIT 1")
        .await;
    // A server that does nothing is not sure to write nothing.
    server.kill().await;
    let folder = Folder::new();
    let file = folder.file("all.dump");
    let _ = backup(&server, &file).await.expect(0);
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(folder.names(), ["all.dump"]);

    let target = database::create_empty().await;
    let _ = run_with(&target, &["restore", &file]).await.expect(0);
    let expected = tables(&server.database).await;
    assert!(expected.len() > 25, "{expected:?}");
    assert_eq!(tables(&target).await, expected);
    assert_eq!(rights(&target).await, rights(&server.database).await);

    let restored = Start::default().on(&target).server().await;
    let answer = restored
        .audit(who(&member), &["=VLOOKUP(A1,B:C,2)"])
        .await
        .expect(200);
    assert_eq!(answer.json["usage"]["used"], 2);
    assert!(answer.text.contains("VLOOKUP must use exact match."));
    let path = format!("/api/audits/{audit}");
    let _ = restored.get(who(&member), &path).await.expect(200);
    let _ = restored
        .get(who(&other), &path)
        .await
        .expect_problem(404, "not-found");
}

#[tokio::test]
async fn another_user_restores_and_owns_what_is_restored() {
    let (server, member, _) = furnished().await;
    let folder = Folder::new();
    let file = folder.file("all.dump");
    let _ = backup(&server, &file).await.expect(0);
    let (name, target) = operator("CREATEROLE").await;
    let grant = format!("GRANT sheetbrain_app, sheetbrain_writer TO {name}");
    server.execute(&grant).await;
    let _ = run_with(&target, &["restore", &file]).await.expect(0);
    let restored = Start::default().on(&target).server().await;
    let owner = "SELECT string_agg(DISTINCT tableowner, ' ') FROM pg_tables WHERE schemaname IN ('public', 'sheetbrain')";
    assert_eq!(restored.sql(owner).await, name);
    let _ = restored.audit(who(&member), &["=A1"]).await.expect(200);
}

#[tokio::test]
async fn a_database_that_is_not_empty_is_left_as_it_is() {
    let (server, ..) = furnished().await;
    let folder = Folder::new();
    let file = folder.file("all.dump");
    let _ = backup(&server, &file).await.expect(0);

    let occupied = database::create().await;
    let before = tables(&occupied).await;
    let refused = run_with(&occupied, &["restore", &file]).await.expect(2);
    assert!(
        refused.err.contains("is not empty") && refused.err.contains("createdb"),
        "{}",
        refused.err
    );
    assert_eq!(tables(&occupied).await, before);

    let foreign = database::create_empty().await;
    let db = database::open(foreign.clone()).await;
    sqlx::raw_sql("CREATE TABLE invoices (x integer)")
        .execute(&db)
        .await
        .unwrap();
    let refused = run_with(&foreign, &["restore", &file]).await.expect(2);
    assert!(refused.err.contains("invoices"), "{}", refused.err);
    assert_eq!(tables(&foreign).await.len(), 1);
}

#[tokio::test]
async fn a_truncated_backup_leaves_the_database_as_it_was() {
    let (server, ..) = furnished().await;
    let folder = Folder::new();
    let file = folder.file("all.dump");
    let _ = backup(&server, &file).await.expect(0);
    let whole = std::fs::read(&file).unwrap();
    let target = database::create_empty().await;
    for length in [3, 1000, whole.len() / 2, whole.len() - 100, whole.len() - 1] {
        let part = folder.file("part.dump");
        std::fs::write(&part, &whole[..length]).unwrap();
        let refused = run_with(&target, &["restore", &part]).await;
        assert_eq!(refused.code, 2, "{length} of {} bytes", whole.len());
        assert_eq!(tables(&target).await, BTreeMap::new(), "{length} bytes");
    }
    let _ = run_with(&target, &["restore", &file]).await.expect(0);
}

#[tokio::test]
async fn a_backup_made_while_audits_are_recorded_is_of_one_moment() {
    let start = Start::default().with("RATE_LIMIT_REQUESTS", "1000000");
    let server = start.argument("--demo").server().await;
    let folder = Folder::new();
    let file = folder.file("busy.dump");
    let demo = ("org_demo", "user_demo");
    let _ = server.audit(demo, &["=A1"]).await.expect(200);
    let audits = async {
        loop {
            let _ = server.audit(demo, &["=A1"]).await.expect(200);
        }
    };
    let made = tokio::select! {
        made = backup(&server, &file) => made,
        () = audits => unreachable!("audits go on"),
    };
    let _ = made.expect(0);
    let target = database::create_empty().await;
    let _ = run_with(&target, &["restore", &file]).await.expect(0);
    let db = database::open(target).await;
    let counted = texts(&db, "SELECT sum(count)::text FROM audit_usage").await;
    assert!(counted[0].parse::<u64>().unwrap() > 0);
    assert_eq!(
        texts(&db, "SELECT count(*)::text FROM audit_logs").await,
        counted
    );
}

#[tokio::test]
async fn a_backup_of_an_older_schema_is_brought_up_to_date() {
    let source = database::create().await;
    let db = database::open(source.clone()).await;
    // As the last migration found it.
    sqlx::raw_sql(
        "DELETE FROM sheetbrain._sqlx_migrations WHERE version = 19;
         DROP FUNCTION sheetbrain.close_public(), sheetbrain.drop_empty_audit_log_partitions(timestamptz);
         DROP INDEX audit_logs_archive_organization_id_created_at_idx, sheetbrain.audit_formulas_created_at_idx",
    )
    .execute(&db)
    .await
    .unwrap();
    let folder = Folder::new();
    let file = folder.file("old.dump");
    let _ = run_with(&source, &["backup", &file]).await.expect(0);
    let target = database::create_empty().await;
    let _ = run_with(&target, &["restore", &file]).await.expect(0);
    let newest = "SELECT max(version)::text FROM sheetbrain._sqlx_migrations";
    let db = database::open(target).await;
    let current = database::open(database::create().await).await;
    assert_eq!(texts(&db, newest).await, texts(&current, newest).await);
}

#[tokio::test]
async fn a_backup_of_a_newer_schema_is_refused() {
    let source = database::create().await;
    let db = database::open(source.clone()).await;
    sqlx::raw_sql(
        "INSERT INTO sheetbrain._sqlx_migrations SELECT 9999, 'future', now(), true, '\\x00', 0",
    )
    .execute(&db)
    .await
    .unwrap();
    let folder = Folder::new();
    let file = folder.file("new.dump");
    let _ = run_with(&source, &["backup", &file]).await.expect(0);
    let target = database::create_empty().await;
    let refused = run_with(&target, &["restore", &file]).await.expect(2);
    assert!(
        refused.err.contains("newer version") && refused.err.contains("9999"),
        "{}",
        refused.err
    );
    assert_eq!(tables(&target).await, BTreeMap::new());
}

#[tokio::test]
async fn a_file_that_is_no_backup_is_refused() {
    let folder = Folder::new();
    let file = folder.file("notes.txt");
    let target = database::create_empty().await;
    let missing = run_with(&target, &["restore", &file]).await.expect(2);
    assert!(missing.err.contains(&file), "{}", missing.err);
    std::fs::write(&file, "Buy milk, then go home.").unwrap();
    let refused = run_with(&target, &["restore", &file]).await.expect(2);
    assert!(refused.err.contains("sheetbrain backup"), "{}", refused.err);
}

#[tokio::test]
async fn nothing_is_overwritten_unless_asked_for_and_nothing_half_made_is_left() {
    let source = database::create().await;
    let folder = Folder::new();
    let file = folder.file("kept.dump");
    std::fs::write(&file, "mine").unwrap();
    let refused = run_with(&source, &["backup", &file]).await.expect(2);
    assert!(refused.err.contains("--overwrite"), "{}", refused.err);
    let empty = database::create_empty().await;
    let refused = run_with(&empty, &["backup", &file, "--overwrite"])
        .await
        .expect(2);
    assert!(
        refused.err.contains("nothing of SheetBrain"),
        "{}",
        refused.err
    );
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
    let _ = run_with(&source, &["backup", &file, "--overwrite"])
        .await
        .expect(0);
    assert!(std::fs::read(&file).unwrap().starts_with(b"PGDMP"));
    assert_eq!(folder.names(), ["kept.dump"]);
}

/// PostgreSQL's programs behind scripts, which do this first.
fn scripts(folder: &Folder, first: &str) {
    let found = embedded_postgres::Search::default()
        .for_new_cluster()
        .unwrap();
    for name in ["pg_dump", "pg_restore"] {
        let script = folder.0.join(name);
        let real = found.program(name);
        let text = format!("#!/bin/sh\n{first}\nexec {} \"$@\"\n", real.display());
        std::fs::write(&script, text).unwrap();
        std::fs::set_permissions(&script, PermissionsExt::from_mode(0o755)).unwrap();
    }
}

/// Backs a database up with the programs of a folder.
async fn backup_with(programs: &Folder, source: &PgConnectOptions, file: &str) -> Outcome {
    let mut command = program();
    command
        .args(["backup", file])
        .env("SHEETBRAIN_PG_BIN", &programs.0)
        .env("RUST_LOG", "trace")
        .env("DATABASE_URL", source.to_url_lossy().as_str());
    finished(command).await
}

#[tokio::test]
async fn the_password_is_on_no_command_line_and_in_no_message() {
    let (programs, folder) = (Folder::new(), Folder::new());
    let seen = folder.file("seen");
    scripts(
        &programs,
        &format!("echo \"$0 $@ [$PGPASSWORD] [$CANARY]\" >> {seen}"),
    );
    let source = database::create().await.password("canary/of the%password");
    let outcome = backup_with(&programs, &source, &folder.file("x.dump"))
        .await
        .expect(0);
    let seen = std::fs::read_to_string(seen).unwrap();
    let call = seen.lines().find(|line| line.contains("--format")).unwrap();
    let (arguments, environment) = call.split_once('[').unwrap();
    assert!(!arguments.contains("canary"), "{arguments}");
    assert_eq!(environment, "canary/of the%password] []");
    assert!(!outcome.err.contains("canary") && !outcome.out.contains("canary"));
}

#[tokio::test]
async fn a_copy_that_fails_half_way_leaves_no_file_and_says_why() {
    let (programs, folder) = (Folder::new(), Folder::new());
    let failing = "case \"$*\" in *--format*) echo PGDMP; echo 'no space left' >&2; exit 1;; esac";
    scripts(&programs, failing);
    let source = database::create().await;
    let failed = backup_with(&programs, &source, &folder.file("x.dump"))
        .await
        .expect(2);
    assert!(failed.err.contains("no space left"), "{}", failed.err);
    assert_eq!(folder.names(), [""; 0]);
}

#[tokio::test]
async fn programs_that_are_older_than_the_server_are_refused() {
    let (programs, folder) = (Folder::new(), Folder::new());
    let old = "case \"$*\" in *--version*) echo 'pg_dump (PostgreSQL) 14.1'; exit;; esac";
    scripts(&programs, old);
    let source = database::create().await;
    let refused = backup_with(&programs, &source, &folder.file("x.dump")).await;
    let refused = refused.expect(2);
    assert!(
        refused.err.contains("older than the server"),
        "{}",
        refused.err
    );
}

#[tokio::test]
async fn a_backup_that_is_stopped_leaves_nothing() {
    let (programs, folder) = (Folder::new(), Folder::new());
    let begun = folder.file("begun");
    let slow = format!("case \"$*\" in *--format*) touch {begun}; exec sleep 600;; esac");
    scripts(&programs, &slow);
    let source = database::create().await;
    let mut command = program();
    command
        .args(["backup", &folder.file("x.dump")])
        .env("SHEETBRAIN_PG_BIN", &programs.0)
        .env("DATABASE_URL", source.to_url_lossy().as_str())
        .stderr(std::process::Stdio::null());
    let mut child = command.spawn().unwrap();
    while !Path::new(&begun).exists() {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    signal(&child, "TERM").await;
    assert_eq!(child.wait().await.unwrap().code(), Some(2));
    assert_eq!(folder.names(), ["begun"]);
}

#[tokio::test]
async fn a_private_postgres_is_backed_up_running_and_stopped_and_restored_into_a_new_folder() {
    let folder = Folder::new();
    let (data, file) = (folder.file("data"), folder.file("running.dump"));
    let serve = async |data: &str| {
        let start = Start::default().with("SHEETBRAIN_DATA_DIR", data);
        started(start.argument("--demo").command()).await
    };
    let (mut child, _) = serve(&data).await;
    let _ = run(&["backup", &file, "--data-dir", &data]).await.expect(0);
    signal(&child, "TERM").await;
    assert!(child.wait().await.unwrap().success());
    let again = folder.file("stopped.dump");
    let _ = run(&["backup", &again, "--data-dir", &data])
        .await
        .expect(0);

    let fresh = folder.file("fresh");
    let _ = run(&["restore", &again, "--data-dir", &fresh])
        .await
        .expect(0);
    let (mut child, url) = serve(&fresh).await;
    let ready = reqwest::get(format!("{url}/readyz")).await.unwrap();
    assert!(ready.status().is_success());
    signal(&child, "TERM").await;
    assert!(child.wait().await.unwrap().success());
}

#[tokio::test]
async fn a_data_folder_that_is_mistyped_is_not_made() {
    let folder = Folder::new();
    let data = folder.file("dta");
    let refused = run(&["backup", &folder.file("x.dump"), "--data-dir", &data]).await;
    assert!(refused.expect(2).err.contains("--data-dir"));
    assert_eq!(folder.names(), [""; 0]);
}
