//! Finds a folder with PostgreSQL's programs. Runs programs only to ask for their version.
//!
//! `initdb`, `pg_ctl` and `postgres` must come from one folder, links resolved: Debian has
//! `pg_config` in `/usr/bin` and the rest elsewhere, Homebrew links programs one by one.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::account::Account;
use crate::error::{Error, LookedAt};

/// The oldest major version that serves.
const MINIMUM_MAJOR: u32 = 14;

/// Programs that must come from one folder.
struct Programs {
    /// What the folder must have.
    all: &'static [&'static str],
    /// The one that is asked for its version.
    asked: &'static str,
    /// The one that shows which folders of PATH have them: links to it lead to the others.
    landmark: &'static str,
}

/// What runs a cluster.
const SERVER: Programs = Programs {
    all: &["initdb", "pg_ctl", "postgres"],
    asked: "postgres",
    landmark: "pg_ctl",
};

/// What copies a database.
const CLIENTS: Programs = Programs {
    all: &["pg_dump", "pg_restore"],
    asked: "pg_dump",
    landmark: "pg_dump",
};

/// Where packages put PostgreSQL; a `*` stands for the version within one component.
const WELL_KNOWN: [&str; 9] = [
    // Debian, Ubuntu
    "/usr/lib/postgresql/*/bin",
    // the packages of postgresql.org for Fedora and its relatives
    "/usr/pgsql-*/bin",
    // openSUSE
    "/usr/lib/postgresql*/bin",
    // Alpine
    "/usr/libexec/postgresql*",
    // Homebrew on Apple silicon, Intel and Linux
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
    // Postgres.app
    "/Applications/Postgres.app/Contents/Versions/*/bin",
    // built from source
    "/usr/local/pgsql/bin",
];

/// Where PostgreSQL's programs may be.
#[derive(Debug, Clone)]
pub struct Search {
    /// The folder to use and no other (setting `SHEETBRAIN_PG_BIN`).
    pub bin_dir: Option<PathBuf>,
    /// The value of `PATH`: searched for the programs and for `pg_config`.
    pub search_path: Option<OsString>,
    /// Folders of packages, looked at last, the newest version first; a `*` stands for the version
    /// within one component.
    pub well_known: Vec<PathBuf>,
}

impl Default for Search {
    /// Only the folders that packages use.
    fn default() -> Self {
        Self {
            bin_dir: None,
            search_path: None,
            well_known: WELL_KNOWN.iter().map(PathBuf::from).collect(),
        }
    }
}

/// A folder with PostgreSQL's programs of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    dir: PathBuf,
    major: u32,
}

impl Binaries {
    /// The folder, links resolved.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The major version, such as 15.
    #[must_use]
    pub fn major(&self) -> u32 {
        self.major
    }

    /// The path of one of its programs, such as `pg_dump`, which may be missing: only `initdb`,
    /// `pg_ctl` and `postgres` are certain.
    #[must_use]
    pub fn program(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }
}

impl Search {
    /// The programs that a new cluster would use, without making one.
    ///
    /// # Errors
    ///
    /// [`Error::NoBinaries`] when there are none, [`Error::NoAccount`] when root has no account to
    /// run them as.
    pub fn for_new_cluster(&self) -> Result<Binaries, Error> {
        let nowhere = Path::new("");
        self.find(None, &Account::for_cluster(nowhere)?, nowhere)
    }

    /// The programs to use: of `wanted_major` when there are data of that version already,
    /// otherwise the first usable ones.
    ///
    /// `runner` is who must be able to run them, `data` is named in the error.
    pub(crate) fn find(
        &self,
        wanted_major: Option<u32>,
        runner: &Account,
        data: &Path,
    ) -> Result<Binaries, Error> {
        let mut looked_at = LookedAt::default();
        let usable = self.usable(&SERVER, runner, &mut looked_at);
        let Some(first) = usable.first() else {
            return Err(Error::NoBinaries {
                minimum: MINIMUM_MAJOR,
                looked_at,
            });
        };
        let Some(wanted) = wanted_major else {
            return Ok(first.clone());
        };
        usable
            .iter()
            .find(|binaries| binaries.major == wanted)
            .cloned()
            .ok_or_else(|| Error::OtherVersion {
                data: data.to_owned(),
                data_major: wanted,
                found: first.clone(),
            })
    }

