//! Two advisory locks on files of the data folder, which end with the process that holds them.
//!
//! `control.lock` is held exclusively while somebody starts or stops the cluster. `users.lock` is
//! held shared by every handle as long as it lives; who can have it exclusively is the last one.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::OFlags;

use crate::error::Error;

pub(crate) const CONTROL_LOCK: &str = "control.lock";
pub(crate) const USERS_LOCK: &str = "users.lock";

/// The right to start and stop; given back when dropped.
#[derive(Debug)]
pub(crate) struct Control {
    _file: File,
}

impl Control {
    /// Waits until no other process starts or stops this cluster.
    pub(crate) fn acquire(data_dir: &Path) -> Result<Self, Error> {
        let path = data_dir.join(CONTROL_LOCK);
        let file = open(&path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                tracing::info!(
                    data_dir = %data_dir.display(),
                    "waiting for another process that starts or stops the cluster"
                );
                file.lock().map_err(Error::io("lock", &path))?;
            }
            Err(TryLockError::Error(error)) => return Err(Error::io("lock", &path)(error)),
        }
        Ok(Self { _file: file })
    }

    /// Takes the right only when nobody has it. Makes no file: the folder may be going away.
    pub(crate) fn acquire_if_free(data_dir: &Path) -> Result<Option<Self>, Error> {
        let path = data_dir.join(CONTROL_LOCK);
        let file = opening()
            .create(false)
            .open(&path)
            .map_err(Error::io("open", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(Error::io("lock", &path)(error)),
        }
    }
}

/// A handle's membership among the users of a cluster; ends when dropped.
#[derive(Debug)]
pub(crate) struct Membership {
    file: File,
}

impl Membership {
    /// Joins the users. The caller has `control`, so nobody can be checking for the last user.
    pub(crate) fn join(data_dir: &Path, _control: &Control) -> Result<Self, Error> {
        let path = data_dir.join(USERS_LOCK);
        let file = open(&path)?;
        file.lock_shared().map_err(Error::io("lock", &path))?;
        Ok(Self { file })
    }

    /// Ends the membership; true when nobody else is left.
    ///
    /// Turning a shared lock into an exclusive one is not atomic, but all who could slip in
    /// between need `control`, which the caller has.
    pub(crate) fn leave(self, data_dir: &Path, _control: &Control) -> Result<bool, Error> {
        match self.file.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => {
                Err(Error::io("lock", &data_dir.join(USERS_LOCK))(error))
            }
        }
    }
}

fn open(path: &Path) -> Result<File, Error> {
    opening().open(path).map_err(Error::io("open", path))
}

/// How a lock file is opened. Links are not followed: root must not be led to another file by the
/// owner of the folder.
fn opening() -> OpenOptions {
    let mut options = OpenOptions::new();
    options
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .custom_flags(OFlags::NOFOLLOW.bits().cast_signed());
    options
}
