//! Rules in a file or in a fenced block of a document, as YAML or JSON: `rules:` and a list of
//! [`Form`]s. JSON is read as the YAML that it is.
//!
//! An error says in which line it is, in which field, and what to do.

use serde::Deserialize;
use serde_saphyr::{Error, Spanned};

use super::form::{Form, FormError};
use super::rule::PolicyRule;
use crate::span::Span;

/// A file of rules, with where each stands.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// For editors.
    #[serde(rename = "$schema", default)]
    _schema: Option<String>,
    rules: Vec<Spanned<Form>>,
}

/// A file of rules, as its schema describes it.
#[cfg(feature = "schema")]
#[derive(schemars::JsonSchema)]
#[schemars(title = "Policy rules", deny_unknown_fields)]
#[expect(dead_code, reason = "it is there to be described")]
struct Described {
    /// Where this schema is, for editors.
    #[schemars(rename = "$schema")]
    schema: Option<String>,
    /// The rules of the policy.
    rules: Vec<Form>,
}

/// The JSON Schema of files of rules, for editors and for checks.
#[cfg(feature = "schema")]
#[must_use]
pub fn schema() -> String {
    let schema = schemars::schema_for!(Described);
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}

/// What is wrong with a file of rules, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {place}{message}", place = self.place())]
pub struct RuleFileError {
    /// The line, from 1.
    pub line: usize,
    /// The field, as in `rules[2].require.is`; empty if the text is no YAML.
    pub path: String,
    /// What is wrong, and what to do.
    pub message: String,
}

impl RuleFileError {
    fn place(&self) -> String {
        if self.path.is_empty() {
            String::new()
        } else {
            format!("{}: ", self.path)
        }
    }
}

/// A rule of a file.
#[derive(Clone, Debug)]
pub(super) struct Written {
    /// Where it stands in the text, in bytes.
    pub(super) span: Span,
    /// The rule, right about its examples, or what is wrong with it.
    pub(super) rule: Result<PolicyRule, RuleFileError>,
}

/// Reads a file of rules. Gives all that is wrong with it if anything is.
pub fn read(text: &str) -> Result<Vec<PolicyRule>, Vec<RuleFileError>> {
    let written = read_each(text).map_err(|error| vec![error])?;
    let mut rules = Vec::new();
    let mut errors = Vec::new();
    for one in written {
        match one.rule {
            Ok(rule) => rules.push(rule),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() {
        Ok(rules)
    } else {
        Err(errors)
    }
}

/// Whether the text is a file of rules and no document: `rules:` is the first thing in it.
#[must_use]
pub fn is_rule_file(text: &str) -> bool {
    let begin = text.trim_start();
    if begin.starts_with('{') {
        let first = begin.get(1..).unwrap_or_default().trim_start();
        return first.starts_with("\"rules\"") || first.starts_with("\"$schema\"");
    }
    let mut lines = text.lines().map(str::trim_end);
    let first = lines.find(|line| {
        let content = line.trim_start();
        !(content.is_empty() || content.starts_with('#') || content == "---")
    });
    first.is_some_and(|line| line == "rules:" || line.starts_with("rules: "))
}

/// Reads each rule by itself; the error is about the whole text.
pub(super) fn read_each(text: &str) -> Result<Vec<Written>, RuleFileError> {
    let mut path = String::new();
    let read = serde_saphyr::with_deserializer_from_str(text, |yaml| {
        serde_path_to_error::deserialize(yaml).map_err(
            |error: serde_path_to_error::Error<Error>| {
                path = error.path().to_string();
                error.into_inner()
            },
        )
    });
    let file: File = read.map_err(|error| whole(&error, &path))?;
    let starts: Vec<u32> = file.rules.iter().map(start_of).collect();
    let forms = file.rules.into_iter().enumerate();
    Ok(forms
        .map(|(index, form)| {
            let start = starts.get(index).copied().unwrap_or_default();
            let span = span_of(text, start, starts.get(index + 1).copied());
            let rule = PolicyRule::try_from(form.value).and_then(|rule| {
                rule.proof()?;
                Ok(rule)
            });
            let rule = rule.map_err(|error| in_file(text, span, index, error));
            Written { span, rule }
        })
        .collect())
}

/// What the reader of YAML says, in the words of this file.
fn whole(error: &Error, path: &str) -> RuleFileError {
    let line = error.location().map_or(1, |location| location.line());
    let message = error.without_snippet().to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    // A rule is read with its place around it.
    let path = path.replace("].value", "]");
    RuleFileError {
        line: usize::try_from(line).unwrap_or(1),
        path: if path == "." { String::new() } else { path },
        message: message.to_owned(),
    }
}

fn start_of(form: &Spanned<Form>) -> u32 {
    let start = form.referenced.span().byte_offset().unwrap_or_default();
    u32::try_from(start).unwrap_or_default()
}

/// The rule that starts at `start`: up to its closing brace, or up to what belongs to the next.
fn span_of(text: &str, start: u32, next: Option<u32>) -> Span {
    let len = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let written = Span::new(start, next.unwrap_or(len)).of(text);
    let kept = if written.starts_with('{') {
        braces(written)
    } else {
        let trimmed = written.trim_end();
        let before_dash = trimmed.strip_suffix('-').filter(|rest| {
            let line = rest.rsplit('\n').next();
            next.is_some() && line.is_some_and(|line| line.trim().is_empty())
        });
        before_dash.unwrap_or(trimmed).trim_end().len()
    };
    Span::new(start, start + u32::try_from(kept).unwrap_or_default())
}

/// How long the object in braces is that the text begins with.
fn braces(text: &str) -> usize {
    let mut depth = 0_u32;
    let mut quote = None;
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match (quote, character) {
            (Some('"'), '\\') => {
                characters.next();
            }
            (Some(open), _) if open == character => quote = None,
            (None, '"' | '\'') => quote = Some(character),
            (None, '{') => depth += 1,
            (None, '}') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            (Some(_) | None, _) => {}
        }
    }
    text.trim_end().len()
}

/// The error with its line: that of the field in the text of the rule.
fn in_file(text: &str, span: Span, index: usize, error: FormError) -> RuleFileError {
    let before = Span::new(0, span.start).of(text);
    let first = before.matches('\n').count() + 1;
    let field = error.path.split(['.', '[']).next().unwrap_or_default();
    let is_field = |line: &str| {
        let keys = line.split(['{', ',']).map(str::trim_start);
        keys.filter_map(|key| key.split_once(':'))
            .any(|(key, _)| key.trim_matches(['"', '-', ' ', '\'']) == field)
    };
    let below = span.of(text).lines().position(is_field).unwrap_or_default();
    RuleFileError {
        line: first + below,
        path: format!("rules[{index}].{}", error.path),
        message: error.message,
    }
}
