//! What the documentation claims of the code, held against the code.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The longest file that is written by hand, in lines.
const LONGEST: usize = 600;

/// What a file of the checkout ends in, as READMEs name them.
const ENDINGS: [&str; 9] = [
    ".rs", ".ts", ".md", ".sql", ".csv", ".toml", ".json", ".jsonl", ".mjs",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every committed file, relative to the checkout.
fn files() -> Vec<String> {
    let output = Command::new("git")
        .args(["ls-files"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "the tests run in a checkout");
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect()
}

/// Committed files with one of these endings, with their text.
fn sources(endings: &[&str]) -> Vec<(String, String)> {
    files()
        .into_iter()
        .filter(|file| endings.iter().any(|ending| file.ends_with(ending)))
        .filter_map(|file| {
            let text = std::fs::read_to_string(root().join(&file)).ok()?;
            Some((file, text))
        })
        .collect()
}

#[test]
fn no_file_written_by_hand_is_too_long() {
    for (file, text) in sources(&[".rs", ".ts", ".css", ".sql", ".mjs"]) {
        let lines = text.lines().count();
        assert!(
            lines <= LONGEST,
            "{file} has {lines} lines: split it along a seam"
        );
    }
}

#[test]
fn sql_is_only_in_the_db_folder() {
    for (file, text) in sources(&[".rs"]) {
        let may = file.starts_with("server/src/db/") || !file.starts_with("server/src/");
        assert!(may || !text.contains("sqlx::query"), "{file}");
    }
}

#[test]
fn nom_is_only_in_the_parsers() {
    for (file, text) in sources(&[".rs"]) {
        let parses = [
            "analyzer/src/parser/",
            "analyzer/src/policy/",
            "tests/it/tidy.rs",
        ];
        let may = parses.iter().any(|folder| file.starts_with(folder));
        assert!(may || !text.contains("nom::"), "{file}");
    }
}

#[test]
fn the_analyzer_knows_neither_time_nor_files() {
    for (file, text) in sources(&[".rs"]) {
        if file.starts_with("analyzer/src/") {
            let text = text.split("#[cfg(test)]").next().unwrap();
            for word in [
                "std::fs",
                "std::env",
                "std::time",
                "TcpStream",
                "std::thread",
            ] {
                assert!(!text.contains(word), "{file} uses {word}");
            }
        }
    }
}

#[test]
fn every_source_file_says_what_it_is_for() {
    // A rule's file begins with its imports and its docs, which are its page.
    let rules = "analyzer/src/rules/";
    for (file, text) in sources(&[".rs"])
        .into_iter()
        .filter(|(file, _)| !file.starts_with(rules))
    {
        let begins = text.trim_start();
        assert!(
            begins.starts_with("//!"),
            "{file} begins with no //! comment"
        );
    }
}

/// A file is what stands in backticks with a slash, an ending, and nothing that a path has not.
#[test]
fn every_file_that_a_readme_names_exists() {
    for (readme, text) in sources(&["README.md"]) {
        let folder = Path::new(&readme).parent().unwrap().to_owned();
        for name in text.split('`').skip(1).step_by(2) {
            let is_path = name.contains('/')
                && !name.starts_with('/')
                && !name.contains("://")
                && ENDINGS.iter().any(|ending| name.ends_with(ending))
                && name
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
            let is_made =
                name.contains("target/") || name.contains("dist/") || name.contains("node_modules");
            if is_path && !is_made {
                let exists = [&folder, Path::new("")]
                    .iter()
                    .any(|base| root().join(base).join(name).exists());
                assert!(exists, "{readme} names {name}, which is not there");
            }
        }
    }
}
