//! The statements of the operators' guide run as they stand.

use tests::Server;
use tests::program::{Start, who};

use crate::cli::run_with;

#[tokio::test]
async fn public_shows_the_eight_tables_and_the_archive() {
    let server = Server::start().await;
    let tables = "SELECT string_agg(table_name, ' ' ORDER BY table_name)
                  FROM information_schema.tables WHERE table_schema = 'public'";
    assert_eq!(
        server.sql(tables).await,
        "audit_logs audit_logs_archive audit_usage ingestion_logs organizations policies \
         rate_limit_buckets subscriptions users"
    );
}

#[tokio::test]
async fn audits_older_than_ninety_days_can_be_archived() {
    let server = Server::start().await;
    let member = server.member("org:admin").await;
    let _ = server.audit(who(&member), &["=A1"]).await.expect(200);
    server
        .execute(
            "INSERT INTO audit_logs (organization_id, formula_count, compliant_count, issues_found, duration_ms, created_at)
             SELECT id, 1, 1, 0, 1, now() - interval '91 days' FROM organizations",
        )
        .await;
    server.execute("INSERT INTO audit_logs_archive SELECT * FROM audit_logs WHERE created_at < now() - interval '90 days'").await;
    server
        .execute("DELETE FROM audit_logs WHERE created_at < now() - interval '90 days'")
        .await;
    let counts = "SELECT (SELECT count(*) FROM audit_logs) || ' ' || (SELECT count(*) FROM audit_logs_archive)";
    assert_eq!(server.sql(counts).await, "1 1");
}

#[tokio::test]
async fn the_guides_functions_and_indexes_work() {
    let server = Server::start().await;
    let _ = server.member("org:admin").await;
    let organization = server.sql("SELECT id FROM organizations").await;
    let stats = format!(
        "SELECT concat_ws(' ', total_users, total_policies, total_audits, audits_this_month, plan, subscription_status) FROM get_org_stats('{organization}')"
    );
    assert_eq!(server.sql(&stats).await, "1 0 0 0 free none");
    let counted = format!(
        "SELECT increment_audit_usage('{organization}', '2026-11') + increment_audit_usage('{organization}', '2026-11')"
    );
    assert_eq!(server.sql(&counted).await, "3");
    server.execute("SELECT cleanup_expired_rate_limits()").await;
    server.execute("CREATE INDEX IF NOT EXISTS idx_audit_logs_user_created ON audit_logs(user_id, created_at DESC)").await;
    server
        .execute("SELECT * FROM users ORDER BY created_at DESC LIMIT 5")
        .await;
}

#[tokio::test]
async fn an_audit_of_a_month_without_a_partition_is_kept_and_moved_when_it_is_made() {
    let server = Server::start().await;
    let _ = server.member("org:admin").await;
    server
        .execute(
            "INSERT INTO audit_logs (organization_id, formula_count, compliant_count, issues_found, duration_ms, created_at)
             SELECT id, 1, 1, 0, 1, '2031-05-17' FROM organizations",
        )
        .await;
    assert_eq!(
        server
            .sql("SELECT count(*) FROM sheetbrain.audit_logs_default")
            .await,
        "1"
    );
    server
        .execute("SELECT sheetbrain.ensure_audit_log_partitions('2031-05-01', 1)")
        .await;
    assert_eq!(
        server
            .sql("SELECT count(*) FROM sheetbrain.audit_logs_2031_05")
            .await,
        "1"
    );
    assert_eq!(server.sql("SELECT count(*) FROM audit_logs").await, "1");
}

#[tokio::test]
async fn a_server_starts_while_a_backup_holds_the_log() {
    let server = Server::start().await;
    server
        .execute(
            "DO $$ DECLARE name text; BEGIN
                 SELECT max(relname) INTO name FROM pg_class WHERE relname LIKE 'audit_logs_2%' AND relkind = 'r';
                 EXECUTE 'DROP TABLE sheetbrain.' || name;
             END $$",
        )
        .await;
    let partitions = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'audit_logs'::regclass";
    assert_eq!(server.sql(partitions).await, "3");
    let mut backup = server.db.begin().await.unwrap();
    sqlx::raw_sql("LOCK TABLE audit_logs IN ACCESS SHARE MODE")
        .execute(&mut *backup)
        .await
        .unwrap();
    let second = Start::default().on(&server.database).server().await;
    let member = second.member("org:admin").await;
    let _ = second.audit(who(&member), &["=A1"]).await.expect(200);
    backup.rollback().await.unwrap();
    let _ = run_with(&server.database, &["maintain"]).await.expect(0);
    assert_eq!(server.sql(partitions).await, "4");
}

#[tokio::test]
async fn a_policy_changed_by_hand_is_a_new_version() {
    let server = Server::start().await;
    let member = server.member("org:admin").await;
    let policy = serde_json::json!({"title": "Standard", "content": "INDIRECT must not be used."});
    let id = server
        .post(who(&member), "/api/policies", &policy)
        .await
        .expect(201)
        .json["policy"]["id"]
        .clone();
    server
        .execute("UPDATE policies SET content = 'OFFSET must not be used.'")
        .await;
    let path = format!("/api/policies/{}/versions", id.as_str().unwrap());
    let versions = server.get(who(&member), &path).await.expect(200).json;
    assert_eq!(versions["versions"][0]["version"], 2);
    let audit = server
        .audit(who(&member), &["=OFFSET(A1,1,1)"])
        .await
        .expect(200)
        .json;
    let findings = audit["audits"][0]["findings"].as_array().unwrap();
    let cited = findings
        .iter()
        .find(|finding| finding["policy"].is_object());
    assert_eq!(cited.unwrap()["policy"]["version"], 2, "{audit}");
}
