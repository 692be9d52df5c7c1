//! What the benchmarks measure: the program on a durable PostgreSQL of its own, with organizations
//! that have policies and show API keys.

use std::path::{Path, PathBuf};

use embedded_postgres::{Cluster, DATABASE, Options};
use serde_json::{Value, json};
use sqlx::postgres::{PgPool, PgPoolOptions};
use tokio::process::Child;

use crate::load::Audit;
use crate::program::{Start, client, started};

/// Organizations besides the demo, each like it: a member, plan enterprise, the same three policies.
const MORE: &str = "
    INSERT INTO organizations (clerk_org_id, name)
        SELECT 'org_' || n, 'Acme ' || n FROM generate_series(1, 100) AS n;
    INSERT INTO users (clerk_user_id, organization_id)
        SELECT 'user_' || clerk_org_id, id FROM organizations WHERE clerk_org_id <> 'org_demo';
    INSERT INTO sheetbrain.memberships (clerk_membership_id, organization_id, user_id, role, joined_at)
        SELECT 'orgmem_' || id, organization_id, id, 'admin', now() FROM users WHERE clerk_user_id <> 'user_demo';
    INSERT INTO subscriptions (organization_id, plan, status)
        SELECT id, 'enterprise', 'active' FROM organizations WHERE clerk_org_id <> 'org_demo';
    INSERT INTO policies (organization_id, title, content)
        SELECT o.id, p.title, p.content FROM organizations o CROSS JOIN policies p
        JOIN organizations demo ON demo.id = p.organization_id AND demo.clerk_org_id = 'org_demo'
        WHERE o.clerk_org_id <> 'org_demo';
    ANALYZE;
";

/// A running server and its PostgreSQL.
#[derive(Debug)]
pub struct Measured {
    /// `127.0.0.1:…`
    pub address: String,
    /// The server's process.
    pub server: Child,
    /// Its PostgreSQL.
    pub cluster: Cluster,
    /// To look into it.
    pub db: PgPool,
    /// Where the data is.
    pub folder: PathBuf,
}

impl Measured {
    /// Starts both, with these settings besides.
    pub async fn start(settings: &[(&str, &str)]) -> Self {
        let folder = std::env::temp_dir().join(format!("sheetbrain-bench-{}", std::process::id()));
        let cluster = Cluster::start(&Options::persistent(&folder)).expect("PostgreSQL starts");
        let url = cluster.url(DATABASE);
        let start = Start::default()
            .with("DATABASE_URL", &url)
            .with("RATE_LIMIT_REQUESTS", "1000000000")
            .with("RATE_LIMIT_WINDOW_MS", "86400000")
            .argument("--demo");
        let start = settings
            .iter()
            .fold(start, |start, (name, value)| start.with(name, value));
        let (server, address) = started(start.command()).await;
        let db = PgPoolOptions::new().connect(&url).await;
        let db = db.expect("PostgreSQL answers");
        sqlx::raw_sql(MORE)
            .execute(&db)
            .await
            .expect("organizations");
        Self {
            address: address.trim_start_matches("http://").to_owned(),
            server,
            cluster,
            db,
            folder,
        }
    }

    /// The address of the database.
    #[must_use]
    pub fn database_url(&self) -> String {
        self.cluster.url(DATABASE)
    }

    /// Audits by the demo organization.
    pub async fn one_organization(&self) -> Vec<Audit> {
        vec![Audit::with_headers(
            &self.key("org_demo", "user_demo").await,
        )]
    }

    /// The same, of a number alone.
    pub async fn one_organization_with_a_number(&self) -> Vec<Audit> {
        vec![Audit::of_a_number(&self.key("org_demo", "user_demo").await)]
    }

    /// Audits by a hundred others.
    pub async fn hundred_organizations(&self) -> Vec<Audit> {
        let mut audits = Vec::new();
        for number in 1..=100 {
            let organization = format!("org_{number}");
            let user = format!("user_{organization}");
            audits.push(Audit::with_headers(&self.key(&organization, &user).await));
        }
        audits
    }

