//! Makes a new cluster, beside its final place, so that a kill leaves nothing half-made.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::{Output, Stdio};

use rustix::fs::OFlags;

use crate::account::Account;
use crate::binaries::Binaries;
use crate::configuration::{Configuration, FILE};
use crate::error::Error;
use crate::folder::Folder;
use crate::options::Durability;
use crate::{DATABASE, ROLE};

/// The locales to try: UTF-8 character classes with the order of code points, then plain `C`,
/// which every system has.
const LOCALES: [&str; 2] = ["C.UTF-8", "C"];

/// Makes the cluster of `folder`. The caller holds the control lock and there is no cluster yet.
pub(crate) fn initialise(
    folder: &Folder,
    account: &Account,
    binaries: &Binaries,
    configuration: &Configuration<'_>,
) -> Result<(), Error> {
    tracing::info!(
        data_dir = %folder.path().display(),
        postgres = binaries.major(),
        "making a new PostgreSQL cluster"
    );
    let new = folder.new_cluster(account)?;
    run_initdb(new.path(), account, binaries, configuration.durability)?;
    include_configuration(new.path())?;
    configuration.write(new.path(), account)?;
    create_database(new.path(), account, binaries)?;
    folder.install_cluster(new)
}

fn run_initdb(
    cluster: &Path,
    account: &Account,
    binaries: &Binaries,
    durability: Durability,
) -> Result<(), Error> {
    let mut refused = None;
    for locale in LOCALES {
        let mut initdb = account.command(&binaries.program("initdb"), cluster);
        initdb
            .args(["-D", ".", "-U", ROLE, "-E", "UTF8", "--locale", locale])
            .args(["--auth-local=trust", "--auth-host=reject"]);
        if durability == Durability::None {
            initdb.arg("--no-sync");
        }
        let output = initdb
            .output()
            .map_err(Error::io("run initdb in", cluster))?;
        if output.status.success() {
            return Ok(());
        }
        let unknown_locale = printed(&output).contains("invalid locale name");
        refused = Some(failed("initdb", cluster, &output));
        if !unknown_locale {
            break;
        }
    }
    refused.map_or(Ok(()), Err)
}

/// Lets `postgresql.conf` read the file that is written before every start.
fn include_configuration(cluster: &Path) -> Result<(), Error> {
    let path = cluster.join("postgresql.conf");
    OpenOptions::new()
        .append(true)
        .custom_flags(OFlags::NOFOLLOW.bits().cast_signed())
        .open(&path)
        .and_then(|mut file| writeln!(file, "\ninclude = '{FILE}'"))
        .map_err(Error::io("write", &path))
}

/// Adds the database in PostgreSQL's single-user mode: `createdb` is not in every distribution of
/// the programs, and nothing has to be started and stopped for it.
fn create_database(cluster: &Path, account: &Account, binaries: &Binaries) -> Result<(), Error> {
    let statement = format!("CREATE DATABASE {DATABASE}\n");
    let mut child = account
        .command(&binaries.program("postgres"), cluster)
        .args(["--single", "-D", ".", "-c", "exit_on_error=on", "postgres"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(Error::io("run postgres in", cluster))?;
    if let Some(mut stdin) = child.stdin.take() {
        // When it ended early the pipe is closed; its output then tells why.
        let _ = stdin.write_all(statement.as_bytes());
    }
    let output = child
        .wait_with_output()
        .map_err(Error::io("run postgres in", cluster))?;
    if output.status.success() {
        Ok(())
    } else {
        Err(failed("postgres --single", cluster, &output))
    }
}

fn failed(program: &'static str, cluster: &Path, output: &Output) -> Error {
    Error::Program {
        program,
        folder: cluster.to_owned(),
        status: output.status,
        output: printed(output),
    }
}

/// Both streams of a program as text.
pub(crate) fn printed(output: &Output) -> String {
    let text = [&output.stdout, &output.stderr].map(|stream| String::from_utf8_lossy(stream));
    text.concat().trim().to_owned()
}
