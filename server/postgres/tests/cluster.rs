//! Real clusters in temporary folders, as root (children then run as another account) or not.
//!
//! PostgreSQL must be installed: without it these tests fail and say what to install.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "the helpers of a test file are tests too: what is not as expected must end the test"
)]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use embedded_postgres::{Cluster, DATABASE, Error, Options, Origin, Search, Stopped};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tempfile::TempDir;

/// The data folder of the process that runs `holds_a_cluster`.
const HELD_DATA_DIR: &str = "EMBEDDED_POSTGRES_HELD_DATA_DIR";

/// A folder under `/tmp` that every account may pass through.
fn scratch() -> TempDir {
    let folder = TempDir::new_in("/tmp").expect("a temporary folder");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711)).expect("a mode");
    folder
}

fn search() -> Search {
    Search {
        search_path: environment("PATH"),
        ..Search::default()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test has no settings struct; PATH and the role of a second process come from here"
)]
fn environment(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name)
}

fn options(data_dir: &Path) -> Options {
    Options {
        search: search(),
        max_connections: 20,
        ..Options::persistent(data_dir)
    }
}

fn start(data_dir: &Path) -> Cluster {
    Cluster::start(&options(data_dir)).unwrap_or_else(|error| panic!("{error}"))
}

fn start_ephemeral(parent: &Path) -> Cluster {
    let options = Options {
        search: search(),
        ..Options::ephemeral(parent)
    };
    Cluster::start(&options).unwrap_or_else(|error| panic!("{error}"))
}

fn refusal(options: &Options) -> Error {
    Cluster::start(options).expect_err("the start must be refused")
}

/// What psql prints for a statement, which must succeed.
fn query(cluster: &Cluster, statement: &str) -> String {
    let output = Command::new(cluster.binaries().program("psql"))
        .args(["-X", "-A", "-t", "-c", statement, &cluster.url(DATABASE)])
        .output()
        .expect("psql runs");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{statement}: {error}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// The process id of the cluster's main process.
fn postmaster(data_dir: &Path) -> Pid {
    let text = fs::read_to_string(data_dir.join("cluster/postmaster.pid")).expect("a pid file");
    let pid = text
        .lines()
        .next()
        .and_then(|line| line.trim().parse().ok());
    pid.and_then(Pid::from_raw).expect("a process id")
}

fn is_running(data_dir: &Path) -> bool {
    data_dir.join("cluster/postmaster.pid").exists()
}

/// Another process with a handle on the cluster.
struct OtherProcess {
    child: Child,
    /// Kept open: the other process must not fail on what it prints at its end.
    printed: BufReader<ChildStdout>,
}

impl OtherProcess {
    /// Returns when the other process has its handle.
    fn holding(data_dir: &Path) -> Self {
        let mut other = Self::starting(data_dir);
        other.wait_until_ready();
        other
    }

    fn starting(data_dir: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().expect("the test program"))
            .args(["--ignored", "--exact", "holds_a_cluster", "--nocapture"])
            .env(HELD_DATA_DIR, data_dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .expect("the test program runs");
        let printed = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { child, printed }
    }

    fn wait_until_ready(&mut self) {
        let ready = self
            .printed
            .by_ref()
            .lines()
            .map_while(Result::ok)
            .any(|line| line.ends_with("cluster is held"));
        assert!(ready, "the other process did not get its handle");
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Lets it stop its handle.
    fn finish(mut self) {
        drop(self.child.stdin.take());
        assert!(self.child.wait().expect("it ends").success());
    }

    fn ended_by_signal(mut self) {
        assert!(!self.child.wait().expect("it ends").success());
    }
}

#[test]
#[ignore = "not a test: what other tests run as a second process"]
fn holds_a_cluster() {
    let Some(data_dir) = environment(HELD_DATA_DIR) else {
        return;
    };
    let cluster = start(Path::new(&data_dir));
    writeln!(std::io::stdout(), "cluster is held").expect("the first process listens");
    std::io::stdin().lines().for_each(drop);
    cluster.stop().unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn a_new_cluster_answers_and_stops() {
    let scratch = scratch();
    let data_dir = scratch.path().join("data");
    let cluster = start(&data_dir);
    assert_eq!(cluster.origin(), Origin::Initialised);
    assert_eq!(
        query(&cluster, "select current_user || ' ' || current_database()"),
        "sheetbrain sheetbrain"
    );
    assert_eq!(cluster.stop().expect("it stops"), Stopped::Stopped);
    assert!(!is_running(&data_dir));
}

#[test]
fn data_survive_a_stop() {
    let scratch = scratch();
    let cluster = start(scratch.path());
    query(&cluster, "create table kept as select 42 as answer");
    cluster.stop().expect("it stops");

    let cluster = start(scratch.path());
    assert_eq!(cluster.origin(), Origin::Started);
    assert_eq!(query(&cluster, "select answer from kept"), "42");
}

#[test]
fn a_durable_cluster_has_utf8_and_fsync_and_no_network() {
    let scratch = scratch();
    let cluster = start(scratch.path());
    let expected = [
        ("server_encoding", "UTF8"),
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("listen_addresses", ""),
        ("max_connections", "20"),
        ("unix_socket_permissions", "0700"),
    ];
    for (setting, value) in expected {
        assert_eq!(
            query(&cluster, &format!("show {setting}")),
            value,
            "{setting}"
        );
    }
}

#[test]
fn only_the_last_handle_stops_the_cluster() {
    let scratch = scratch();
    let first = start(scratch.path());
    let second = start(scratch.path());
    assert_eq!(second.origin(), Origin::Joined);
    assert_eq!(first.stop().expect("it leaves"), Stopped::LeftRunning);
    assert_eq!(query(&second, "select 1"), "1");
    assert_eq!(second.stop().expect("it stops"), Stopped::Stopped);
    assert!(!is_running(scratch.path()));
}

#[test]
fn dropping_the_last_handle_stops_the_cluster() {
    let scratch = scratch();
    drop(start(scratch.path()));
    assert!(!is_running(scratch.path()));
}

#[test]
fn another_process_shares_the_cluster() {
    let scratch = scratch();
    let other = OtherProcess::holding(scratch.path());
    let cluster = start(scratch.path());
    assert_eq!(cluster.origin(), Origin::Joined);
    assert_eq!(cluster.stop().expect("it leaves"), Stopped::LeftRunning);
    assert!(is_running(scratch.path()));
    other.finish();
    assert!(!is_running(scratch.path()));
}

#[test]
fn starts_at_the_same_moment_share_one_cluster() {
    let scratch = scratch();
    let mut others = [
        OtherProcess::starting(scratch.path()),
        OtherProcess::starting(scratch.path()),
    ];
    let clusters: Vec<Cluster> = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..3)
            .map(|_| scope.spawn(|| start(scratch.path())))
            .collect();
        starts
            .into_iter()
            .map(|start| start.join().expect("a start"))
            .collect()
    });
    others.iter_mut().for_each(OtherProcess::wait_until_ready);
    for cluster in &clusters {
        assert_eq!(query(cluster, "select 1"), "1");
    }
    let started = clusters
        .iter()
        .filter(|cluster| cluster.origin() != Origin::Joined)
        .count();
    assert!(started <= 1, "{started} handles started the cluster");
    others.into_iter().for_each(OtherProcess::finish);
    let last = clusters
        .into_iter()
        .map(|cluster| cluster.stop().expect("it stops"))
        .filter(|stopped| *stopped == Stopped::Stopped)
        .count();
    assert_eq!(last, 1);
}

