//! `sheetbrain maintain`: what is past its time goes, nothing else does, and no figure changes.

use std::time::Duration;

use tests::Server;
use tests::program::{Start, program, who};

use crate::cli::{Outcome, run, run_with};

/// Audits are kept for so long in these tests.
const RETENTION: [&str; 3] = ["maintain", "--retention-days", "90"];

async fn maintain(server: &Server) -> Outcome {
    run_with(&server.database, &RETENTION).await.expect(0)
}

/// The number of the line that tells of this.
fn number(outcome: &Outcome, what: &str) -> u64 {
    let line = outcome.out.lines().find(|line| line.contains(what));
    let line = line.unwrap_or_else(|| panic!("{what}: {}", outcome.out));
    line.split_whitespace().next().unwrap().parse().unwrap()
}

/// Audits with findings and formulas, from each of these ages, `each` of them.
async fn audits_from(server: &Server, ages: &[&str], each: u32) {
    let ages: Vec<String> = ages
        .iter()
        .map(|age| format!("('{age}'::interval)"))
        .collect();
    server
        .execute(&format!(
            "WITH logged AS (
                 INSERT INTO audit_logs (organization_id, formula_count, compliant_count, issues_found, duration_ms, created_at)
                 SELECT o.id, 1, 0, 1, 1, now() - age
                 FROM organizations o, (VALUES {}) AS ages (age), generate_series(1, {each})
                 RETURNING organization_id, id, created_at
             ), found AS (
                 INSERT INTO sheetbrain.audit_findings (organization_id, audit_id, findings, created_at)
                 SELECT organization_id, id, '[]', created_at FROM logged
             ), kept AS (
                 INSERT INTO sheetbrain.audit_formulas (organization_id, audit_id, decimal_comma, formulas, created_at)
                 SELECT organization_id, id, false, '[]', created_at FROM logged
             )
             INSERT INTO audit_usage (organization_id, month_year, count)
             SELECT organization_id, to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM'), count(*) FROM logged GROUP BY 1, 2",
            ages.join(", ")
        ))
        .await;
}

/// How many audits are in the log, in the archive, have findings, have formulas.
const PLACES: &str = "SELECT concat_ws(' ', (SELECT count(*) FROM audit_logs), (SELECT count(*) FROM audit_logs_archive),
    (SELECT count(*) FROM sheetbrain.audit_findings), (SELECT count(*) FROM sheetbrain.audit_formulas))";

#[tokio::test]
async fn audits_past_retention_are_archived_without_findings_and_no_others() {
    let server = Server::start().await;
    let _ = server.member("org:admin").await;
    let ages = [
        "1 hour",
        "89 days 23 hours",
        "90 days 1 hour",
        "200 days",
        "900 days",
    ];
    audits_from(&server, &ages, 2).await;
    let before = server.sql("SELECT string_agg(a::text, ' ' ORDER BY id) FROM audit_logs a WHERE created_at < now() - interval '90 days'").await;
    let outcome = maintain(&server).await;
    assert_eq!(number(&outcome, "audits moved"), 6);
    assert_eq!(number(&outcome, "findings removed"), 6);
    assert_eq!(number(&outcome, "formulas removed"), 6);
    assert_eq!(server.sql(PLACES).await, "4 6 4 4");
    let archived = "SELECT string_agg(a::text, ' ' ORDER BY id) FROM audit_logs_archive a";
    assert_eq!(server.sql(archived).await, before);
    let kept = "SELECT bool_and(created_at > now() - interval '90 days') FROM (
        SELECT created_at FROM audit_logs UNION ALL SELECT created_at FROM sheetbrain.audit_findings
        UNION ALL SELECT created_at FROM sheetbrain.audit_formulas) AS kept";
    assert_eq!(server.sql(kept).await, "true");
}

#[tokio::test]
async fn figures_and_usage_stay_and_pages_show_what_is_left() {
    let server = Server::start().await;
    let member = server.member("org:admin").await;
    audits_from(&server, &["1 hour", "100 days", "400 days"], 3).await;
    let figures = async || {
        let mut figures = Vec::new();
        for path in ["/api/stats", "/api/usage", "/api/billing"] {
            figures.push(server.get(who(&member), path).await.expect(200).json);
        }
        figures
    };
    let before = figures().await;
    let _ = maintain(&server).await;
    assert_eq!(figures().await, before);
    assert_eq!(before[0]["totalAudits"], 9);
    let page = server
        .get(who(&member), "/api/audits?limit=2")
        .await
        .expect(200)
        .json;
    let next = page["nextCursor"].as_str().unwrap();
    let path = format!("/api/audits?limit=2&cursor={next}");
    let last = server.get(who(&member), &path).await.expect(200).json;
    let lengths = [&page, &last].map(|page| page["audits"].as_array().unwrap().len());
    assert_eq!(lengths, [2, 1]);
}

