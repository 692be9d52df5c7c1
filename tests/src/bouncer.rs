//! A PgBouncer in front of the test cluster, in transaction mode.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;
use tokio::process::{Child, Command};

use crate::database;

/// Where Debian puts the program, which is not on everybody's search path.
const PROGRAMS: [&str; 2] = ["pgbouncer", "/usr/sbin/pgbouncer"];
/// Connections to PostgreSQL for one database: fewer than the clients, so that they share.
const SHARED: usize = 3;

/// A running PgBouncer; killed when dropped.
#[derive(Debug)]
pub struct Bouncer {
    _child: Child,
    folder: PathBuf,
}

impl Bouncer {
    /// Starts one as the account that the cluster runs as: it may enter the cluster's folder, and
    /// PgBouncer refuses to run as root.
    pub async fn start() -> Self {
        let cluster = database::cluster();
        let socket = cluster
            .get_socket()
            .expect("the cluster has a socket")
            .clone();
        let folder = PathBuf::from(format!("/tmp/bouncer-{}", database::random_id().simple()));
        std::fs::create_dir(&folder).unwrap();
        let account = owner(&socket).await;
        let (place, port, user) = (socket.display(), cluster.get_port(), cluster.get_username());
        let settings = format!(
            "[databases]\n* = host={place} port={port}\n\
             [pgbouncer]\nlisten_addr =\nlisten_port = 6432\nunix_socket_dir = {0}\n\
             auth_type = trust\nauth_file = {0}/users\npool_mode = transaction\n\
             default_pool_size = {SHARED}\n",
            folder.display()
        );
        std::fs::write(folder.join("settings"), settings).unwrap();
        std::fs::write(folder.join("users"), format!("\"{user}\" \"\"\n")).unwrap();
        run("chown", &["-R", &account, folder.to_str().unwrap()]).await;
        let mut command = Command::new(program());
        if account != run("id", &["-un"]).await {
            command.args(["-u", &account]);
        }
        let child = command
            .args(["-q", folder.join("settings").to_str().unwrap()])
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let bouncer = Self {
            _child: child,
            folder,
        };
        bouncer.wait().await;
        bouncer
    }

    /// The way to a database through it.
    #[must_use]
    pub fn to(&self, database: &PgConnectOptions) -> PgConnectOptions {
        database
            .clone()
            .socket(&self.folder)
            .port(6432)
            .statement_cache_capacity(0)
    }

    async fn wait(&self) {
        let options = self.to(&database::cluster()).extra_float_digits(None);
        for _ in 0..100 {
            if options.connect().await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("PgBouncer does not answer");
    }
}

impl Drop for Bouncer {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn program() -> &'static str {
    PROGRAMS
        .into_iter()
        .find(|name| {
            let folders = database::variable("PATH");
            Path::new(name).is_file()
                || (!name.contains('/')
                    && folders
                        .split(':')
                        .any(|folder| Path::new(folder).join(name).is_file()))
        })
        .expect("PgBouncer is missing: sudo apt-get install -y pgbouncer")
}

/// The account that a file belongs to.
async fn owner(path: &Path) -> String {
    run("stat", &["-c", "%U", path.to_str().unwrap()]).await
}

async fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .await
        .unwrap();
    assert!(output.status.success(), "{program}: {output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