#[test]
fn a_cluster_whose_process_was_killed_is_joined() {
    let scratch = scratch();
    let other = OtherProcess::holding(scratch.path());
    kill_process(other.pid(), Signal::KILL).expect("it is killed");
    other.ended_by_signal();
    let cluster = start(scratch.path());
    assert_eq!(cluster.origin(), Origin::Joined);
    assert_eq!(cluster.stop().expect("it stops"), Stopped::Stopped);
}

#[test]
fn an_interrupt_from_the_terminal_does_not_reach_the_cluster() {
    let scratch = scratch();
    let other = OtherProcess::holding(scratch.path());
    kill_process_group(other.pid(), Signal::INT).expect("it is interrupted");
    other.ended_by_signal();
    assert_eq!(start(scratch.path()).origin(), Origin::Joined);
}

#[test]
fn a_killed_postgres_is_started_again() {
    let scratch = scratch();
    let cluster = start(scratch.path());
    query(&cluster, "create table kept as select 42 as answer");
    kill_process(postmaster(scratch.path()), Signal::KILL).expect("it is killed");

    let again = start(scratch.path());
    assert_eq!(again.origin(), Origin::Started);
    assert_eq!(query(&again, "select answer from kept"), "42");
    assert_eq!(cluster.stop().expect("it leaves"), Stopped::LeftRunning);
}

#[test]
fn everything_killed_at_once_starts_again() {
    let scratch = scratch();
    let other = OtherProcess::holding(scratch.path());
    kill_process(other.pid(), Signal::KILL).expect("it is killed");
    kill_process(postmaster(scratch.path()), Signal::KILL).expect("it is killed");
    other.ended_by_signal();
    assert_eq!(start(scratch.path()).origin(), Origin::Started);
}

