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
    clippy::format_push_string,
    reason = "a benchmark prints its result and ends at the first thing that is wrong"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use embedded_postgres::{Cluster, DATABASE, Options};
use sqlx::postgres::PgPoolOptions;
use tests::program::{Start, started};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Connections that audit at the same time.
const CONNECTIONS: usize = 64;
/// Clients of pgbench: more do not make it faster on two processors.
const PGBENCH_CLIENTS: usize = 12;
/// Formulas in an audit.
const FORMULAS: usize = 20;
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
    let _ = audits_a_second(&address, Duration::from_secs(1)).await;
    let (mut audits, mut inserts, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        let audit_rate = audits_a_second(&address, Duration::from_secs(SECONDS)).await;
        let insert_rate = pgbench.inserts_a_second();
        println!(
            "round {round}: {audit_rate:>7.0} audits/s  {insert_rate:>7.0} inserts/s  ratio {:.2}",
            audit_rate / insert_rate
        );
        audits.push(audit_rate);
        inserts.push(insert_rate);
        ratios.push(audit_rate / insert_rate);
    }
    println!(
        "median:  {:>7.0} audits/s  {:>7.0} inserts/s  ratio {:.2}  ({CONNECTIONS} connections, {FORMULAS} formulas an audit)",
        median(&mut audits),
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

/// Audits for that long on all connections; every body is different.
async fn audits_a_second(address: &str, time: Duration) -> f64 {
    let (count, stop) = (
        Arc::new(AtomicU64::new(0)),
        Arc::new(AtomicBool::new(false)),
    );
    let began = Instant::now();
    let callers: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let stream = TcpStream::connect(address.to_owned());
            let (count, stop) = (Arc::clone(&count), Arc::clone(&stop));
            tokio::spawn(async move {
                let mut connection = Connection {
                    stream: stream.await.unwrap(),
                    read: Vec::new(),
                };
                while !stop.load(Ordering::Relaxed) {
                    connection
                        .audit(count.fetch_add(1, Ordering::Relaxed))
                        .await;
                }
            })
        })
        .collect();
    tokio::time::sleep(time).await;
    stop.store(true, Ordering::Relaxed);
    for caller in callers {
        caller.await.unwrap();
    }
    #[expect(clippy::cast_precision_loss, reason = "a rate")]
    let count = count.load(Ordering::Relaxed) as f64;
    count / began.elapsed().as_secs_f64()
}

/// One connection, spoken to by hand: the caller shares the processors with what it measures.
struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Connection {
    async fn audit(&mut self, number: u64) {
        let body = body(number);
        let request = format!(
            "POST /api/audit HTTP/1.1\r\nhost: localhost\r\nx-user-org: org_demo\r\nx-user-id: user_demo\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await.unwrap();
        self.read.clear();
        loop {
            assert!(
                self.stream.read_buf(&mut self.read).await.unwrap() > 0,
                "the server hung up"
            );
            let Some(end) = self.read.windows(4).position(|four| four == b"\r\n\r\n") else {
                continue;
            };
            let head = std::str::from_utf8(&self.read[..end]).unwrap();
            assert!(
                head.starts_with("HTTP/1.1 200"),
                "{}",
                String::from_utf8_lossy(&self.read)
            );
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.expect("an answer without a length").parse().unwrap();
            if self.read.len() >= end + 4 + length {
                return;
            }
        }
    }
}

/// Twenty formulas: a filled column without findings, and two with some.
fn body(number: u64) -> String {
    let mut body = String::from("{\"formulas\":[");
    for row in 1..=FORMULAS - 2 {
        body.push_str(&format!(
            "\"=SUM(B{row}:D{row})*E{}+F{}\",",
            row + 1,
            number % 1000 + 1
        ));
    }
    body.push_str(&format!(
        "\"=VLOOKUP(A{number}, Rates!A1:C99, 2)\",\"=IF(B2>C{number}, TODAY(), D2)\"]}}"
    ));
    body
}
