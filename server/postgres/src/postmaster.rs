//! PostgreSQL's main process: looks at it, starts it, stops it. The caller holds the control lock.
//!
//! The process id in `postmaster.pid` proves nothing after a crash: another process may have it by
//! now. A socket that accepts a connection does, and it lies in a folder private to the account.

use std::fs;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use crate::account::Account;
use crate::binaries::Binaries;
use crate::error::Error;
use crate::folder::{CLUSTER, Folder, LOG};
use crate::initialise::printed;
use crate::socket;

/// Lines of `postmaster.pid`, counted from zero.
const PORT_LINE: usize = 3;
const SOCKET_DIR_LINE: usize = 4;
const STATUS_LINE: usize = 7;

/// How long `pg_ctl` waits, in seconds: a start after a crash replays the log first.
const PATIENCE_SECONDS: &str = "60";
/// How long a start waits for one on its way up or down that nobody of ours controls any more.
const CHANGE_PATIENCE: Duration = Duration::from_mins(1);
/// How long a start waits for the remains of a crashed PostgreSQL to go away.
const CONFLICT_PATIENCE: Duration = Duration::from_secs(10);
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// The state of a cluster's server process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum State {
    /// Nobody accepts connections on the socket.
    Stopped,
    /// It is on its way up or down.
    Changing,
    /// It serves; its socket is in this folder.
    Ready(PathBuf),
}

/// How a cluster came to serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// This call started it.
    Started,
    /// It was there already.
    Joined,
}

/// How to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Ends connections and writes everything to its place.
    Fast,
    /// Leaves the rest to crash recovery; for data that nobody wants any more.
    Immediate,
}

/// The main process of the cluster in a data folder, running or not.
#[derive(Debug)]
pub(crate) struct Postmaster {
    pub(crate) folder: Folder,
    pub(crate) account: Account,
    pub(crate) binaries: Binaries,
}

impl Postmaster {
    /// Looks whether it runs.
    pub(crate) fn state(&self) -> State {
        let Ok(text) = fs::read_to_string(self.folder.cluster().join("postmaster.pid")) else {
            return State::Stopped;
        };
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let port = lines.get(PORT_LINE).and_then(|port| port.parse().ok());
        let socket_dir = lines
            .get(SOCKET_DIR_LINE)
            .filter(|folder| !folder.is_empty());
        let (Some(port), Some(socket_dir)) = (port, socket_dir) else {
            return State::Stopped;
        };
        let socket_dir = PathBuf::from(socket_dir);
        if UnixStream::connect(socket::file_in(&socket_dir, port)).is_err() {
            return State::Stopped;
        }
        match lines.get(STATUS_LINE) {
            Some(&"ready") => State::Ready(socket_dir),
            _ => State::Changing,
        }
    }

    /// Starts it with the settings file as it is, or joins it; returns the folder of its socket.
    ///
    /// After a kill, `postmaster.pid` and the shared memory may name processes that are about to
    /// end, and a start that was killed half-way may still come up: both are waited for.
    pub(crate) fn start_or_join(&self) -> Result<(PathBuf, Arrival), Error> {
        let begin = Instant::now();
        let mut arrival = Arrival::Joined;
        loop {
            match self.state() {
                State::Ready(socket_dir) => return Ok((socket_dir, arrival)),
                State::Changing if begin.elapsed() < CHANGE_PATIENCE => {}
                State::Changing => {
                    return Err(self.not_started("it stays on its way up or down", 0));
                }
                State::Stopped => match self.start() {
                    Ok(()) => {
                        arrival = Arrival::Started;
                        continue;
                    }
                    Err(error) if is_conflict(&error) && begin.elapsed() < CONFLICT_PATIENCE => {}
                    Err(error) => return Err(error),
                },
            }
            std::thread::sleep(POLL_INTERVAL);
        }
    }

    /// One try to start. `pg_ctl` puts PostgreSQL in a session of its own, so that a Ctrl-C for the
    /// caller does not reach it; one that comes during the start ends both.
    fn start(&self) -> Result<(), Error> {
        let log_length = self.folder.log_length();
        let output = self.run(&mut self.pg_ctl(&["start", "-l", LOG]))?;
        if output.status.success() {
            Ok(())
        } else {
            Err(self.not_started(&printed(&output), log_length))
        }
    }

    fn not_started(&self, reason: &str, log_offset: u64) -> Error {
        Error::NotStarted {
            data_dir: self.folder.path().to_owned(),
            reason: reason.to_owned(),
            log: self.folder.log(),
            log_tail: self.folder.log_tail(log_offset),
        }
    }

    /// Stops it, when it runs, and waits for its end.
    pub(crate) fn stop(&self, manner: Manner) -> Result<(), Error> {
        if self.state() == State::Stopped {
            return Ok(());
        }
        let mode = match manner {
            Manner::Fast => "fast",
            Manner::Immediate => "immediate",
        };
        // In a process group of its own, a Ctrl-C for the caller does not interrupt the waiting.
        let output = self.run(self.pg_ctl(&["stop", "-m", mode]).process_group(0))?;
        if output.status.success() || self.state() == State::Stopped {
            return Ok(());
        }
        Err(Error::NotStopped {
            data_dir: self.folder.path().to_owned(),
            log: self.folder.log(),
            output: printed(&output),
        })
    }

    /// A call of `pg_ctl` for this cluster that waits until the task is done.
    ///
    /// It hands paths to a shell between double quotes, where `$` and quotes in them would have a
    /// meaning; so it gets relative ones.
    fn pg_ctl(&self, task: &[&str]) -> Command {
        let program = self.binaries.program("pg_ctl");
        let mut command = self.account.command(&program, self.folder.path());
        command
            .args(task)
            .args(["-D", CLUSTER, "-w", "-t", PATIENCE_SECONDS]);
        command
    }

    fn run(&self, pg_ctl: &mut Command) -> Result<Output, Error> {
        pg_ctl
            .output()
            .map_err(Error::io("run pg_ctl of", self.binaries.dir()))
    }
}

/// Whether the start failed on what a crashed PostgreSQL, or one that another process has just
/// started, left behind.
fn is_conflict(error: &Error) -> bool {
    let Error::NotStarted { log_tail, .. } = error else {
        return false;
    };
    log_tail.contains("pre-existing shared memory block")
        || (log_tail.contains("lock file") && log_tail.contains("already exists"))
}
