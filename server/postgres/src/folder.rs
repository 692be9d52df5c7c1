//! The data folder: what lies in it, who owns it, and whether it is ours. Starts nothing.
//!
//! ```text
//! control.lock, users.lock   see `locks`
//! cluster/                   the PostgreSQL cluster, made by rename and so always whole
//! run/                       the socket, when its path is short enough
//! postgres.log               what PostgreSQL reports; the older half in postgres.log.1
//! ```
//!
//! The folder itself stays the caller's; `cluster`, `run` and the log belong to the account that
//! runs PostgreSQL.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::account::Account;
use crate::configuration;
use crate::error::Error;
use crate::locks::{CONTROL_LOCK, USERS_LOCK};

/// The name of the cluster's folder, relative to the data folder.
pub(crate) const CLUSTER: &str = "cluster";
/// The name of PostgreSQL's log, relative to the data folder.
pub(crate) const LOG: &str = "postgres.log";
/// Where PostgreSQL keeps the major version of the data.
const VERSION_FILE: &str = "PG_VERSION";
const OLD_LOG: &str = "postgres.log.1";
/// Folders in which a cluster is being initialised begin with this.
const NEW_CLUSTER_PREFIX: &str = "cluster.new-";
/// Throw-away data folders begin with this.
const EPHEMERAL_PREFIX: &str = "sheetbrain-ephemeral-";

/// A log larger than this many bytes is set aside at the next start.
const LARGEST_LOG: u64 = 8 * 1024 * 1024;
/// Lines of the log that an error shows.
const TAIL_LINES: usize = 20;

/// A data folder that exists and holds nothing foreign.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    /// Absolute, links resolved.
    path: PathBuf,
}

