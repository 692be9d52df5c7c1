//! Persisted audits a second over HTTP, beside pgbench's single inserts into the same table of the
//! same PostgreSQL in the same run; of one busy organization beside a hundred; and of a number alone,
//! which says what an audit costs besides the check of its formulas.
//!
//! All are answered after a durable commit. Rounds alternate, so that a machine that changes its
//! speed changes all; the figures are the median ratios. README.md of this folder says how to run it.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark prints its result and ends at the first thing that is wrong"
)]

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use tests::load::{self, Audit, FORMULAS};
use tests::measured::{Measured, ProcessorTime};

/// Connections that audit at the same time.
const CONNECTIONS: usize = 64;
/// Clients of pgbench: more do not make it faster on two processors.
const PGBENCH_CLIENTS: usize = 12;
/// Seconds of each measurement.
const SECONDS: u64 = 4;
/// Rounds of measurements.
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
    let measured = Measured::start(&[]).await;
    let pgbench = Pgbench::prepare(&measured).await;
    let (one, hundred, number) = (
        measured.one_organization().await,
        measured.hundred_organizations().await,
        measured.one_organization_with_a_number().await,
    );
    for audits in [&one, &hundred, &number] {
        let _ = audits_a_second(&measured, audits, 1).await;
    }
    let mut figures: [Vec<f64>; 7] = Default::default();
    for round in 1..=ROUNDS {
        let (busy, audit) = audits_a_second(&measured, &one, SECONDS).await;
        let (inserts, insert) = pgbench.inserts_a_second(&measured);
        let (many, _) = audits_a_second(&measured, &hundred, SECONDS).await;
        let (numbers, of_a_number) = audits_a_second(&measured, &number, SECONDS).await;
        println!(
            "round {round}: {busy:>7.0} audits/s  {inserts:>7.0} inserts/s  {many:>7.0} audits/s of a hundred  {numbers:>7.0} audits/s of a number"
        );
        say("an audit", &audit);
        say("one of a number", &of_a_number);
        say("an insert", &insert);
        let costs = insert.sum() / audit.sum();
        let round = [
            busy,
            inserts,
            many,
            busy / inserts,
            busy / many,
            costs,
            numbers / inserts,
        ];
        for (figures, figure) in figures.iter_mut().zip(round) {
            figures.push(figure);
        }
    }
    let [busy, inserts, many, ratio, share, costs, numbers] = figures.map(median);
    println!(
        "median:  {busy:>7.0} audits/s  {inserts:>7.0} inserts/s  {many:>7.0} audits/s of a hundred"
    );
    println!(
        "audits / inserts {ratio:.2}, by processor time {costs:.2}, of a number {numbers:.2}   one organization / a hundred {share:.2}   ({CONNECTIONS} connections, {FORMULAS} formulas an audit)"
    );
    measured.stop().await;
}

fn say(what: &str, time: &ProcessorTime) {
    let ProcessorTime {
        server,
        postgres,
        callers,
    } = time;
    println!(
        "         {what} takes {:.0} µs: {server:.0} of the server, {postgres:.0} of PostgreSQL, {callers:.0} of its callers",
        time.sum()
    );
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Audits for that many seconds on all connections, and what each took; every answer must be a
/// success.
async fn audits_a_second(
    measured: &Measured,
    audits: &[Audit],
    seconds: u64,
) -> (f64, ProcessorTime) {
    let before = measured.processor_time();
    let time = Duration::from_secs(seconds);
    let tally = load::audit(&measured.address, audits, CONNECTIONS, time).await;
    let after = measured.processor_time();
    assert!(
        tally.wrong.is_empty() && tally.refused == 0,
        "{:?}",
        tally.wrong
    );
    #[expect(clippy::cast_precision_loss, reason = "a share")]
    let count = tally.times.len() as f64;
    (tally.rate(), after.each_since(&before, count))
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
    async fn prepare(measured: &Measured) -> Self {
        let script = measured.folder.with_extension("sql");
        std::fs::write(&script, INSERT).unwrap();
        let id = async |statement: &'static str| {
            let row = sqlx::raw_sql(statement)
                .fetch_one(&measured.db)
                .await
                .unwrap();
            sqlx::Row::get::<String, _>(&row, 0)
        };
        Self {
            program: measured.cluster.binaries().dir().join("pgbench"),
            script,
            url: measured.database_url(),
            organization: id("SELECT id::text FROM organizations WHERE clerk_org_id = 'org_demo'")
                .await,
            member: id("SELECT id::text FROM users WHERE clerk_user_id = 'user_demo'").await,
        }
    }

    /// Inserts, and what each took.
    fn inserts_a_second(&self, measured: &Measured) -> (f64, ProcessorTime) {
        let before = measured.processor_time();
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
        let rate: f64 = rate.split(' ').next().unwrap().parse().unwrap();
        let count = said
            .lines()
            .find_map(|line| line.strip_prefix("number of transactions actually processed: "))
            .expect("pgbench says how many");
        let count = count.split('/').next().unwrap().trim().parse().unwrap();
        (rate, measured.processor_time().each_since(&before, count))
    }
}

impl Drop for Pgbench {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.script);
    }
}
