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

use crate::billing::settings::StripeSettings;

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

    #[command(flatten)]
    #[expect(
        missing_docs,
        reason = "a doc comment here would become help text of the group"
    )]
    pub retention: RetentionSettings,

    /// Make organization org_demo with user user_demo and three sample policies
    #[arg(long)]
    pub demo: bool,

    /// How callers say who they are. Default: headers, unless CLERK_ISSUER is set
    #[arg(long, env = "SHEETBRAIN_AUTH", value_enum, value_name = "WAY")]
    pub auth: Option<AuthMode>,

    /// Issuer of Clerk's session tokens
    #[arg(long, env = "CLERK_ISSUER", value_name = "URL")]
    pub clerk_issuer: Option<String>,

    /// Where Clerk's public keys are. Default: /.well-known/jwks.json of the issuer
    #[arg(long, env = "CLERK_JWKS_URL", value_name = "URL")]
    pub clerk_jwks_url: Option<String>,

    /// Origins that session tokens may be made for, comma-separated. Default: any of the issuer's
    #[arg(
        long,
        env = "CLERK_AUTHORIZED_PARTIES",
        value_delimiter = ',',
        value_name = "ORIGIN"
    )]
    pub clerk_authorized_parties: Vec<String>,

    /// OAuth clients whose Google identity tokens are taken, comma-separated
    #[arg(
        long,
        env = "GOOGLE_CLIENT_IDS",
        value_delimiter = ',',
        value_name = "ID"
    )]
    pub google_client_ids: Vec<String>,

    /// Where Google's public keys are
    #[arg(
        long,
        env = "GOOGLE_JWKS_URL",
        default_value = "https://www.googleapis.com/oauth2/v3/certs",
        value_name = "URL"
    )]
    pub google_jwks_url: String,

    /// Signing secrets of Clerk's webhooks, comma-separated: several during a rotation
    #[arg(long, env = "CLERK_WEBHOOK_SECRET", hide_env_values = true, value_name = "SECRET", value_delimiter = ',', value_parser = secret)]
    pub clerk_webhook_secret: Vec<SecretString>,

    #[command(flatten)]
    #[expect(
        missing_docs,
        reason = "a doc comment here would become help text of the group"
    )]
    pub limits: Limits,

    #[command(flatten)]
    #[expect(
        missing_docs,
        reason = "a doc comment here would become help text of the group"
    )]
    pub stripe: StripeSettings,

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

/// How long audits are kept.
#[derive(Args, Clone, Copy, Debug)]
pub struct RetentionSettings {
    /// Days until an audit is moved to the archive and its findings are removed. Default: never
    #[arg(long, env = "SHEETBRAIN_RETENTION_DAYS", value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub retention_days: Option<u32>,
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

    /// Clients connected at the same time; more wait
    #[arg(long, env = "SHEETBRAIN_MAX_CONNECTIONS", default_value_t = 10_000, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub max_connections: u32,

    /// Connections of one address at the same time; proxies that are trusted, and this machine, may have more
    #[arg(long, env = "SHEETBRAIN_MAX_CONNECTIONS_PER_IP", default_value_t = 512, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub max_connections_per_ip: u32,

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

    /// Bytes of the bodies of all audits in work; long ones beyond it are refused
    #[arg(long, env = "SHEETBRAIN_MAX_BODY_MEMORY", default_value_t = 32 << 20, value_name = "BYTES")]
    pub max_body_memory: usize,

    /// Audits in work at the same time; more are refused
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
    /// By Clerk's session tokens.
    Clerk,
}

/// What Clerk's session tokens are checked with.
#[derive(Clone, Debug)]
pub struct ClerkSettings {
    /// The issuer, without a slash at the end.
    pub issuer: String,
    /// Where its public keys are.
    pub jwks_url: String,
    /// Origins that tokens may be made for; none means any.
    pub parties: Vec<String>,
}

/// What Google's identity tokens are checked with.
#[derive(Clone, Debug)]
pub struct GoogleSettings {
    /// OAuth clients.
    pub clients: Vec<String>,
    /// Where Google's public keys are.
    pub jwks_url: String,
}

/// A value that is never printed.
#[expect(clippy::unnecessary_wraps, reason = "the form of a value parser")]
pub(crate) fn secret(value: &str) -> Result<SecretString, std::convert::Infallible> {
    Ok(SecretString::from(value.to_owned()))
}