impl Folder {
    /// Makes the folder when it is missing, and refuses one that holds something else.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        DirBuilder::new()
            .recursive(true)
            .mode(folder_mode())
            .create(path)
            .map_err(Error::io("make the folder", path))?;
        let path = fs::canonicalize(path).map_err(Error::io("look at", path))?;
        refuse_foreign(&path)?;
        Ok(Self { path })
    }

    /// Makes a new folder under `parent`.
    pub(crate) fn ephemeral(parent: &Path) -> Result<Self, Error> {
        let made = tempfile::Builder::new()
            .prefix(EPHEMERAL_PREFIX)
            .permissions(fs::Permissions::from_mode(folder_mode()))
            .tempdir_in(parent)
            .map_err(Error::io("make a folder in", parent))?;
        Self::open(&made.keep())
    }

    /// Throw-away folders under `parent` that the caller made, used or abandoned.
    pub(crate) fn ephemeral_ones(parent: &Path) -> Vec<Self> {
        let caller = rustix::process::geteuid().as_raw();
        let Ok(entries) = fs::read_dir(parent) else {
            return Vec::new();
        };
        entries
            .flatten()
            .filter(|entry| {
                entry
                    .file_name()
                    .to_string_lossy()
                    .starts_with(EPHEMERAL_PREFIX)
            })
            .filter(|entry| {
                entry
                    .metadata()
                    .is_ok_and(|metadata| metadata.is_dir() && metadata.uid() == caller)
            })
            .filter_map(|entry| fs::canonicalize(entry.path()).ok())
            .map(|path| Self { path })
            .collect()
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn cluster(&self) -> PathBuf {
        self.path.join(CLUSTER)
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.path.join(LOG)
    }

    /// The major version that wrote the cluster; `None` when there is no cluster yet.
    pub(crate) fn data_major(&self) -> Result<Option<u32>, Error> {
        let cluster = self.cluster();
        if !cluster.exists() {
            return Ok(None);
        }
        let missing = |file| Error::NotACluster {
            cluster: cluster.clone(),
            file,
        };
        if !cluster.join(configuration::FILE).is_file() {
            return Err(missing(configuration::FILE));
        }
        // The whole file is `15` and a line break.
        let version = fs::read_to_string(cluster.join(VERSION_FILE)).ok();
        version
            .and_then(|version| version.trim().parse().ok())
            .map(Some)
            .ok_or_else(|| missing(VERSION_FILE))
    }

    /// Makes sure that `account` can get into the folder.
    pub(crate) fn admit(&self, account: &Account) -> Result<(), Error> {
        if !account.is_switched() {
            return Ok(());
        }
        let path = &self.path;
        let metadata = fs::metadata(path).map_err(Error::io("look at", path))?;
        if !account.may_enter(&metadata) {
            let mode = metadata.permissions().mode() | 0o011;
            fs::set_permissions(path, fs::Permissions::from_mode(mode))
                .map_err(Error::io("change the mode of", path))?;
        }
        account.check_way_to(path)
    }

    /// Makes sure that `account` can write the log, and sets a large one aside. Only for a cluster
    /// that does not run: PostgreSQL keeps writing to the file that it has open.
    pub(crate) fn prepare_log(&self, account: &Account) -> Result<(), Error> {
        let log = self.log();
        // The cluster may have been given to another account since the log was made.
        let unusable = fs::symlink_metadata(&log)
            .is_ok_and(|found| found.len() > LARGEST_LOG || found.uid() != account.uid());
        if unusable {
            fs::rename(&log, self.path.join(OLD_LOG)).map_err(Error::io("rename", &log))?;
        }
        // Only a file made here is given away: one that is there could be a link to another file.
        match OpenOptions::new()
            .append(true)
            .create_new(true)
            .mode(0o600)
            .open(&log)
        {
            Ok(file) => account.adopt(&log, &file),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(Error::io("make", &log)(error)),
        }
    }

    /// Whether a handle has come so far as to count itself.
    pub(crate) fn has_had_users(&self) -> bool {
        self.path.join(USERS_LOCK).exists()
    }

    /// The length of the log in bytes, zero without one.
    pub(crate) fn log_length(&self) -> u64 {
        fs::metadata(self.log()).map_or(0, |metadata| metadata.len())
    }

    /// The last lines that were written to the log after its first `offset` bytes.
    pub(crate) fn log_tail(&self, offset: u64) -> String {
        let mut bytes = Vec::new();
        let read = File::open(self.log()).and_then(|mut log| {
            log.seek(SeekFrom::Start(offset))?;
            log.take(LARGEST_LOG).read_to_end(&mut bytes)
        });
        if let Err(error) = read {
            return format!("(the log can not be read: {error})");
        }
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<&str> = text.lines().collect();
        let first = lines.len().saturating_sub(TAIL_LINES);
        lines.get(first..).unwrap_or_default().join("\n")
    }

    /// A new folder, given to `account`, for a cluster that is not ready yet; it goes when dropped.
    pub(crate) fn new_cluster(&self, account: &Account) -> Result<tempfile::TempDir, Error> {
        let made = tempfile::Builder::new()
            .prefix(NEW_CLUSTER_PREFIX)
            .permissions(fs::Permissions::from_mode(0o700))
            .tempdir_in(&self.path)
            .map_err(Error::io("make a folder in", &self.path))?;
        account.adopt_folder(made.path())?;
        Ok(made)
    }

    /// Removes what initialisations left that were killed.
    ///
    /// Their `initdb` may still run and write; what can not be removed yet is left to the next
    /// start, and is in nobody's way: every initialisation has a folder of its own.
    pub(crate) fn remove_unfinished_clusters(&self) -> Result<(), Error> {
        for name in entry_names(&self.path)? {
            if !name.starts_with(NEW_CLUSTER_PREFIX) {
                continue;
            }
            let unfinished = self.path.join(name);
            if let Err(error) = fs::remove_dir_all(&unfinished) {
                tracing::warn!(folder = %unfinished.display(), %error, "an unfinished cluster stays");
            }
        }
        Ok(())
    }

    /// Makes `new` the cluster of this folder, in one step that survives a power cut.
    pub(crate) fn install_cluster(&self, new: tempfile::TempDir) -> Result<(), Error> {
        let cluster = self.cluster();
        fs::rename(new.path(), &cluster).map_err(Error::io("rename a folder to", &cluster))?;
        // The old path is gone; nothing must be removed there.
        let _ = new.keep();
        File::open(&self.path)
            .and_then(|folder| folder.sync_all())
            .map_err(Error::io("write to disk", &self.path))
    }

    /// Removes the folder with everything in it.
    ///
    /// The locks go last: as long as they are there, a removal that failed can be taken up.
    pub(crate) fn remove(&self) -> Result<(), Error> {
        for name in entry_names(&self.path)? {
            let entry = self.path.join(&name);
            // A file is left to the end; what can be large or still written to is a folder.
            if entry.is_dir() {
                fs::remove_dir_all(&entry).map_err(Error::io("remove", &entry))?;
            }
        }
        fs::remove_dir_all(&self.path).map_err(Error::io("remove", &self.path))
    }
}

/// Whether there is a cluster in a data folder, which need not exist.
#[must_use]
pub fn has_cluster(data_dir: &Path) -> bool {
    data_dir.join(CLUSTER).is_dir()
}

/// Root's folder lets other accounts pass through, but not list it: one of them runs PostgreSQL.
fn folder_mode() -> u32 {
    if rustix::process::geteuid().is_root() {
        0o711
    } else {
        0o700
    }
}

/// A folder with a cluster is ours. One without must have nothing that we would not have put there;
/// a file system's `lost+found` does not count.
fn refuse_foreign(path: &Path) -> Result<(), Error> {
    if has_cluster(path) {
        return Ok(());
    }
    let expected = [CONTROL_LOCK, USERS_LOCK, LOG, OLD_LOG, "run", "lost+found"];
    let foreign = entry_names(path)?
        .into_iter()
        .filter(|name| !expected.contains(&name.as_str()))
        .find(|name| !name.starts_with(NEW_CLUSTER_PREFIX));
    match foreign {
        None => Ok(()),
        Some(entry) => Err(Error::ForeignFolder {
            folder: path.to_owned(),
            entry,
        }),
    }
}

/// The names in a folder, in order.
fn entry_names(folder: &Path) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::io("list", folder))? {
        let entry = entry.map_err(Error::io("list", folder))?;
        names.push(entry.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}
