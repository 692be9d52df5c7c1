//! The program `sheetbrain`, started as a user starts it.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgPool};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::answer::Answer;
use crate::clerk::{Clerk, Message, SECRET, sign};
use crate::{database, stripe};

/// How long a start may take before the test fails.
const PATIENCE: Duration = Duration::from_mins(1);

/// How to start a server.
#[derive(Debug)]
pub struct Start {
    settings: BTreeMap<String, String>,
    arguments: Vec<String>,
    database: Option<PgConnectOptions>,
    direct: Option<PgConnectOptions>,
}

impl Default for Start {
    fn default() -> Self {
        let settings = [
            ("SHEETBRAIN_LISTEN", "127.0.0.1:0"),
            ("CLERK_WEBHOOK_SECRET", SECRET),
            ("STRIPE_WEBHOOK_SECRET", stripe::SECRET),
            // One address makes all requests of a test.
            ("RATE_LIMIT_PER_IP", "0"),
            ("RUST_LOG", "warn"),
        ];
        Self {
            settings: settings
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            arguments: Vec::new(),
            database: None,
            direct: None,
        }
    }
}

impl Start {
    /// With this environment variable.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.settings.insert(name.to_owned(), value.to_owned());
        self
    }

    /// With this argument after `serve`.
    #[must_use]
    pub fn argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// On a database that exists already.
    #[must_use]
    pub fn on(mut self, database: &PgConnectOptions) -> Self {
        self.database = Some(database.clone());
        self
    }

    /// With another way into the database for the test than the server has.
    #[must_use]
    pub fn looking_into(mut self, database: &PgConnectOptions) -> Self {
        self.direct = Some(database.clone());
        self
    }

    /// Starts the server on a database, a new one if none was named.
    pub async fn server(self) -> Server {
        let database = match &self.database {
            Some(database) => database.clone(),
            None => database::create().await,
        };
        let mut command = self.command();
        command.env("DATABASE_URL", database.to_url_lossy().as_str());
        let (child, url) = started(command).await;
        let database = self.direct.unwrap_or(database);
        let db = database::open(database.clone()).await;
        Server {
            child,
            url,
            db,
            database,
            http: client(),
            clerk: Clerk::default(),
        }
    }

    /// Starts a server that must not come up; gives its exit code and what it said.
    pub async fn refused(self) -> (i32, String) {
        let mut child = self.command().stderr(Stdio::piped()).spawn().unwrap();
        let status = tokio::time::timeout(PATIENCE, child.wait())
            .await
            .expect("it runs")
            .unwrap();
        let mut said = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .await
            .unwrap();
        (status.code().unwrap_or(-1), said)
    }

    /// The command, its environment nothing but what the test says.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = program();
        command
            .arg("serve")
            .args(&self.arguments)
            .envs(&self.settings);
        command
    }
}