#[tokio::test]
async fn without_a_retention_audits_are_kept_for_good() {
    let server = Server::start().await;
    let _ = server.member("org:admin").await;
    audits_from(&server, &["3000 days"], 1).await;
    let outcome = run_with(&server.database, &["maintain"]).await.expect(0);
    assert!(outcome.out.contains("kept for good"), "{}", outcome.out);
    assert_eq!(server.sql(PLACES).await, "1 0 1 1");
}

#[tokio::test]
async fn findings_whose_audits_were_archived_by_hand_go_too() {
    let server = Server::start().await;
    let _ = server.member("org:admin").await;
    audits_from(&server, &["1 hour", "100 days"], 1).await;
    server.execute("INSERT INTO audit_logs_archive SELECT * FROM audit_logs WHERE created_at < now() - interval '90 days'").await;
    server
        .execute("DELETE FROM audit_logs WHERE created_at < now() - interval '90 days'")
        .await;
    let _ = maintain(&server).await;
    assert_eq!(server.sql(PLACES).await, "1 1 1 1");
}

#[tokio::test]
async fn what_is_remembered_for_others_is_forgotten_when_its_time_is_over() {
    let mut server = Server::start().await;
    let member = server.member("org:admin").await;
    let _ = server.audit(who(&member), &["=A1"]).await.expect(200);
    let other = server.member("org:admin").await;
    let _ = server.audit(who(&other), &["=A1"]).await.expect(200);
    // It does the same at its start, at a moment that nobody knows.
    server.kill().await;
    server
        .execute(
            "INSERT INTO sheetbrain.idempotency_keys
             SELECT id, age::text, '', gen_random_uuid(), now() - age FROM (SELECT id FROM organizations LIMIT 1) AS one,
                 (VALUES ('29 days'::interval), ('31 days'), ('300 days')) AS ages (age);
             INSERT INTO sheetbrain.webhook_events
             SELECT 'stripe', age::text, 'x', now() - age
             FROM (VALUES ('89 days'::interval), ('91 days')) AS ages (age);
             INSERT INTO sheetbrain.meter_outbox
                 (organization_id, month_year, upto, value, customer_id, occurred_at, next_attempt_at)
             SELECT id, '2020-01', extract(day FROM age), 1, 'cus_1', now() - age, now() FROM (SELECT id FROM organizations LIMIT 1) AS one,
                 (VALUES ('99 days'::interval), ('101 days')) AS ages (age)",
        )
        .await;
    server
        .execute(&format!(
            "UPDATE rate_limit_buckets b SET window_reset_at = now()
                 + CASE WHEN o.clerk_org_id = '{}' THEN -1 ELSE 1 END * interval '10 minutes'
             FROM organizations o WHERE o.id = b.organization_id",
            member.0
        ))
        .await;
    let outcome = run_with(&server.database, &["maintain"]).await.expect(0);
    for (what, expected) in [
        ("idempotency keys", 2),
        ("webhook events", 1),
        ("meter reports", 1),
        ("rate buckets", 1),
    ] {
        assert_eq!(number(&outcome, what), expected, "{what}");
    }
    let left =
        "SELECT concat_ws(' ', (SELECT string_agg(key, ',') FROM sheetbrain.idempotency_keys),
        (SELECT count(*) FROM sheetbrain.webhook_events WHERE source = 'stripe'),
        (SELECT string_agg(upto::text, ',') FROM sheetbrain.meter_outbox),
        (SELECT count(*) FROM rate_limit_buckets))";
    assert_eq!(server.sql(left).await, "29 days 1 99 1");
    // Who has lost a bucket gets another.
    let again = Start::default().on(&server.database).server().await;
    let _ = again.audit(who(&member), &["=A1"]).await.expect(200);
}

