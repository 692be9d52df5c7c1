//! The account that PostgreSQL runs as, and the one way its programs are started.
//!
//! PostgreSQL refuses root. When the caller is root, children run as an ordinary account, which
//! must have a passwd entry: `initdb` and `postgres` look up their own name.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use nix::unistd::{Uid, User};
use rustix::fs::OFlags;

use crate::error::Error;

/// Candidates for root, the best first.
const SERVICE_ACCOUNTS: [&str; 2] = ["postgres", "nobody"];

/// Programs may find ordinary tools such as `sh` here.
const CHILD_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// Who runs PostgreSQL.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    uid: u32,
    gid: u32,
    /// The name of the account when the caller is root and children change to it.
    switched_to: Option<String>,
}

impl Account {
    /// The account for the cluster in `cluster`: its owner when it exists, otherwise the caller,
    /// or for root a service account.
    pub(crate) fn for_cluster(cluster: &Path) -> Result<Self, Error> {
        let owner = match fs::metadata(cluster) {
            Ok(metadata) => Some(metadata.uid()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(Error::io("look at", cluster)(error)),
        };
        if rustix::process::geteuid().is_root() {
            Self::for_root(cluster, owner)
        } else {
            Self::caller(cluster, owner)
        }
    }

    /// The caller itself, also root: for programs that do not mind.
    pub(crate) fn own() -> Self {
        Self {
            uid: rustix::process::geteuid().as_raw(),
            gid: rustix::process::getegid().as_raw(),
            switched_to: None,
        }
    }

    fn for_root(cluster: &Path, owner: Option<u32>) -> Result<Self, Error> {
        let found = match owner {
            Some(owner) => {
                let user = User::from_uid(Uid::from_raw(owner)).ok().flatten();
                user.filter(|user| !user.uid.is_root())
                    .ok_or_else(|| Error::UnusableOwner {
                        cluster: cluster.to_owned(),
                        owner,
                    })
            }
            None => SERVICE_ACCOUNTS
                .iter()
                .find_map(|name| User::from_name(name).ok().flatten())
                .ok_or(Error::NoAccount),
        };
        found.map(|user| Self {
            uid: user.uid.as_raw(),
            gid: user.gid.as_raw(),
            switched_to: Some(user.name),
        })
    }

    fn caller(cluster: &Path, owner: Option<u32>) -> Result<Self, Error> {
        let user = rustix::process::geteuid().as_raw();
        if let Some(owner) = owner.filter(|owner| *owner != user) {
            return Err(Error::OwnedByAnother {
                cluster: cluster.to_owned(),
                owner,
                user,
            });
        }
        Ok(Self::own())
    }

    /// The numeric user id.
    pub(crate) fn uid(&self) -> u32 {
        self.uid
    }

    /// Whether children run as another account than the caller.
    pub(crate) fn is_switched(&self) -> bool {
        self.switched_to.is_some()
    }

    /// A command that runs as this account in `folder`.
    ///
    /// Its environment is made anew: PG* variables would change what PostgreSQL's programs do, and
    /// the caller's secrets are none of their business. Changing the user id as root also drops
    /// the supplementary groups; the standard library does that.
    pub(crate) fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(folder)
            .env_clear()
            .env("PATH", CHILD_PATH)
            .env("HOME", folder)
            .env("LC_ALL", "C")
            .stdin(Stdio::null());
        if self.is_switched() {
            command.uid(self.uid).gid(self.gid);
        }
        command
    }

    /// Gives a file or folder that the caller has just made to this account.
    pub(crate) fn adopt(&self, path: &Path, file: &File) -> Result<(), Error> {
        if !self.is_switched() {
            return Ok(());
        }
        std::os::unix::fs::fchown(file, Some(self.uid), Some(self.gid))
            .map_err(Error::io("change the owner of", path))
    }

    /// Gives a folder that the caller has just made to this account.
    ///
    /// Goes by an open folder: a path could have been swapped for a link in the meantime.
    pub(crate) fn adopt_folder(&self, folder: &Path) -> Result<(), Error> {
        let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW;
        let opened = OpenOptions::new()
            .read(true)
            .custom_flags(flags.bits().cast_signed())
            .open(folder)
            .map_err(Error::io("open", folder))?;
        self.adopt(folder, &opened)
    }

    /// Makes sure that the account can get to `target`, an absolute path of a folder.
    ///
    /// Goes by mode bits, which are exact for an account without supplementary groups unless
    /// access control lists say otherwise.
    pub(crate) fn check_way_to(&self, target: &Path) -> Result<(), Error> {
        let Some(name) = &self.switched_to else {
            return Ok(());
        };
        let mut way: Vec<&Path> = target.ancestors().collect();
        way.reverse();
        for folder in way {
            let metadata = fs::metadata(folder).map_err(Error::io("look at", folder))?;
            if !self.may_enter(&metadata) {
                return Err(Error::Untraversable {
                    account: name.clone(),
                    blocking: folder.to_owned(),
                    target: target.to_owned(),
                });
            }
        }
        Ok(())
    }

    /// Whether the execute bit that applies to this account is set.
    pub(crate) fn may_enter(&self, metadata: &fs::Metadata) -> bool {
        let bit = if metadata.uid() == self.uid {
            0o100
        } else if metadata.gid() == self.gid {
            0o010
        } else {
            0o001
        };
        metadata.permissions().mode() & bit != 0
    }
}