/// The program with an empty environment.
#[must_use]
pub fn program() -> Command {
    let mut command = Command::new(database::variable("SHEETBRAIN_TEST_PROGRAM"));
    command
        .env_clear()
        .env("PATH", database::variable("PATH"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// Brings a database's schema up to date with `sheetbrain migrate`.
pub(crate) async fn migrate(database: &PgConnectOptions) {
    let mut command = program();
    command
        .arg("migrate")
        .env("DATABASE_URL", database.to_url_lossy().as_str());
    let output = command.stderr(Stdio::piped()).output().await.unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Waits for the line that says where the server listens.
pub async fn started(mut command: Command) -> (Child, String) {
    let mut child = command.spawn().expect("the program can not be started");
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = tokio::time::timeout(PATIENCE, lines.next_line()).await;
    let line = line.expect("the server does not start").unwrap();
    let line = line.expect("the server ended while starting; its errors are above");
    let url = line
        .strip_prefix("listening on ")
        .unwrap_or_else(|| panic!("{line}"));
    (child, url.to_owned())
}

/// A running server; killed when dropped.
#[derive(Debug)]
pub struct Server {
    /// The process.
    pub child: Child,
    /// `http://127.0.0.1:…`
    pub url: String,
    /// Its database, to look into.
    pub db: PgPool,
    /// Its database, to start another server on.
    pub database: PgConnectOptions,
    /// Makes events.
    pub clerk: Clerk,
    http: Client,
}

impl Server {
    /// Starts a server on a new database with the settings of the tests.
    pub async fn start() -> Self {
        Start::default().server().await
    }

    /// `127.0.0.1:…`
    #[must_use]
    pub fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// A request without anything.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }

    /// A request by a person in an organization.
    pub fn request_as(&self, who: (&str, &str), method: Method, path: &str) -> RequestBuilder {
        let (organization, user) = who;
        self.request(method, path)
            .header("x-user-org", organization)
            .header("x-user-id", user)
    }

    /// `GET` by a person.
    pub async fn get(&self, who: (&str, &str), path: &str) -> Answer {
        send(self.request_as(who, Method::GET, path)).await
    }

    /// `POST` of JSON by a person.
    pub async fn post(&self, who: (&str, &str), path: &str, body: &Value) -> Answer {
        send(self.request_as(who, Method::POST, path).json(body)).await
    }

    /// Audits formulas.
    pub async fn audit(&self, who: (&str, &str), formulas: &[&str]) -> Answer {
        self.post(who, "/api/audit", &json!({"formulas": formulas}))
            .await
    }

    /// Delivers a message as Svix does.
    pub async fn deliver(&self, message: &Message) -> Answer {
        let request = self
            .request(Method::POST, "/api/auth/webhook")
            .header("svix-id", &message.id)
            .header("svix-timestamp", message.timestamp.to_string())
            .header("svix-signature", &message.signature)
            .header("content-type", "application/json")
            .body(message.body.clone());
        send(request).await
    }

    /// Delivers an event, which must be accepted.
    pub async fn receive(&self, event: &Value) {
        let _ = self.deliver(&sign(event)).await.expect(204);
    }

    /// Makes an organization and a member by webhooks, and gives both ids.
    pub async fn member(&self, role: &str) -> (String, String) {
        let id = database::random_id().simple().to_string();
        let (organization, user) = (format!("org_{id}"), format!("user_{id}"));
        self.receive(
            &self
                .clerk
                .organization("organization.created", &organization, "Acme"),
        )
        .await;
        self.receive(&self.clerk.user("user.created", &user, "ada@example.com"))
            .await;
        let membership = "organizationMembership.created";
        self.receive(
            &self
                .clerk
                .membership(membership, &organization, &user, role),
        )
        .await;
        (organization, user)
    }

    /// One value out of the database, as text; empty for NULL and for no row.
    pub async fn sql(&self, statement: &str) -> String {
        use sqlx::Row;
        let wrapped = format!("SELECT (x.v)::text FROM ({statement}) AS x(v)");
        let row = sqlx::raw_sql(sqlx::AssertSqlSafe(wrapped))
            .fetch_optional(&self.db)
            .await;
        let row = row.unwrap_or_else(|error| panic!("{statement}: {error}"));
        row.and_then(|row| row.get::<Option<String>, _>(0))
            .unwrap_or_default()
    }

    /// Runs a statement.
    pub async fn execute(&self, statement: &str) {
        let done = sqlx::raw_sql(sqlx::AssertSqlSafe(statement))
            .execute(&self.db)
            .await;
        done.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }

    /// Asks the server to stop and waits until it has.
    pub async fn stop(mut self) -> std::process::ExitStatus {
        signal(&self.child, "TERM").await;
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        ended.expect("the server does not stop").unwrap()
    }

    /// Ends the server without warning.
    pub async fn kill(&mut self) {
        self.child.kill().await.unwrap();
    }
}

/// Sends a signal to a process that the test started.
pub async fn signal(child: &Child, name: &str) {
    let id = child.id().expect("the process has ended").to_string();
    let status = Command::new("kill")
        .args(["-s", name, &id])
        .status()
        .await
        .unwrap();
    assert!(status.success());
}

/// A client. TLS is never spoken here, but a client is built with its provider or not at all.
#[must_use]
pub fn client() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::new()
}

/// Sends a request and reads the answer.
pub async fn send(request: RequestBuilder) -> Answer {
    Answer::of(request.send().await.expect("the server does not answer")).await
}

/// A person, as the helpers of [`Server`] take it.
#[must_use]
pub fn who(member: &(String, String)) -> (&str, &str) {
    (&member.0, &member.1)
}