#[tokio::test]
async fn empty_partitions_of_the_past_go_and_others_stay() {
    let server = Server::start().await;
    let _ = server.member("org:admin").await;
    server
        .execute("SELECT sheetbrain.ensure_audit_log_partitions('2020-01-01', 2)")
        .await;
    server
        .execute(
            "INSERT INTO audit_logs (organization_id, formula_count, compliant_count, issues_found, duration_ms, created_at)
             SELECT id, 1, 1, 0, 1, '2020-01-17' FROM organizations",
        )
        .await;
    let partitions = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'audit_logs'::regclass";
    assert_eq!(server.sql(partitions).await, "6");
    let outcome = maintain(&server).await;
    assert_eq!(number(&outcome, "empty partitions"), 2);
    // The default one, this month's and the two that follow.
    assert_eq!(server.sql(partitions).await, "4");
    assert_eq!(
        server.sql("SELECT count(*) FROM audit_logs_archive").await,
        "1"
    );
}

#[tokio::test]
async fn a_partition_that_somebody_reads_is_left_for_another_run() {
    let server = Server::start().await;
    server
        .execute("SELECT sheetbrain.ensure_audit_log_partitions('2020-01-01', 1)")
        .await;
    let mut reader = server.db.begin().await.unwrap();
    sqlx::raw_sql("SELECT FROM audit_logs")
        .execute(&mut *reader)
        .await
        .unwrap();
    assert_eq!(number(&maintain(&server).await, "empty partitions"), 0);
    reader.rollback().await.unwrap();
    assert_eq!(number(&maintain(&server).await, "empty partitions"), 1);
}

#[tokio::test]
async fn two_runs_at_once_move_each_audit_once_while_the_server_audits() {
    let server = Start::default().argument("--demo").server().await;
    audits_from(&server, &["100 days", "200 days"], 15_000).await;
    let demo = ("org_demo", "user_demo");
    let audits = async {
        for _ in 0..20 {
            let _ = server.audit(demo, &["=A1"]).await.expect(200);
        }
    };
    let (one, two, ()) = tokio::join!(maintain(&server), maintain(&server), audits);
    let moved = number(&one, "audits moved") + number(&two, "audits moved");
    assert_eq!(moved, 30_000);
    let archive = "SELECT count(*) || ' ' || count(DISTINCT id) FROM audit_logs_archive";
    assert_eq!(server.sql(archive).await, "30000 30000");
    assert_eq!(server.sql("SELECT count(*) FROM audit_logs").await, "20");
    let usage = "SELECT sum(count) FROM audit_usage";
    assert_eq!(server.sql(usage).await, "30020");
}

#[tokio::test]
async fn a_run_that_was_killed_is_taken_up_by_the_next() {
    let server = Server::start().await;
    let _ = server.member("org:admin").await;
    audits_from(&server, &["100 days"], 60_000).await;
    let mut command = program();
    command.args(RETENTION).env(
        "DATABASE_URL",
        sqlx::ConnectOptions::to_url_lossy(&server.database).as_str(),
    );
    let mut child = command.stderr(std::process::Stdio::null()).spawn().unwrap();
    let archived = "SELECT count(*) FROM audit_logs_archive";
    while server.sql(archived).await == "0" {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    child.kill().await.unwrap();
    let in_all =
        "SELECT (SELECT count(*) FROM audit_logs) + (SELECT count(*) FROM audit_logs_archive)";
    assert_eq!(server.sql(in_all).await, "60000");
    let _ = maintain(&server).await;
    assert_eq!(server.sql(PLACES).await, "0 60000 0 0");
}

#[tokio::test]
async fn a_dry_run_counts_and_changes_nothing() {
    let server = Server::start().await;
    let _ = server.member("org:admin").await;
    audits_from(&server, &["1 hour", "100 days"], 2).await;
    let arguments = [&RETENTION[..], &["--dry-run"]].concat();
    let outcome = run_with(&server.database, &arguments).await.expect(0);
    assert_eq!(number(&outcome, "audits moved"), 2);
    assert_eq!(server.sql(PLACES).await, "4 0 4 4");
}

#[tokio::test]
async fn the_server_does_the_same_by_itself() {
    let first = Server::start().await;
    let _ = first.member("org:admin").await;
    audits_from(&first, &["1 hour", "100 days"], 1).await;
    let server = Start::default()
        .with("SHEETBRAIN_RETENTION_DAYS", "90")
        .on(&first.database)
        .server()
        .await;
    let done = async {
        while server.sql(PLACES).await != "1 1 1 1" {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let done = tokio::time::timeout(Duration::from_mins(1), done).await;
    done.expect("the server archives nothing");
}

#[tokio::test]
async fn a_retention_of_no_days_is_refused_by_its_name() {
    for days in ["0", "-1", "soon"] {
        let refused = run(&["maintain", &format!("--retention-days={days}")]).await;
        assert!(refused.expect(2).err.contains("--retention-days"), "{days}");
    }
}