    /// The programs that copy a database of a server of that version: of the same version, else
    /// the first of a later one.
    pub(crate) fn find_clients(
        &self,
        server_major: u32,
        runner: &Account,
    ) -> Result<Binaries, Error> {
        let mut looked_at = LookedAt::default();
        let mut usable = self.usable(&CLIENTS, runner, &mut looked_at);
        usable.retain(|binaries| {
            let serves = binaries.major >= server_major;
            if !serves {
                let reason = format!("is PostgreSQL {}, older than the server", binaries.major);
                looked_at.note(binaries.dir.display().to_string(), reason);
            }
            serves
        });
        let same = usable.iter().find(|one| one.major == server_major);
        same.or(usable.first()).cloned().ok_or(Error::NoClients {
            major: server_major,
            looked_at,
        })
    }

    /// Everything usable, the best first; what is not goes to `looked_at` with the reason.
    fn usable(
        &self,
        programs: &Programs,
        runner: &Account,
        looked_at: &mut LookedAt,
    ) -> Vec<Binaries> {
        let mut found: Vec<Binaries> = Vec::new();
        if let Some(dir) = &self.bin_dir {
            let place = format!("SHEETBRAIN_PG_BIN={}", dir.display());
            consider(dir, place, programs, runner, &mut found, looked_at);
            return found;
        }
        self.consider_search_path(programs, runner, &mut found, looked_at);

        let mut packaged = Vec::new();
        for pattern in &self.well_known {
            let folders = expand(pattern);
            if folders.is_empty() {
                looked_at.note(pattern.display().to_string(), "no such folder");
            }
            for folder in folders {
                let place = folder.display().to_string();
                consider(&folder, place, programs, runner, &mut packaged, looked_at);
            }
        }
        packaged.sort_by_key(|binaries| std::cmp::Reverse(binaries.major));
        for binaries in packaged {
            if !found.contains(&binaries) {
                found.push(binaries);
            }
        }
        found
    }

    /// The folders of PATH that have the programs or links to them, then what `pg_config` names.
    fn consider_search_path(
        &self,
        programs: &Programs,
        runner: &Account,
        found: &mut Vec<Binaries>,
        looked_at: &mut LookedAt,
    ) {
        let Some(search_path) = &self.search_path else {
            return;
        };
        let folders: Vec<PathBuf> = std::env::split_paths(search_path)
            .filter(|folder| folder.is_absolute())
            .collect();
        let homes: Vec<PathBuf> = folders
            .iter()
            .filter_map(|folder| fs::canonicalize(folder.join(programs.landmark)).ok())
            .filter_map(|program| program.parent().map(Path::to_owned))
            .collect();
        if homes.is_empty() {
            looked_at.note("PATH", format!("has no {}", programs.landmark));
        }
        for home in homes {
            let place = format!("PATH, {}", home.display());
            consider(&home, place, programs, runner, found, looked_at);
        }
        match folders
            .iter()
            .find_map(|folder| pg_config_bindir(folder, runner))
        {
            Some(bindir) => {
                let place = format!("pg_config --bindir, {}", bindir.display());
                consider(&bindir, place, programs, runner, found, looked_at);
            }
            None => looked_at.note("pg_config --bindir", "no pg_config in PATH that answers"),
        }
    }
}

/// Adds `dir` to `found` when it serves and is not there yet, otherwise notes why not.
fn consider(
    dir: &Path,
    place: String,
    programs: &Programs,
    runner: &Account,
    found: &mut Vec<Binaries>,
    looked_at: &mut LookedAt,
) {
    match inspect(dir, programs, runner) {
        Ok(binaries) if found.contains(&binaries) => {}
        Ok(binaries) => found.push(binaries),
        Err(reason) => looked_at.note(place, reason),
    }
}

