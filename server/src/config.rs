//! Every setting of the server: a flag, an environment variable, a default, and what makes it
//! unusable. Flags win over the environment, which wins over `.env.local`, which wins over `.env`.
//!
//! Nothing else reads the environment.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use clap::{Args, ValueEnum};
use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};
use svix::webhooks::Webhook;

/// The settings of `sheetbrain serve`.
#[derive(Args, Clone, Debug)]
#[expect(
    clippy::doc_markdown,
    reason = "the comments are shown as help, which is no Markdown"
)]
pub struct Settings {
    /// Where to listen. Port 0 takes a free one
    #[arg(
        long,
        env = "SHEETBRAIN_LISTEN",
        default_value = "127.0.0.1:3000",
        value_name = "ADDRESS"
    )]
    pub listen: SocketAddr,

    #[command(flatten)]
    #[expect(
        missing_docs,
        reason = "a doc comment here would become help text of the group"
    )]
    pub database: DatabaseSettings,

    /// Make organization org_demo with user user_demo and three sample policies
    #[arg(long)]
    pub demo: bool,

    /// How callers say who they are. Default: headers, unless CLERK_ISSUER is set
    #[arg(long, env = "SHEETBRAIN_AUTH", value_enum, value_name = "WAY")]
    pub auth: Option<AuthMode>,

    /// Issuer of Clerk's session tokens
    #[arg(long, env = "CLERK_ISSUER", value_name = "URL")]
    pub clerk_issuer: Option<String>,

    /// Signing secrets of Clerk's webhooks, comma-separated: several during a rotation
    #[arg(long, env = "CLERK_WEBHOOK_SECRET", hide_env_values = true, value_name = "SECRET", value_delimiter = ',', value_parser = secret)]
    pub clerk_webhook_secret: Vec<SecretString>,

    #[command(flatten)]
    #[expect(
        missing_docs,
        reason = "a doc comment here would become help text of the group"
    )]
    pub limits: Limits,

    /// Proxies whose X-Forwarded-For is believed, comma-separated networks such as 10.0.0.0/8
    #[arg(
        long,
        env = "SHEETBRAIN_TRUSTED_PROXIES",
        value_delimiter = ',',
        value_name = "NETWORK"
    )]
    pub trusted_proxies: Vec<IpNet>,
}

/// Where the data is.
#[derive(Args, Clone, Debug)]
pub struct DatabaseSettings {
    /// PostgreSQL 14 or later. Without it: a private PostgreSQL in the data folder
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL", value_parser = secret)]
    pub database_url: Option<SecretString>,

    /// Folder of the private PostgreSQL
    #[arg(long, env = "SHEETBRAIN_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,

    /// Folder of PostgreSQL's programs, when they are not where they usually are
    #[arg(long, env = "SHEETBRAIN_PG_BIN", value_name = "DIR")]
    pub pg_bin: Option<PathBuf>,

    /// A private PostgreSQL that is thrown away at the end
    #[arg(long, conflicts_with_all = ["database_url", "data_dir"])]
    pub ephemeral: bool,

    /// Connections to the database at most
    #[arg(long, env = "SHEETBRAIN_DATABASE_CONNECTIONS", default_value_t = 16, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=1000))]
    pub database_connections: u32,
}

/// What a request, an address and an organization may use.
#[derive(Args, Clone, Debug)]
pub struct Limits {
    /// Requests of an organization in one window
    #[arg(long, env = "RATE_LIMIT_REQUESTS", default_value_t = 100, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000_000))]
    pub rate_limit_requests: u32,

    /// Length of that window in milliseconds
    #[arg(long, env = "RATE_LIMIT_WINDOW_MS", default_value_t = 60_000, value_name = "MS", value_parser = clap::value_parser!(u64).range(100..=86_400_000))]
    pub rate_limit_window_ms: u64,

    /// Requests a second of one address, with bursts of four times as many; 0 is off
    #[arg(long, env = "RATE_LIMIT_PER_IP", default_value_t = 50, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    pub rate_limit_per_ip: u32,

    /// Formulas in one request
    #[arg(
        long,
        env = "SHEETBRAIN_MAX_FORMULAS",
        default_value_t = 200_000,
        value_name = "N"
    )]
    pub max_formulas: usize,

    /// Bytes of an audit's body, unpacked
    #[arg(long, env = "SHEETBRAIN_MAX_AUDIT_BYTES", default_value_t = 16 << 20, value_name = "BYTES")]
    pub max_audit_bytes: usize,

    /// Bytes of a policy document
    #[arg(long, env = "SHEETBRAIN_MAX_INGEST_BYTES", default_value_t = 10 << 20, value_name = "BYTES")]
    pub max_ingest_bytes: usize,

    /// Bytes of any other body
    #[arg(long, env = "SHEETBRAIN_MAX_BODY_BYTES", default_value_t = 256 << 10, value_name = "BYTES")]
    pub max_body_bytes: usize,

    /// Audits that may wait for a processor; more are refused
    #[arg(long, env = "SHEETBRAIN_ANALYSIS_QUEUE", default_value_t = 1024, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=65_536))]
    pub analysis_queue: u32,
}

