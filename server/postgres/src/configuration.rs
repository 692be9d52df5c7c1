//! The settings file of the cluster, written anew before every start.

use std::io::Write;
use std::path::Path;

use crate::account::Account;
use crate::error::Error;
use crate::options::Durability;

/// The file's name in the cluster's folder; `postgresql.conf` includes it.
pub(crate) const FILE: &str = "sheetbrain.conf";

/// The port in the name of the socket file. No network port is opened.
pub(crate) const PORT: u16 = 5432;

/// What a start settles.
pub(crate) struct Configuration<'a> {
    /// An absolute path that `socket` accepts: it needs no quoting.
    pub(crate) socket_dir: &'a Path,
    pub(crate) durability: Durability,
    pub(crate) max_connections: u16,
}

impl Configuration<'_> {
    fn text(&self) -> String {
        let durability = match self.durability {
            Durability::Durable => "fsync = on\nsynchronous_commit = on\nfull_page_writes = on\n",
            Durability::None => "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n",
        };
        format!(
            "# Written anew at every start.\n\
             cluster_name = 'sheetbrain'\n\
             listen_addresses = ''\n\
             unix_socket_directories = '{socket_dir}'\n\
             unix_socket_permissions = 0700\n\
             port = {PORT}\n\
             max_connections = {max_connections}\n\
             timezone = 'UTC'\n\
             log_timezone = 'UTC'\n\
             log_checkpoints = off\n\
             {durability}",
            socket_dir = self.socket_dir.display(),
            max_connections = self.max_connections,
        )
    }

    /// Replaces the settings file in `cluster` at once, so that a kill leaves the old or the new.
    pub(crate) fn write(&self, cluster: &Path, account: &Account) -> Result<(), Error> {
        let path = cluster.join(FILE);
        let mut file = tempfile::Builder::new()
            .prefix("sheetbrain.conf.")
            .tempfile_in(cluster)
            .map_err(Error::io("make a file in", cluster))?;
        file.write_all(self.text().as_bytes())
            .and_then(|()| file.as_file().sync_all())
            .map_err(Error::io("write", &path))?;
        account.adopt(&path, file.as_file())?;
        file.persist(&path)
            .map_err(|failure| Error::io("write", &path)(failure.error))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(durability: Durability) -> String {
        Configuration {
            socket_dir: Path::new("/data/run"),
            durability,
            max_connections: 20,
        }
        .text()
    }

    #[test]
    fn no_network_port_is_opened() {
        assert!(text(Durability::Durable).contains("\nlisten_addresses = ''\n"));
    }

    #[test]
    fn only_a_cluster_without_durability_may_lose_commits() {
        assert!(text(Durability::Durable).contains("\nfsync = on\n"));
        assert!(text(Durability::None).contains("\nfsync = off\n"));
    }
}
