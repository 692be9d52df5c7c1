//! What a caller can choose, as plain values. Must not look anything up by itself.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::binaries::Search;
use crate::error::Error;

/// Where root keeps the data.
const SYSTEM_DATA_DIR: &str = "/var/lib/sheetbrain";

/// How to find and run a cluster.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the cluster lives, and whether it outlives its last handle.
    pub location: Location,
    /// Where PostgreSQL's programs may be.
    pub search: Search,
    /// What a crash may cost. A cluster that runs already keeps what it was started with.
    pub durability: Durability,
    /// Upper limit of connections, three of them for superusers. A cluster that runs already keeps
    /// what it was started with.
    pub max_connections: u16,
}

impl Options {
    /// A cluster that is kept in `data_dir`, a folder for this purpose alone; made when missing.
    #[must_use]
    pub fn persistent(data_dir: impl Into<PathBuf>) -> Self {
        Self::new(Location::Persistent(data_dir.into()), Durability::Durable)
    }

    /// A cluster of one handle in a new folder under `parent`, removed when the handle goes.
    #[must_use]
    pub fn ephemeral(parent: impl Into<PathBuf>) -> Self {
        let parent = parent.into();
        Self::new(Location::Ephemeral { parent }, Durability::None)
    }

    fn new(location: Location, durability: Durability) -> Self {
        Self {
            location,
            search: Search::default(),
            durability,
            max_connections: 100,
        }
    }
}

/// Where a cluster lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// In this folder, which stays. Every handle on the same folder shares one cluster.
    Persistent(PathBuf),
    /// In a new folder under `parent`, which goes with its only handle.
    Ephemeral {
        /// A folder that exists and that every account may traverse, such as `/tmp`.
        parent: PathBuf,
    },
}

/// What a crash may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Nothing that was acknowledged is lost.
    Durable,
    /// Everything may be lost, and commits are faster: for tests.
    None,
}

/// The folder to keep data in when the user names none: `/var/lib/sheetbrain` for root, otherwise
/// `sheetbrain` in the XDG data home.
///
/// The arguments are the values of `XDG_DATA_HOME` and `HOME`. Relative ones do not count, as the
/// XDG specification asks.
///
/// # Errors
///
/// [`Error::NoDataDir`] when the caller is not root and neither value is an absolute path.
pub fn default_data_dir(
    xdg_data_home: Option<&OsStr>,
    home: Option<&OsStr>,
) -> Result<PathBuf, Error> {
    data_dir_for(rustix::process::geteuid().is_root(), xdg_data_home, home)
}

fn data_dir_for(
    is_root: bool,
    xdg_data_home: Option<&OsStr>,
    home: Option<&OsStr>,
) -> Result<PathBuf, Error> {
    if is_root {
        return Ok(PathBuf::from(SYSTEM_DATA_DIR));
    }
    let absolute = |value: &OsStr| {
        Some(Path::new(value))
            .filter(|path| path.is_absolute())
            .map(Path::to_owned)
    };
    xdg_data_home
        .and_then(absolute)
        .or_else(|| {
            home.and_then(absolute)
                .map(|home| home.join(".local/share"))
        })
        .map(|data_home| data_home.join("sheetbrain"))
        .ok_or(Error::NoDataDir)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(is_root: bool, xdg_data_home: Option<&str>, home: Option<&str>) -> Option<String> {
        data_dir_for(is_root, xdg_data_home.map(OsStr::new), home.map(OsStr::new))
            .ok()
            .map(|path| path.display().to_string())
    }

    #[test]
    fn root_keeps_data_in_the_system_folder() {
        assert_eq!(
            chosen(true, Some("/x"), Some("/root")).as_deref(),
            Some("/var/lib/sheetbrain")
        );
    }

    #[test]
    fn the_xdg_data_home_comes_before_the_home() {
        assert_eq!(
            chosen(false, Some("/x"), Some("/home/a")).as_deref(),
            Some("/x/sheetbrain")
        );
    }

    #[test]
    fn relative_and_missing_values_fall_back_to_the_home() {
        let expected = Some("/home/a/.local/share/sheetbrain");
        assert_eq!(chosen(false, None, Some("/home/a")).as_deref(), expected);
        assert_eq!(
            chosen(false, Some("share"), Some("/home/a")).as_deref(),
            expected
        );
        assert_eq!(
            chosen(false, Some(""), Some("/home/a")).as_deref(),
            expected
        );
    }

    #[test]
    fn without_any_home_there_is_no_folder() {
        assert_eq!(chosen(false, None, None), None);
    }
}