    /// The header that shows a new API key of the organization.
    async fn key(&self, organization: &str, user: &str) -> String {
        let request = client()
            .post(format!("http://{}/api/keys", self.address))
            .header("x-user-org", organization)
            .header("x-user-id", user)
            .json(&json!({"name": "bench", "scopes": ["audit"]}));
        let answer = request.send().await.expect("the server answers");
        let key: Value = answer.json().await.expect("the server answers JSON");
        let key = key["key"].as_str().unwrap_or_else(|| panic!("{key}"));
        format!("authorization: Bearer {key}\r\n")
    }

    /// Processor time used so far.
    #[must_use]
    pub fn processor_time(&self) -> ProcessorTime {
        let server = self.server.id().expect("the server runs");
        let postmaster = postmaster(&self.folder);
        let mut time = ProcessorTime::default();
        for entry in std::fs::read_dir("/proc").expect("Linux").flatten() {
            let Some(process) = Process::read(&entry.path()) else {
                continue;
            };
            if process.id == server {
                time.server += process.own;
            } else if process.id == postmaster {
                time.postgres += process.own + process.ended;
            } else if process.parent == postmaster {
                time.postgres += process.own;
            } else if process.id == std::process::id() {
                time.callers += process.own + process.ended;
            }
        }
        time
    }

    /// The most memory that the server has had, in MiB.
    #[must_use]
    pub fn peak_memory(&self) -> u64 {
        let id = self.server.id().expect("the server runs");
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).expect("Linux");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = peak.and_then(|peak| peak.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        kib.expect("the kernel says it") / 1024
    }

    /// Stops both and removes the data.
    pub async fn stop(mut self) {
        self.db.close().await;
        crate::program::signal(&self.server, "TERM").await;
        let ended = self.server.wait().await.expect("the server ends");
        assert!(ended.success(), "the server ended with {ended}");
        self.cluster.stop().expect("PostgreSQL stops");
        std::fs::remove_dir_all(&self.folder).expect("the data can be removed");
    }
}

/// Processor time in microseconds, by who used it.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProcessorTime {
    /// The server.
    pub server: f64,
    /// PostgreSQL, all of its processes.
    pub postgres: f64,
    /// The process that measures, with what it started and waited for.
    pub callers: f64,
}

impl ProcessorTime {
    /// What was used for each of `count` since `earlier`.
    #[must_use]
    pub fn each_since(&self, earlier: &Self, count: f64) -> Self {
        Self {
            server: (self.server - earlier.server) / count,
            postgres: (self.postgres - earlier.postgres) / count,
            callers: (self.callers - earlier.callers) / count,
        }
    }

    /// By all of them.
    #[must_use]
    pub fn sum(&self) -> f64 {
        self.server + self.postgres + self.callers
    }
}

/// What the kernel says of a process; times in microseconds.
struct Process {
    id: u32,
    parent: u32,
    own: f64,
    /// Of its children that have ended.
    ended: f64,
}

impl Process {
    /// `None` for what is no process, or has ended.
    fn read(folder: &Path) -> Option<Self> {
        let id = folder.file_name()?.to_str()?.parse().ok()?;
        let stat = std::fs::read_to_string(folder.join("stat")).ok()?;
        // After the name, which may hold anything: state, parent, …, user and system time, its own
        // and that of children, in hundredths of a second.
        let fields: Vec<&str> = stat.rsplit(')').next()?.split(' ').collect();
        let field = |place: usize| fields.get(place)?.parse::<u32>().ok();
        let time = |user: usize| Some(f64::from(field(user)? + field(user + 1)?) * 10_000.0);
        Some(Self {
            id,
            parent: field(2)?,
            own: time(12)?,
            ended: time(14)?,
        })
    }
}

/// The process that all of PostgreSQL's are children of.
fn postmaster(folder: &Path) -> u32 {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)
            .expect("the data can be read")
            .flatten()
        {
            let path = entry.path();
            if entry.file_name() == "postmaster.pid" {
                let text = std::fs::read_to_string(path).expect("PostgreSQL runs");
                let id = text.lines().next().and_then(|id| id.trim().parse().ok());
                return id.expect("its first line is the process id");
            }
            if path.is_dir() {
                folders.push(path);
            }
        }
    }
    panic!("PostgreSQL does not run")
}
