//! Everything that can go wrong. A message says what is wrong, where, and what to do about it.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why a cluster could not be found, initialised, started or stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No folder holds a usable PostgreSQL.
    #[error(
        "no usable PostgreSQL {minimum} or later was found\n\
         looked at:\n{looked_at}\n\
         ways out:\n\
         \x20 Debian, Ubuntu: apt-get install -y postgresql\n\
         \x20 Fedora: dnf install -y postgresql-server\n\
         \x20 macOS: brew install postgresql\n\
         \x20 programs elsewhere: SHEETBRAIN_PG_BIN=<folder with initdb, pg_ctl and postgres>\n\
         \x20 a server of your own: DATABASE_URL=postgres://…"
    )]
    NoBinaries {
        /// The oldest major version that is accepted.
        minimum: u32,
        /// Every place that was looked at and why it does not serve.
        looked_at: LookedAt,
    },

    /// No folder holds client programs that serve.
    #[error(
        "no pg_dump and pg_restore of PostgreSQL {major} or later were found\n\
         looked at:\n{looked_at}\n\
         ways out:\n\
         \x20 Debian, Ubuntu: apt-get install -y postgresql-client\n\
         \x20 Fedora: dnf install -y postgresql\n\
         \x20 macOS: brew install libpq\n\
         \x20 programs elsewhere: SHEETBRAIN_PG_BIN=<folder with pg_dump and pg_restore>"
    )]
    NoClients {
        /// The version of the server that they are for.
        major: u32,
        /// Every place that was looked at and why it does not serve.
        looked_at: LookedAt,
    },

    /// A client program is not where the server's programs are.
    #[error(
        "{} has no {program}\n\
         install PostgreSQL's client programs of version {major} (Debian, Ubuntu: apt-get install -y \
         postgresql-client-{major})",
        folder.display()
    )]
    NoClient {
        /// The program.
        program: String,
        /// The folder with the server's programs.
        folder: PathBuf,
        /// Their version.
        major: u32,
    },

    /// The data was written by a major version of which no programs are there.
    #[error(
        "the data in {} were written by PostgreSQL {data_major}, but the programs found are of \
         version {} ({})\n\
         install PostgreSQL {data_major} beside it, name its folder with SHEETBRAIN_PG_BIN, \
         upgrade the data with pg_upgrade, or choose another data folder",
        data.display(), found.major(), found.dir().display()
    )]
    OtherVersion {
        /// The folder with the data.
        data: PathBuf,
        /// The major version that wrote them.
        data_major: u32,
        /// The best programs that were found.
        found: crate::Binaries,
    },

    /// The data folder holds something that this crate did not put there.
    #[error(
        "{} is not empty and holds no cluster of SheetBrain (it has {entry:?})\n\
         choose an empty folder, or one that does not exist yet, as data folder",
        folder.display()
    )]
    ForeignFolder {
        /// The data folder.
        folder: PathBuf,
        /// One of the entries that do not belong there.
        entry: String,
    },

    /// The cluster's folder is not a cluster, or not one that this crate made.
    #[error(
        "{} should be a PostgreSQL cluster of SheetBrain, but its file {file} is missing or \
         unreadable\n\
         restore the folder from a backup, or move it away to begin with an empty database",
        cluster.display()
    )]
    NotACluster {
        /// The cluster's folder.
        cluster: PathBuf,
        /// The file that every cluster has.
        file: &'static str,
    },

    /// PostgreSQL refuses root, and root has no account to run it as.
    #[error(
        "PostgreSQL does not run as root, and there is no account `postgres` or `nobody` to run \
         it as\n\
         make one (useradd --system postgres), or start SheetBrain as an ordinary account"
    )]
    NoAccount,

    /// The cluster belongs to root or to a user id without an account.
    #[error(
        "{} belongs to user id {owner}, as which PostgreSQL can not run: it is root or has no \
         account here\n\
         give it to an account: chown -R postgres: {}",
        cluster.display(), cluster.display()
    )]
    UnusableOwner {
        /// The cluster's folder.
        cluster: PathBuf,
        /// Its owner.
        owner: u32,
    },

    /// The cluster belongs to somebody else.
    #[error(
        "{} belongs to user id {owner}, but this process runs as user id {user}\n\
         run it as the owner, or choose another data folder",
        cluster.display()
    )]
    OwnedByAnother {
        /// The cluster's folder.
        cluster: PathBuf,
        /// Its owner.
        owner: u32,
        /// The caller.
        user: u32,
    },

    /// The account that runs PostgreSQL can not reach the data folder.
    #[error(
        "the account `{account}`, which runs PostgreSQL because root may not, can not pass \
         through {} on the way to {}\n\
         allow it: chmod o+x {}, or choose a data folder elsewhere, such as /var/lib/sheetbrain",
        blocking.display(), target.display(), blocking.display()
    )]
    Untraversable {
        /// The account's name.
        account: String,
        /// The folder that it can not enter.
        blocking: PathBuf,
        /// Where it needs to get.
        target: PathBuf,
    },

    /// A folder for sockets in a place open to everyone is not safely ours.
    #[error(
        "the socket folder {} {problem}; somebody else may have made it\n\
         look at it and remove it, or choose a data folder with a shorter path, which needs none",
        folder.display()
    )]
    UnsafeSocketFolder {
        /// The folder.
        folder: PathBuf,
        /// What is wrong with it.
        problem: &'static str,
    },

    /// There is no place for data.
    #[error(
        "no data folder: neither XDG_DATA_HOME nor HOME is an absolute path\n\
         name one with --data-dir or SHEETBRAIN_DATA_DIR"
    )]
    NoDataDir,

    /// One of PostgreSQL's programs failed.
    #[error("{program} failed in {} ({status}):\n{output}", folder.display())]
    Program {
        /// The program and its task.
        program: &'static str,
        /// The data folder.
        folder: PathBuf,
        /// How it ended.
        status: std::process::ExitStatus,
        /// What it printed.
        output: String,
    },

    /// PostgreSQL did not start.
    #[error(
        "PostgreSQL did not start on {}: {reason}\nlast lines of {}:\n{log_tail}",
        data_dir.display(), log.display()
    )]
    NotStarted {
        /// The data folder.
        data_dir: PathBuf,
        /// What was observed.
        reason: String,
        /// PostgreSQL's log.
        log: PathBuf,
        /// What this start wrote to it.
        log_tail: String,
    },

    /// PostgreSQL still runs although it was told to stop.
    #[error(
        "PostgreSQL on {} did not stop: {output}\n\
         see {}; process id and state are in cluster/postmaster.pid",
        data_dir.display(), log.display()
    )]
    NotStopped {
        /// The data folder.
        data_dir: PathBuf,
        /// PostgreSQL's log.
        log: PathBuf,
        /// What `pg_ctl` said.
        output: String,
    },

    /// The operating system refused something.
    #[error(
        "can not {action} {}: {source}{}",
        path.display(), io_remedy(source)
    )]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// The refusal.
        source: io::Error,
    },
}

impl Error {
    /// For `map_err`: wraps what the operating system says about `path`.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }
}

fn io_remedy(source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::PermissionDenied => {
            "\nrun as the account that owns it, or choose another data folder"
        }
        io::ErrorKind::StorageFull => "\nmake room, or choose a data folder on another disk",
        _ => "",
    }
}

/// The places where PostgreSQL was looked for, each with what was found there.
#[derive(Debug, Clone, Default)]
pub struct LookedAt(Vec<(String, String)>);

impl LookedAt {
    pub(crate) fn note(&mut self, place: impl Into<String>, finding: impl Into<String>) {
        self.0.push((place.into(), finding.into()));
    }
}

impl fmt::Display for LookedAt {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (place, finding)) in self.0.iter().enumerate() {
            let line_break = if index == 0 { "" } else { "\n" };
            write!(out, "{line_break}  {place}: {finding}")?;
        }
        Ok(())
    }
}
