//! Chooses and makes the folder of the Unix socket.
//!
//! A socket's path must fit into about 100 bytes, and it stands in a configuration file and in
//! URLs. A data folder whose path is too long or has unusual characters gets a folder with a short
//! name under `/tmp`, where others could have put something of that name first.

use std::fs::{self, DirBuilder};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::account::Account;
use crate::configuration::PORT;
use crate::error::Error;

/// Below the limits of Linux (107) and macOS (103).
const LONGEST_SOCKET_PATH: usize = 99;

/// Where short folders go. Not the system's temporary folder: that of macOS has a long path.
const SHORT_PARENT: &str = "/tmp";

/// The folder for the socket of the cluster in `data_dir`, an absolute path without links.
pub(crate) fn folder_for(data_dir: &Path) -> PathBuf {
    let inside = data_dir.join("run");
    if is_plain(&inside) && file_in(&inside, PORT).as_os_str().len() <= LONGEST_SOCKET_PATH {
        return inside;
    }
    let hash = xxhash_rust::xxh3::xxh3_64(data_dir.as_os_str().as_bytes());
    Path::new(SHORT_PARENT).join(format!("sheetbrain-{hash:016x}"))
}

/// Whether the path needs no quoting anywhere.
fn is_plain(path: &Path) -> bool {
    path.as_os_str()
        .as_bytes()
        .iter()
        .all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(byte))
}

/// The socket file that PostgreSQL makes in `folder`.
pub(crate) fn file_in(folder: &Path, port: u16) -> PathBuf {
    folder.join(format!(".s.PGSQL.{port}"))
}

/// Makes the folder, or makes sure that the one that is there is private to the account.
pub(crate) fn prepare(folder: &Path, account: &Account) -> Result<(), Error> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) => return account.adopt_folder(folder),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(Error::io("make the folder", folder)(error)),
    }
    let metadata = fs::symlink_metadata(folder).map_err(Error::io("look at", folder))?;
    let caller = rustix::process::geteuid().as_raw();
    let problem = if !metadata.is_dir() {
        "is not a folder"
    } else if metadata.uid() != account.uid() && metadata.uid() != caller {
        "belongs to another account"
    } else if metadata.permissions().mode() & 0o777 != 0o700 {
        "is open to other accounts"
    } else {
        // A kill may have come between making the folder and giving it away.
        return account.adopt_folder(folder);
    };
    Err(Error::UnsafeSocketFolder {
        folder: folder.to_owned(),
        problem,
    })
}

/// A connection URL in the form that libpq and sqlx read: the folder is the percent-encoded host.
pub(crate) fn url(folder: &Path, role: &str, database: &str) -> String {
    format!(
        "postgres://{}@{}:{PORT}/{}",
        percent_encoded(role.as_bytes()),
        percent_encoded(folder.as_os_str().as_bytes()),
        percent_encoded(database.as_bytes())
    )
}

fn percent_encoded(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"._-".contains(byte) {
            text.push(char::from(*byte));
        } else {
            // Writing to a string can not fail.
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller() -> Account {
        Account::for_cluster(Path::new("/nonexistent/cluster")).expect("an account")
    }

    #[test]
    fn a_short_plain_path_keeps_its_socket_inside() {
        assert_eq!(
            folder_for(Path::new("/var/lib/sheetbrain")),
            Path::new("/var/lib/sheetbrain/run")
        );
    }

    #[test]
    fn a_long_or_unusual_path_gets_a_short_folder_of_its_own() {
        let long = format!("/{}", "deep/".repeat(30));
        let folders =
            ["/data, spare", "/it's", long.as_str()].map(|path| folder_for(Path::new(path)));
        for folder in &folders {
            assert_eq!(folder.parent(), Some(Path::new("/tmp")), "{folder:?}");
            assert!(file_in(folder, PORT).as_os_str().len() <= LONGEST_SOCKET_PATH);
        }
        assert_ne!(folders[0], folders[1]);
        assert_eq!(folders[0], folder_for(Path::new("/data, spare")));
    }

    #[test]
    fn a_link_in_place_of_the_folder_is_refused() {
        let parent = tempfile::tempdir().expect("a temporary folder");
        let folder = parent.path().join("run");
        std::os::unix::fs::symlink("/tmp", &folder).expect("a link");
        assert!(matches!(
            prepare(&folder, &caller()),
            Err(Error::UnsafeSocketFolder {
                problem: "is not a folder",
                ..
            })
        ));
    }

    #[test]
    fn a_folder_open_to_others_is_refused() {
        let parent = tempfile::tempdir().expect("a temporary folder");
        let folder = parent.path().join("run");
        fs::create_dir(&folder).expect("a folder");
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("a mode");
        assert!(matches!(
            prepare(&folder, &caller()),
            Err(Error::UnsafeSocketFolder {
                problem: "is open to other accounts",
                ..
            })
        ));
    }

    #[test]
    fn preparing_twice_is_the_same_as_once() {
        let parent = tempfile::tempdir().expect("a temporary folder");
        let folder = parent.path().join("run");
        prepare(&folder, &caller()).expect("made");
        prepare(&folder, &caller()).expect("kept");
    }

    #[test]
    fn a_url_encodes_what_is_not_plain() {
        assert_eq!(
            url(Path::new("/tmp/a-b"), "sheetbrain", "x/y z"),
            "postgres://sheetbrain@%2Ftmp%2Fa-b:5432/x%2Fy%20z"
        );
    }
}