#[test]
fn a_stale_pid_file_that_names_a_living_process_is_no_obstacle() {
    let scratch = scratch();
    start(scratch.path()).stop().expect("it stops");
    let pid_file = scratch.path().join("cluster/postmaster.pid");
    let data = scratch.path().join("cluster");
    let own = std::process::id();
    let text = format!("{own}\n{}\n1\n5432\n/nonexistent\n\n", data.display());
    fs::write(pid_file, text).expect("a pid file");
    assert_eq!(start(scratch.path()).origin(), Origin::Started);
}

#[test]
fn an_initialisation_that_was_killed_leaves_no_trace() {
    let scratch = scratch();
    let unfinished = scratch.path().join("cluster.new-killed");
    fs::create_dir(&unfinished).expect("a folder");
    fs::write(unfinished.join("PG_VERSION"), "15\n").expect("a file");
    assert_eq!(start(scratch.path()).origin(), Origin::Initialised);
    assert!(!unfinished.exists());
}

#[test]
fn a_kill_at_any_moment_of_the_first_start_can_be_recovered_from() {
    for delay in (0..6).map(|step| Duration::from_millis(step * 150)) {
        let scratch = scratch();
        let other = OtherProcess::starting(scratch.path());
        std::thread::sleep(delay);
        kill_process(other.pid(), Signal::KILL).expect("it is killed");
        other.ended_by_signal();
        let cluster = start(scratch.path());
        assert_eq!(query(&cluster, "select 1"), "1", "killed after {delay:?}");
    }
}

#[test]
fn data_of_another_version_are_refused_with_both_versions() {
    let scratch = scratch();
    let cluster = start(scratch.path());
    let installed = cluster.binaries().major().to_string();
    cluster.stop().expect("it stops");
    fs::write(scratch.path().join("cluster/PG_VERSION"), "9\n").expect("a file");
    let message = refusal(&options(scratch.path())).to_string();
    for part in [
        "written by PostgreSQL 9",
        &installed,
        "SHEETBRAIN_PG_BIN",
        "pg_upgrade",
    ] {
        assert!(message.contains(part), "{part:?} is missing in: {message}");
    }
}

#[test]
fn a_folder_with_something_else_is_refused_and_left_alone() {
    let scratch = scratch();
    fs::write(scratch.path().join("thesis.txt"), "precious").expect("a file");
    let error = refusal(&options(scratch.path()));
    assert!(error.to_string().contains("thesis.txt"), "{error}");
    assert_eq!(fs::read_dir(scratch.path()).expect("a folder").count(), 1);
}

#[test]
fn a_cluster_folder_without_a_cluster_is_refused() {
    let scratch = scratch();
    start(scratch.path()).stop().expect("it stops");
    fs::remove_file(scratch.path().join("cluster/PG_VERSION")).expect("a file");
    let error = refusal(&options(scratch.path()));
    assert!(matches!(error, Error::NotACluster { .. }), "{error}");
}

#[test]
fn a_cluster_that_somebody_else_made_is_refused() {
    let scratch = scratch();
    start(scratch.path()).stop().expect("it stops");
    fs::remove_file(scratch.path().join("cluster/sheetbrain.conf")).expect("a file");
    let error = refusal(&options(scratch.path()));
    assert!(matches!(error, Error::NotACluster { .. }), "{error}");
}

#[test]
fn without_postgres_the_message_lists_places_and_remedies() {
    let scratch = scratch();
    let nothing = Options {
        search: Search {
            bin_dir: None,
            search_path: Some("/nonexistent/bin".into()),
            well_known: vec![PathBuf::from("/nonexistent/pgsql-*/bin")],
        },
        ..Options::persistent(scratch.path())
    };
    let message = refusal(&nothing).to_string();
    for part in [
        "PATH: has no pg_ctl",
        "/nonexistent/pgsql-*/bin: no such folder",
        "apt-get install",
        "dnf install",
        "brew install",
        "SHEETBRAIN_PG_BIN",
        "DATABASE_URL",
    ] {
        assert!(message.contains(part), "{part:?} is missing in: {message}");
    }
}

#[test]
fn a_named_folder_without_postgres_is_not_replaced_by_another() {
    let scratch = scratch();
    let elsewhere = Options {
        search: Search {
            bin_dir: Some(PathBuf::from("/nonexistent")),
            ..search()
        },
        ..Options::persistent(scratch.path())
    };
    let error = refusal(&elsewhere);
    assert!(
        error.to_string().contains("SHEETBRAIN_PG_BIN=/nonexistent"),
        "{error}"
    );
}

