//! Persisted audits a second over HTTP, beside pgbench's single inserts into the same table of the
//! same PostgreSQL in the same run.
//!
//! Both are answered after a durable commit. Rounds alternate, so that a machine that changes its
//! speed changes both; the figure is the median ratio. README.md of this folder says how to run it.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark prints its result and ends at the first thing that is wrong"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use embedded_postgres::{Cluster, DATABASE, Options};
use sqlx::postgres::PgPoolOptions;
use tests::load::{self, Audit, FORMULAS};
use tests::program::{Start, started};

/// Connections that audit at the same time.
const CONNECTIONS: usize = 64;
/// Clients of pgbench: more do not make it faster on two processors.
const PGBENCH_CLIENTS: usize = 12;
/// Seconds of each measurement.
const SECONDS: u64 = 4;
/// Pairs of measurements.
const ROUNDS: usize = 5;

/// What pgbench does: what the server writes for one audit, without counting and without findings.
const INSERT: &str = "INSERT INTO audit_logs (organization_id, user_id, formula_count, \
    compliant_count, issues_found, duration_ms, highest_severity, rules, input_hash, ruleset_hash, engine) \
    VALUES (:organization, :member, 20, 18, 2, 0.5, 'high', '{\"approximate-lookup\": 1}', \
    sha256('input'), sha256('rules'), '0.1.0');\n";

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build();
    runtime.unwrap().block_on(run());
}

async fn run() {
    let folder = std::env::temp_dir().join(format!("sheetbrain-bench-{}", std::process::id()));
    let cluster = Cluster::start(&Options::persistent(&folder)).unwrap();
    let url = cluster.url(DATABASE);
    let start = Start::default()
        .with("DATABASE_URL", &url)
        .with("RATE_LIMIT_REQUESTS", "1000000000")
        .with("RATE_LIMIT_WINDOW_MS", "86400000")
        .argument("--demo");
    let (mut server, address) = started(start.command()).await;
    let address = address.strip_prefix("http://").unwrap().to_owned();

    let pgbench = Pgbench::prepare(&cluster, &folder, &url).await;
    let audits = [Audit::by(("org_demo", "user_demo"))];
    let _ = audits_a_second(&address, &audits, 1).await;
    let (mut rates, mut inserts, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        let audit_rate = audits_a_second(&address, &audits, SECONDS).await;
        let insert_rate = pgbench.inserts_a_second();
        println!(
            "round {round}: {audit_rate:>7.0} audits/s  {insert_rate:>7.0} inserts/s  ratio {:.2}",
            audit_rate / insert_rate
        );
        rates.push(audit_rate);
        inserts.push(insert_rate);
        ratios.push(audit_rate / insert_rate);
    }
    println!(
        "median:  {:>7.0} audits/s  {:>7.0} inserts/s  ratio {:.2}  ({CONNECTIONS} connections, {FORMULAS} formulas an audit)",
        median(&mut rates),
        median(&mut inserts),
        median(&mut ratios)
    );
    tests::program::signal(&server, "TERM").await;
    server.wait().await.unwrap();
    cluster.stop().unwrap();
    std::fs::remove_dir_all(folder).unwrap();
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// pgbench of the cluster's own PostgreSQL.
struct Pgbench {
    program: PathBuf,
    script: PathBuf,
    url: String,
    organization: String,
    member: String,
}

impl Pgbench {
    async fn prepare(cluster: &Cluster, folder: &Path, url: &str) -> Self {
        let script = folder.with_extension("sql");
        std::fs::write(&script, INSERT).unwrap();
        let db = PgPoolOptions::new().connect(url).await.unwrap();
        let id = async |statement: &'static str| {
            let row = sqlx::raw_sql(statement).fetch_one(&db).await.unwrap();
            sqlx::Row::get::<String, _>(&row, 0)
        };
        Self {
            program: cluster.binaries().dir().join("pgbench"),
            script,
            url: url.to_owned(),
            organization: id("SELECT id::text FROM organizations").await,
            member: id("SELECT id::text FROM users").await,
        }
    }

    fn inserts_a_second(&self) -> f64 {
        let output = Command::new(&self.program)
            .args([
                "--no-vacuum",
                "--jobs=2",
                &format!("--client={PGBENCH_CLIENTS}"),
            ])
            .args([
                format!("--time={SECONDS}"),
                "--protocol=prepared".to_owned(),
            ])
            .arg(format!("--define=organization={}", self.organization))
            .arg(format!("--define=member={}", self.member))
            .arg(format!("--file={}", self.script.display()))
            .arg(&self.url)
            .stderr(Stdio::inherit())
            .output()
            .expect("pgbench can not be started: it comes with PostgreSQL's programs");
        let said = String::from_utf8(output.stdout).unwrap();
        let rate = said
            .lines()
            .find_map(|line| line.strip_prefix("tps = "))
            .expect("pgbench failed");
        rate.split(' ').next().unwrap().parse().unwrap()
    }
}

impl Drop for Pgbench {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.script);
    }
}

/// Audits for that many seconds on all connections; every answer must be a success.
async fn audits_a_second(address: &str, audits: &[Audit], seconds: u64) -> f64 {
    let tally = load::audit(address, audits, CONNECTIONS, Duration::from_secs(seconds)).await;
    assert!(tally.wrong.is_empty() && tally.refused == 0, "{tally:?}");
    tally.rate()
}
