//! Copies of the database as PostgreSQL's own programs make and read them: `pg_dump` and
//! `pg_restore`, in the custom format. They know how a database is taken apart and put together;
//! nothing here does.
//!
//! Secrets go to them in their environment, which only their account can read, and files open.

use std::fs::File;
use std::io::Write;
use std::process::{Output, Stdio};

use anyhow::{Context, bail, ensure};
use embedded_postgres::Client;
use percent_encoding::percent_decode_str;
use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use crate::db::schema::RunMigration;

/// How a file in the custom format begins.
pub const MAGIC: &[u8] = b"PGDMP";

/// The schemas that are copied. Others, which a platform may have put beside them, are not ours.
const SCHEMAS: [&str; 2] = ["--schema=public", "--schema=sheetbrain"];

/// What stands in the list of a copy's contents before what is not put back: `public` is in every
/// database, and what its platform does with new tables is the platform's.
const LEFT_OUT: [&str; 3] = [
    " SCHEMA - public ",
    " COMMENT - SCHEMA public ",
    " DEFAULT ACL ",
];

/// Where the migrations that ran stand, in the list of contents.
const MIGRATIONS: &str = " TABLE DATA sheetbrain _sqlx_migrations ";

/// Writes a copy of the database, as it is at one moment, into `file`.
pub async fn write(client: &Client, options: &PgConnectOptions, file: File) -> anyhow::Result<()> {
    let mut command = call(client, "pg_dump", Some(options))?;
    command
        .args(["--format=custom", "--no-password"])
        .args(["--lock-wait-timeout=1min"])
        .args(SCHEMAS)
        .stdout(file);
    let output = finish(command, "pg_dump").await?;
    ensure!(
        output.status.success(),
        "pg_dump could not copy the database:\n{}",
        said(&output)
    );
    Ok(())
}

/// What is in a copy.
#[derive(Debug)]
pub struct Contents {
    /// What is put back, in the form that `pg_restore` reads.
    list: String,
    /// The migrations that ran on the database.
    pub migrations: Vec<RunMigration>,
}

/// Reads what is in a copy, and refuses one that is not of a database of this program.
///
/// `file` is opened anew for each call: `open` is called twice.
pub async fn contents(
    client: &Client,
    open: impl Fn() -> anyhow::Result<File>,
) -> anyhow::Result<Contents> {
    let mut command = call(client, "pg_restore", None)?;
    command.arg("--list").stdin(open()?);
    let output = finish(command, "pg_restore --list").await?;
    if !output.status.success() {
        let said = said(&output);
        // What it says when the format is one that came later.
        let remedy = if said.contains("unsupported version") {
            format!(
                "\nIt was made by PostgreSQL's programs of a later version than {}: install those, and name their folder with SHEETBRAIN_PG_BIN",
                client.major()
            )
        } else {
            "\nThe file is damaged, or is no backup".to_owned()
        };
        bail!("pg_restore can not read the backup:\n{said}{remedy}");
    }
    let text = String::from_utf8_lossy(&output.stdout);
    ensure!(
        text.contains(MIGRATIONS),
        "this is a copy of a database, but not of one of SheetBrain: it holds no table sheetbrain._sqlx_migrations"
    );
    let mut list = String::new();
    for line in text.lines() {
        if !LEFT_OUT.iter().any(|mark| line.contains(mark)) {
            list.push_str(line);
            list.push('\n');
        }
    }
    let mut command = call(client, "pg_restore", None)?;
    command
        .args([
            "--data-only",
            "--schema=sheetbrain",
            "--table=_sqlx_migrations",
        ])
        .args(["--file=-"])
        .stdin(open()?);
    let output = finish(command, "pg_restore").await?;
    ensure!(
        output.status.success(),
        "pg_restore can not read the backup, which is damaged:\n{}",
        said(&output)
    );
    let migrations = run_migrations(&String::from_utf8_lossy(&output.stdout))
        .context("the list of migrations in the backup can not be read")?;
    Ok(Contents { list, migrations })
}

/// Puts a copy into an empty database: all of it or nothing.
pub async fn read(
    client: &Client,
    options: &PgConnectOptions,
    contents: &Contents,
    file: File,
) -> anyhow::Result<()> {
    // Names of tables only, so that any account may read it: the one that PostgreSQL runs as has to.
    let mut list = tempfile::Builder::new()
        .prefix("sheetbrain-restore-")
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))
        .tempfile()?;
    list.write_all(contents.list.as_bytes())?;
    list.flush()?;
    let mut command = call(client, "pg_restore", Some(options))?;
    command
        .args(["--single-transaction", "--exit-on-error", "--no-owner"])
        .args(["--no-password", "--use-list"])
        .arg(list.path())
        .arg("--dbname")
        .arg(database(options))
        .stdin(file);
    let output = finish(command, "pg_restore").await?;
    ensure!(
        output.status.success(),
        "pg_restore could not put the backup into the database, which is as it was:\n{}",
        said(&output)
    );
    Ok(())
}

/// A call of a program, with the way to the database in its environment.
fn call(
    client: &Client,
    program: &str,
    options: Option<&PgConnectOptions>,
) -> anyhow::Result<tokio::process::Command> {
    let mut command = client.command(program)?;
    if let Some(options) = options {
        command.envs(environment(options, client.major()));
    }
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut command = tokio::process::Command::from(command);
    command.kill_on_drop(true);
    Ok(command)
}