impl Settings {
    /// Refuses settings that are set but can not be used, naming the setting.
    pub fn check(&self) -> anyhow::Result<()> {
        let clerk = self.clerk()?;
        self.google()?;
        ensure!(
            self.auth != Some(AuthMode::Clerk) || clerk.is_some(),
            "SHEETBRAIN_AUTH is clerk, but CLERK_ISSUER is not set."
        );
        ensure!(
            !self.trusts_headers() || self.listen.ip().is_loopback(),
            "SHEETBRAIN_LISTEN is {}, but callers are believed by their headers, so only a loopback \
             address such as 127.0.0.1:3000 may be listened on. Set CLERK_ISSUER to check session tokens.",
            self.listen
        );
        self.webhook_verifiers()?;
        self.stripe.check(self.listen)?;
        self.database.check()
    }

    /// Whether callers are believed by the headers x-user-id and x-user-org.
    #[must_use]
    pub fn trusts_headers(&self) -> bool {
        let by_default = self.clerk_issuer.as_ref().is_none_or(|url| is_blank(url));
        self.auth.map_or(by_default, |way| way == AuthMode::Headers)
    }

    /// What Clerk's session tokens are checked with, if an issuer is set.
    pub fn clerk(&self) -> anyhow::Result<Option<ClerkSettings>> {
        let Some(issuer) = self.clerk_issuer.as_ref().filter(|url| !is_blank(url)) else {
            return Ok(None);
        };
        let issuer = web_address("CLERK_ISSUER", issuer)?;
        let jwks_url = match self.clerk_jwks_url.as_ref().filter(|url| !is_blank(url)) {
            Some(url) => web_address("CLERK_JWKS_URL", url)?,
            None => format!("{issuer}/.well-known/jwks.json"),
        };
        Ok(Some(ClerkSettings {
            issuer,
            jwks_url,
            parties: filled(&self.clerk_authorized_parties),
        }))
    }

    /// What Google's identity tokens are checked with, if a client is set.
    pub fn google(&self) -> anyhow::Result<Option<GoogleSettings>> {
        let clients = filled(&self.google_client_ids);
        if clients.is_empty() {
            return Ok(None);
        }
        Ok(Some(GoogleSettings {
            clients,
            jwks_url: web_address("GOOGLE_JWKS_URL", &self.google_jwks_url)?,
        }))
    }

    /// One verifier for each signing secret; the order is that of the setting.
    pub fn webhook_verifiers(&self) -> anyhow::Result<Vec<Webhook>> {
        /// Svix makes secrets of 24 to 64 bytes.
        const SHORTEST: usize = 16;
        self.clerk_webhook_secret
            .iter()
            .filter(|secret| !is_blank(secret.expose_secret()))
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
                ensure!(
                    !is_guessable(encoded),
                    "CLERK_WEBHOOK_SECRET: value {place} is an example and not a secret. Copy the one from Clerk's dashboard."
                );
                Ok(verifier)
            })
            .collect()
    }
}

/// Whether a signing secret is one that documentation shows, or hardly varies.
pub(crate) fn is_guessable(encoded: &str) -> bool {
    /// The example in Svix's documentation.
    const PUBLISHED: &str = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let kinds: std::collections::BTreeSet<_> = encoded.bytes().collect();
    encoded == PUBLISHED || kinds.len() < 8
}

/// A variable that is set to nothing is a line of a template that nobody filled in.
pub(crate) fn is_blank(value: &str) -> bool {
    value.trim().is_empty()
}

pub(crate) fn filled(values: &[String]) -> Vec<String> {
    let values = values.iter().map(|value| value.trim().to_owned());
    values.filter(|value| !value.is_empty()).collect()
}

/// An address that keys may come from or go to, without a slash at the end: nobody on the way may
/// read or change them, so it is https, or it is this machine.
pub(crate) fn web_address(setting: &str, value: &str) -> anyhow::Result<String> {
    let value = value.trim().trim_end_matches('/');
    let url = reqwest::Url::parse(value).ok();
    let is_local =
        |url: &reqwest::Url| matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    let is_safe = url.is_some_and(|url| {
        url.host_str().is_some()
            && (url.scheme() == "https" || url.scheme() == "http" && is_local(&url))
    });
    ensure!(
        is_safe,
        "{setting} must be an address that starts with https://, such as https://clerk.example.com."
    );
    Ok(value.to_owned())
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
