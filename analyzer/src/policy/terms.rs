//! Terms of an organization's own, added to the vocabulary: sets of functions, groups of sheets,
//! hosts.
//!
//! A term never changes what a word of the grammar means: such a term is an error.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

use super::lexicon::{Lexicon, LexiconError, Meaning};
use super::rule::FunctionSet;

/// The longest term, in words.
const MOST_WORDS: usize = 6;

/// The most terms of a kind, and the most names that one stands for.
const MOST: usize = 1000;
/// The longest name and the longest term, in bytes.
const LONGEST: usize = 500;

/// Under each term of an organization, what it stands for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Terms {
    /// Sets of functions: `"house functions": ["SUM", "MY_OWN"]`.
    pub functions: BTreeMap<String, Vec<String>>,
    /// Groups of sheets: `"output sheets": ["Summary", "Report*"]`.
    pub sheets: BTreeMap<String, Vec<String>>,
    /// Groups of hosts: `"approved hosts": ["data.example.com"]`.
    pub hosts: BTreeMap<String, Vec<String>>,
}

impl Terms {
    /// Reads terms in TOML: tables `functions`, `sheets` and `hosts`, each with a list of names under
    /// each term.
    ///
    /// # Errors
    /// The text is no such TOML.
    pub fn parse(source: &str) -> Result<Self, LexiconError> {
        Ok(toml::from_str(source)?)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.functions.is_empty() && self.sheets.is_empty() && self.hosts.is_empty()
    }
}

impl Lexicon {
    /// The vocabulary with terms of an organization's own. Its version is another one for each set of
    /// terms; without a term it is the same vocabulary.
    ///
    /// # Errors
    /// A term is empty, too long or a word that sentences are built with, it stands for nothing or for
    /// what can be no name, or there are too many.
    pub fn with_terms(mut self, terms: &Terms) -> Result<Self, LexiconError> {
        if terms.is_empty() {
            return Ok(self);
        }
        for (term, names) in &terms.functions {
            let is_name = |name: &str| {
                name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                    && name
                        .chars()
                        .all(|c| c.is_ascii_alphanumeric() || "._".contains(c))
            };
            checked(names, "functions", term, is_name)?;
            let set = FunctionSet {
                class: Some(term.clone()),
                names: names.iter().map(|name| name.to_ascii_uppercase()).collect(),
            };
            self.add_term("functions", term, &Meaning::Functions(set))?;
        }
        for (term, names) in &terms.sheets {
            checked(names, "sheets", term, |name| !name.trim().is_empty())?;
            self.add_term("sheets", term, &Meaning::Sheets(names.clone()))?;
        }
        for (term, names) in &terms.hosts {
            let is_host = |name: &str| {
                name.contains('.')
                    && name
                        .chars()
                        .all(|c| c.is_ascii_alphanumeric() || "-.".contains(c))
            };
            checked(names, "hosts", term, is_host)?;
            let names = names.iter().map(|name| name.to_ascii_lowercase()).collect();
            self.add_term("hosts", term, &Meaning::Hosts(names))?;
        }
        let mut hash = Xxh3::new();
        hash.update(&self.version().to_le_bytes());
        for (table, terms) in [
            ("functions", &terms.functions),
            ("sheets", &terms.sheets),
            ("hosts", &terms.hosts),
        ] {
            if terms.len() > MOST {
                return Err(LexiconError::new(format!(
                    "[{table}] has {} terms; {MOST} is the most",
                    terms.len()
                )));
            }
            hash.update(format!("{table}{terms:?}").as_bytes());
        }
        self.set_version(hash.digest());
        Ok(self)
    }