#[test]
fn the_named_folder_is_used() {
    let scratch = scratch();
    let installed = start(&scratch.path().join("a")).binaries().clone();
    let named = Options {
        search: Search {
            bin_dir: Some(installed.dir().to_owned()),
            search_path: None,
            well_known: Vec::new(),
        },
        ..Options::persistent(scratch.path().join("b"))
    };
    let cluster = Cluster::start(&named).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(cluster.binaries(), &installed);
}

#[test]
fn a_deep_data_folder_works() {
    let scratch = scratch();
    let data_dir = scratch.path().join("deep/".repeat(40));
    let cluster = start(&data_dir);
    assert_eq!(query(&cluster, "select 1"), "1");
    let socket_dir = PathBuf::from(query(&cluster, "show unix_socket_directories"));
    assert!(socket_dir.exists());
    cluster.stop().expect("it stops");
    assert!(!socket_dir.exists(), "{socket_dir:?} stays behind");
}

#[test]
fn a_data_folder_with_unusual_characters_works() {
    let scratch = scratch();
    let cluster = start(&scratch.path().join("it's \"$HOME\" `ü`, 100 %"));
    assert_eq!(query(&cluster, "select 1"), "1");
}

#[test]
fn an_ephemeral_cluster_trades_durability_and_goes_with_its_handle() {
    let scratch = scratch();
    let cluster = start_ephemeral(scratch.path());
    let data_dir = cluster.data_dir().to_owned();
    assert_eq!(query(&cluster, "show fsync"), "off");
    assert_eq!(cluster.stop().expect("it stops"), Stopped::Stopped);
    assert!(!data_dir.exists());
}

#[test]
fn an_abandoned_ephemeral_cluster_goes_at_the_next_start() {
    let scratch = scratch();
    let abandoned = scratch.path().join("sheetbrain-ephemeral-abandoned");
    let other = OtherProcess::holding(&abandoned);
    drop(start_ephemeral(scratch.path()));
    assert!(is_running(&abandoned), "a cluster in use was removed");

    kill_process(other.pid(), Signal::KILL).expect("it is killed");
    other.ended_by_signal();
    drop(start_ephemeral(scratch.path()));
    assert!(!abandoned.exists());
}

#[test]
fn an_ephemeral_cluster_that_is_half_removed_goes_at_the_next_start() {
    let scratch = scratch();
    let half = scratch.path().join("sheetbrain-ephemeral-half");
    fs::create_dir_all(half.join("cluster/base")).expect("a folder");
    for lock in ["control.lock", "users.lock"] {
        fs::write(half.join(lock), "").expect("a file");
    }
    drop(start_ephemeral(scratch.path()));
    assert!(!half.exists());
}

#[test]
fn ephemeral_clusters_that_come_and_go_together_do_not_disturb_each_other() {
    let scratch = scratch();
    let come_and_go = || start_ephemeral(scratch.path()).stop();
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..4).map(|_| scope.spawn(come_and_go)).collect();
        for one in all {
            let stopped = one.join().expect("no panic");
            assert_eq!(
                stopped.unwrap_or_else(|error| panic!("{error}")),
                Stopped::Stopped
            );
        }
    });
    assert_eq!(fs::read_dir(scratch.path()).expect("a folder").count(), 0);
}

#[test]
fn a_second_start_takes_less_than_two_seconds() {
    let scratch = scratch();
    start(scratch.path()).stop().expect("it stops");
    let begin = Instant::now();
    let cluster = start(scratch.path());
    assert!(
        begin.elapsed() < Duration::from_secs(2),
        "{:?}",
        begin.elapsed()
    );
    drop(cluster);
}

#[test]
fn root_is_told_which_folder_blocks_the_way() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let scratch = scratch();
    let closed = scratch.path().join("closed");
    fs::create_dir(&closed).expect("a folder");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).expect("a mode");
    let message = refusal(&options(&closed.join("data"))).to_string();
    assert!(
        message.contains(&format!("chmod o+x {}", closed.display())),
        "{message}"
    );
}

#[test]
fn root_runs_a_cluster_as_its_owner() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let scratch = scratch();
    start(scratch.path()).stop().expect("it stops");
    let cluster_dir = scratch.path().join("cluster");
    let given = Command::new("chown")
        .args(["-R", "nobody"])
        .arg(&cluster_dir)
        .status();
    assert!(given.expect("chown runs").success());

    let _cluster = start(scratch.path());
    let owner = |path: &Path| fs::metadata(path).expect("it is there").uid();
    assert_eq!(
        owner(&cluster_dir.join("postmaster.pid")),
        owner(&cluster_dir)
    );
}

#[test]
fn a_cluster_that_belongs_to_root_is_refused() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let scratch = scratch();
    fs::create_dir(scratch.path().join("cluster")).expect("a folder");
    let message = refusal(&options(scratch.path())).to_string();
    assert!(message.contains("chown -R postgres:"), "{message}");
}