async fn finish(mut command: tokio::process::Command, name: &str) -> anyhow::Result<Output> {
    let child = command
        .spawn()
        .with_context(|| format!("{name} can not be started"))?;
    child
        .wait_with_output()
        .await
        .with_context(|| format!("{name} can not be waited for"))
}

/// What a program wrote about itself; its other output is what was asked for.
fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).trim().to_owned()
}

/// The way to a database in the variables that PostgreSQL's programs read.
fn environment(options: &PgConnectOptions, client_major: u32) -> Vec<(&'static str, String)> {
    let address = options.to_url_lossy();
    let host = options.get_socket().map_or_else(
        || options.get_host().to_owned(),
        |socket| socket.display().to_string(),
    );
    let mut variables = vec![
        ("PGHOST", host),
        ("PGPORT", options.get_port().to_string()),
        ("PGUSER", options.get_username().to_owned()),
        ("PGDATABASE", database(options)),
        ("PGAPPNAME", "sheetbrain".to_owned()),
        ("PGCONNECT_TIMEOUT", "30".to_owned()),
    ];
    if let Some(password) = address.password() {
        let password = percent_decode_str(password).decode_utf8_lossy();
        variables.push(("PGPASSWORD", password.into_owned()));
    }
    if let Some(more) = options.get_options() {
        variables.push(("PGOPTIONS", more.to_owned()));
    }
    let mut names_root = false;
    for (name, value) in address.query_pairs() {
        let variable = match &*name {
            "sslmode" => "PGSSLMODE",
            "sslrootcert" => "PGSSLROOTCERT",
            "sslcert" => "PGSSLCERT",
            "sslkey" => "PGSSLKEY",
            _ => continue,
        };
        names_root |= variable == "PGSSLROOTCERT";
        variables.push((variable, value.into_owned()));
    }
    // Without a file of its own, the server trusts the authorities that everybody trusts.
    let verifies = matches!(
        options.get_ssl_mode(),
        PgSslMode::VerifyCa | PgSslMode::VerifyFull
    );
    if verifies && !names_root && client_major >= 16 {
        variables.push(("PGSSLROOTCERT", "system".to_owned()));
    }
    variables
}

fn database(options: &PgConnectOptions) -> String {
    let named = options.get_database();
    named.unwrap_or_else(|| options.get_username()).to_owned()
}

/// The rows of a table in the text form that `pg_restore` writes: `COPY table (columns) FROM stdin;`,
/// one row a line with tabs between columns, `\.`. `None` when it is not that.
fn run_migrations(text: &str) -> Option<Vec<RunMigration>> {
    let mut lines = text.lines();
    let columns = lines
        .by_ref()
        .find_map(|line| line.strip_prefix("COPY sheetbrain._sqlx_migrations ("))?;
    let columns: Vec<&str> = columns.split(')').next()?.split(", ").collect();
    let place = |name| columns.iter().position(|column| *column == name);
    let (version, checksum) = (place("version")?, place("checksum")?);
    lines
        .take_while(|line| *line != "\\.")
        .map(|line| {
            let values: Vec<&str> = line.split('\t').collect();
            Some(RunMigration {
                version: values.get(version)?.parse().ok()?,
                // A backslash is written twice: `\\x0123…`.
                checksum: bytes(values.get(checksum)?.strip_prefix("\\\\x")?)?,
            })
        })
        .collect()
}

/// Bytes from hexadecimal digits.
fn bytes(digits: &str) -> Option<Vec<u8>> {
    let pairs = digits.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_are_read_from_a_copys_text() {
        let text = "--\nSET x = 1;\n\nCOPY sheetbrain._sqlx_migrations (version, description, checksum) FROM stdin;\n\
                    1\tidentity\t\\\\x01ff\n19\tmaintenance\t\\\\x\n\\.\n\n--\n";
        let run = |version, checksum: &[u8]| RunMigration {
            version,
            checksum: checksum.to_vec(),
        };
        assert_eq!(
            run_migrations(text),
            Some(vec![run(1, &[1, 255]), run(19, &[])])
        );
        assert_eq!(run_migrations("SELECT 1;"), None);
        assert_eq!(run_migrations(&text.replace("\\\\x01ff", "01ff")), None);
    }

    #[test]
    fn the_way_to_a_database_is_told_without_what_only_this_program_knows() {
        let url = "postgres://a%40b:p%2Fw%25@db.example.com:6543/books?sslmode=verify-full&statement-cache-capacity=0";
        let variables = environment(&url.parse().expect("an address"), 17);
        for expected in [
            ("PGHOST", "db.example.com"),
            ("PGPORT", "6543"),
            ("PGUSER", "a@b"),
            ("PGPASSWORD", "p/w%"),
            ("PGDATABASE", "books"),
            ("PGSSLMODE", "verify-full"),
            ("PGSSLROOTCERT", "system"),
        ] {
            let expected = (expected.0, expected.1.to_owned());
            assert!(variables.contains(&expected), "{expected:?}");
        }
        let names = variables.iter().map(|(name, _)| *name);
        assert!(names.clone().all(|name| name.starts_with("PG")));
    }
}