/// The programs in `dir`, or in words why they do not serve.
fn inspect(dir: &Path, programs: &Programs, runner: &Account) -> Result<Binaries, String> {
    let asked = programs.asked;
    let first = dir.join(asked);
    let program = fs::canonicalize(&first).map_err(|error| format!("{asked}: {error}"))?;
    let Some(dir) = program.parent() else {
        return Err(format!("{asked} is not in a folder"));
    };
    if let Some(missing) = programs.all.iter().find(|name| !dir.join(name).is_file()) {
        return Err(format!("has no {missing}"));
    }
    let output = runner
        .command(&program, Path::new("/"))
        .arg("--version")
        .output()
        .map_err(|error| format!("{asked} --version: {error}"))?;
    let answer = String::from_utf8_lossy(&output.stdout);
    let major = major_of_answer(asked, &answer)
        .ok_or_else(|| format!("{asked} --version answers {:?}", answer.trim()))?;
    if major < MINIMUM_MAJOR {
        return Err(format!("is PostgreSQL {major}, too old"));
    }
    Ok(Binaries {
        dir: dir.to_owned(),
        major,
    })
}

/// The major version in `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)`.
fn major_of_answer(program: &str, answer: &str) -> Option<u32> {
    let version = answer.trim().strip_prefix(program)?;
    leading_number(version.strip_prefix(" (PostgreSQL) ")?)
}

fn leading_number(text: &str) -> Option<u32> {
    let end = text
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(text.len());
    text.get(..end)?.parse().ok()
}

fn pg_config_bindir(folder: &Path, runner: &Account) -> Option<PathBuf> {
    let program = folder.join("pg_config");
    if !program.is_file() {
        return None;
    }
    let output = runner
        .command(&program, Path::new("/"))
        .arg("--bindir")
        .output()
        .ok()?;
    let bindir = String::from_utf8(output.stdout).ok()?;
    Some(PathBuf::from(bindir.trim()))
        .filter(|bindir| output.status.success() && bindir.is_absolute())
}

/// The folders that exist for a pattern with at most one `*`, which stands within one component.
/// The order is by name and so always the same.
fn expand(pattern: &Path) -> Vec<PathBuf> {
    let mut folders = vec![PathBuf::new()];
    for component in pattern {
        let split = component.to_str().and_then(|name| name.split_once('*'));
        folders = match split {
            None => folders
                .iter()
                .map(|folder| folder.join(component))
                .collect(),
            Some((prefix, suffix)) => folders
                .iter()
                .flat_map(|folder| entries_like(folder, prefix, suffix))
                .collect(),
        };
    }
    folders.retain(|folder| folder.is_dir());
    folders
}

fn entries_like(folder: &Path, prefix: &str, suffix: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut matching: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| {
            name.strip_prefix(prefix)
                .is_some_and(|rest| rest.ends_with(suffix))
        })
        .map(|name| folder.join(name))
        .collect();
    matching.sort();
    matching
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_the_answers_of_distributions() {
        for (answer, major) in [
            (
                "postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n",
                Some(15),
            ),
            ("postgres (PostgreSQL) 18.0\n", Some(18)),
            ("postgres (PostgreSQL) 19beta1\n", Some(19)),
            ("postgres (PostgreSQL) 9.6.24\n", Some(9)),
            ("psql (PostgreSQL) 15.14\n", None),
            ("", None),
        ] {
            assert_eq!(major_of_answer("postgres", answer), major, "{answer:?}");
        }
    }

    #[test]
    fn a_pattern_finds_the_folders_of_every_version() {
        let root = tempfile::tempdir().expect("a temporary folder");
        for version in ["14", "15", "other"] {
            fs::create_dir_all(root.path().join("pgsql-").join(version)).expect("folder");
            fs::create_dir_all(root.path().join(format!("pgsql-{version}/bin"))).expect("folder");
        }
        fs::create_dir_all(root.path().join("pgsql-empty")).expect("folder");
        let found: Vec<String> = expand(&root.path().join("pgsql-*/bin"))
            .iter()
            .filter_map(|folder| Some(folder.strip_prefix(root.path()).ok()?.display().to_string()))
            .collect();
        assert_eq!(found, ["pgsql-14/bin", "pgsql-15/bin", "pgsql-other/bin"]);
    }
}