impl Limits {
    /// The organization's window.
    #[must_use]
    pub const fn rate_limit_window(&self) -> Duration {
        Duration::from_millis(self.rate_limit_window_ms)
    }
}

/// How callers say who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AuthMode {
    /// By the headers x-user-id and x-user-org; only on loopback.
    Headers,
}

/// A value that is never printed.
#[expect(clippy::unnecessary_wraps, reason = "the form of a value parser")]
fn secret(value: &str) -> Result<SecretString, std::convert::Infallible> {
    Ok(SecretString::from(value.to_owned()))
}

impl Settings {
    /// Refuses settings that are set but can not be used, naming the setting.
    pub fn check(&self) -> anyhow::Result<()> {
        if self.auth.is_none() && self.clerk_issuer.is_some() {
            bail!(
                "CLERK_ISSUER is set, but Clerk's session tokens are not checked by this version. \
                 Unset it, or set SHEETBRAIN_AUTH=headers to serve on loopback only."
            );
        }
        ensure!(
            self.listen.ip().is_loopback(),
            "SHEETBRAIN_LISTEN is {}, but callers are believed by their headers, so only a loopback \
             address such as 127.0.0.1:3000 may be listened on.",
            self.listen
        );
        self.webhook_verifiers()?;
        self.database.check()
    }

    /// One verifier for each signing secret; the order is that of the setting.
    pub fn webhook_verifiers(&self) -> anyhow::Result<Vec<Webhook>> {
        /// Svix makes secrets of 24 to 64 bytes.
        const SHORTEST: usize = 16;
        self.clerk_webhook_secret
            .iter()
            // A variable that is set to nothing is a line of a template that nobody filled in.
            .filter(|secret| !secret.expose_secret().trim().is_empty())
            .enumerate()
            .map(|(index, secret)| {
                let place = index + 1;
                let secret = secret.expose_secret().trim();
                // The error of a failed decoding could quote the secret, so it is not passed on.
                let Ok(verifier) = Webhook::new(secret) else {
                    bail!(
                        "CLERK_WEBHOOK_SECRET: value {place} is not a signing secret. Copy it from \
                         the webhook's page in Clerk's dashboard; it starts with whsec_."
                    );
                };
                let encoded = secret.strip_prefix("whsec_").unwrap_or(secret);
                ensure!(
                    encoded.trim_end_matches('=').len() * 3 / 4 >= SHORTEST,
                    "CLERK_WEBHOOK_SECRET: value {place} is shorter than {SHORTEST} bytes and could be guessed."
                );
                Ok(verifier)
            })
            .collect()
    }
}

impl DatabaseSettings {
    /// Refuses an address that is not one of PostgreSQL.
    pub fn check(&self) -> anyhow::Result<()> {
        self.connect_options().map(|_| ())
    }

    /// The operator's database, if one is set.
    pub fn connect_options(&self) -> anyhow::Result<Option<sqlx::postgres::PgConnectOptions>> {
        let url = self
            .database_url
            .as_ref()
            .map(|url| url.expose_secret().trim());
        let Some(url) = url.filter(|url| !url.is_empty()) else {
            return Ok(None);
        };
        ensure!(
            url.starts_with("postgres://") || url.starts_with("postgresql://"),
            "DATABASE_URL must start with postgres:// or postgresql://. Unset it to use a private PostgreSQL."
        );
        url.parse().map(Some).context(
            "DATABASE_URL is not an address of PostgreSQL. The form is postgres://user:password@host:5432/database",
        )
    }
}

/// Reads `.env.local`, then `.env`, of the current folder; what is set already stays.
///
/// Called once, before any thread is started.
pub fn load_env_files() -> anyhow::Result<()> {
    for file in [".env.local", ".env"] {
        match dotenvy::from_filename(file) {
            Ok(_) => {}
            Err(error) if error.not_found() => {}
            // The error itself quotes the line, which may hold a secret.
            Err(dotenvy::Error::LineParse(_, column)) => {
                bail!("{file} has a line that is not NAME=value, near its character {column}")
            }
            Err(error) => return Err(error).with_context(|| format!("{file} can not be read")),
        }
    }
    Ok(())
}