    fn add_term(&mut self, table: &str, term: &str, meaning: &Meaning) -> Result<(), LexiconError> {
        let words = term.split_whitespace().count();
        if words == 0 || words > MOST_WORDS || term.len() > LONGEST {
            return Err(LexiconError::new(format!(
                "[{table}] \"{term}\" must have between 1 and {MOST_WORDS} words"
            )));
        }
        if term.contains(['{', '}', '[', ']', '|']) {
            return Err(LexiconError::new(format!(
                "[{table}] \"{term}\" must be plain words, without brackets"
            )));
        }
        if self.is_term_of_grammar(term) {
            return Err(LexiconError::new(format!(
                "[{table}] \"{term}\" already means something in sentences; choose another term"
            )));
        }
        self.add(&[term.to_owned()], meaning);
        Ok(())
    }
}

/// Says which of the names can not be one.
fn checked(
    names: &[String],
    table: &str,
    term: &str,
    is_name: impl Fn(&str) -> bool,
) -> Result<(), LexiconError> {
    if names.is_empty() {
        return Err(LexiconError::new(format!(
            "[{table}] \"{term}\" stands for nothing; list at least one name"
        )));
    }
    if names.len() > MOST {
        return Err(LexiconError::new(format!(
            "[{table}] \"{term}\" stands for {} names; {MOST} is the most",
            names.len()
        )));
    }
    let can_be = |name: &str| name.len() <= LONGEST && !name.contains('\0') && is_name(name);
    match names.iter().find(|name| !can_be(name)) {
        Some(name) => Err(LexiconError::new(format!(
            "[{table}] \"{term}\": \"{name}\" can not be one of {table}"
        ))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use crate::policy::lexicon::LexiconError;
    use crate::policy::{Lexicon, Terms, compile};

    const TERMS: &str = r#"
        [functions]
        "house functions" = ["SUM", "my_own"]
        [sheets]
        "client outputs" = ["Summary", "Report*"]
        [hosts]
        "trusted hosts" = ["data.example.com"]
    "#;

    fn with(terms: &str) -> Result<Lexicon, LexiconError> {
        Lexicon::english().with_terms(&Terms::parse(terms)?)
    }

    fn flags(policy: &str, formula: &str) -> bool {
        let lexicon = with(TERMS).unwrap();
        !compile(policy, &lexicon).violations(formula).is_empty()
    }

    fn error(terms: &str) -> String {
        with(terms).unwrap_err().to_string()
    }

    #[test]
    fn a_set_of_functions_is_read_by_its_term() {
        let policy = "House functions must not be used.";
        assert!(flags(policy, "=MY_OWN(A1)"));
        assert!(!flags(policy, "=MAX(A1)"));
    }

    #[test]
    fn hosts_are_read_by_their_term() {
        let policy = "IMPORTDATA may only be used with trusted hosts.";
        assert!(flags(policy, "=IMPORTDATA(\"https://evil.test/a\")"));
        assert!(!flags(
            policy,
            "=IMPORTDATA(\"https://data.example.com/a\")"
        ));
    }

    #[test]
    fn a_group_of_sheets_is_a_scope() {
        let lexicon = with(TERMS).unwrap();
        let compiled = compile("INDIRECT is forbidden on client outputs.", &lexicon);
        let scopes: Vec<_> = compiled
            .enforced_rules()
            .map(|rule| rule.scope.sheets.clone())
            .collect();
        assert_eq!(scopes, [["Summary", "Report*"]]);
    }

    #[test]
    fn terms_change_the_version() {
        let base = Lexicon::english().version();
        let one = with(TERMS).unwrap().version();
        let other = with("[hosts]\n\"ours\" = [\"a.test\"]").unwrap().version();
        assert!(base != one && one != other && base != other);
        assert_eq!(with("").unwrap().version(), base);
    }

    #[test]
    fn a_bad_term_says_which_and_why() {
        assert!(error("[functions]\n\"must\" = [\"SUM\"]").contains("\"must\" already means"));
        assert!(error("[functions]\n\"mine\" = []").contains("stands for nothing"));
        assert!(error("[functions]\n\"mine\" = [\"a b\"]").contains("\"a b\" can not be"));
        assert!(error("[hosts]\n\"mine\" = [\"nowhere\"]").contains("\"nowhere\""));
        assert!(error("[colours]\n\"mine\" = [\"red\"]").contains("colours"));
    }
}
