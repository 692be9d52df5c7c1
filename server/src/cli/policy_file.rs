//! A policy document in a file, compiled, and how much of it is enforced.

use analyzer::policy::{self, Compiled, Lexicon, Terms, rule_file};
use anyhow::{Context as _, bail};
use documents::Kind;

use super::input::Source;

/// A policy document.
pub(super) struct PolicyFile {
    pub(super) source: Source,
    /// The file's name without its ending, as when it is uploaded.
    pub(super) title: String,
    /// The text that `compiled` has the spans of.
    pub(super) text: String,
    pub(super) compiled: Compiled,
}

/// What reads policies: the vocabulary, with the organization's own words where there is a file of
/// them.
pub(super) fn lexicon(terms: Option<Source>) -> anyhow::Result<Lexicon> {
    let english = Lexicon::english();
    let Some(source) = terms else {
        return Ok(english);
    };
    let text = String::from_utf8(source.read_bytes()?)
        .with_context(|| format!("{source} is not text in UTF-8"))?;
    let with_terms = Terms::parse(&text).and_then(|terms| english.with_terms(&terms));
    with_terms.with_context(|| format!("{source} can not be used"))
}

impl PolicyFile {
    /// Reads a document of any kind. A file of rules must be right: what is wrong with it is the
    /// error, line by line.
    pub(super) fn read(source: Source, lexicon: &Lexicon) -> anyhow::Result<Self> {
        let name = source.to_string();
        // Standard input and files without an ending are text.
        let kind = Kind::of_name(&name).unwrap_or(Kind::Text);
        let bytes = source.read_bytes()?;
        let text = match documents::read(kind, &bytes) {
            Ok(text) => text,
            Err(error) => bail!("{source}: {error}"),
        };
        let lower = name.to_lowercase();
        let is_rules = [".yaml", ".yml", ".json"]
            .iter()
            .any(|ending| lower.ends_with(ending));
        if (is_rules || rule_file::is_rule_file(&text))
            && let Err(errors) = rule_file::read(&text)
        {
            let lines = errors.iter().map(|error| {
                let place = if error.path.is_empty() {
                    String::new()
                } else {
                    format!("{}: ", error.path)
                };
                format!("{source}:{}: {place}{}", error.line, error.message)
            });
            bail!("{}", lines.collect::<Vec<_>>().join("\n"));
        }
        let compiled = policy::compile(&text, lexicon);
        Ok(Self {
            title: source.title(),
            source,
            text,
            compiled,
        })
    }

    /// How many of the sentences that demand something are enforced, in one line.
    pub(super) fn coverage(&self) -> String {
        let enforced = self.compiled.enforced();
        let demanding = enforced + self.compiled.partial() + self.compiled.not_enforced();
        let source = &self.source;
        let hint = format_args!("`sheetbrain policy compile {source}` shows why");
        if enforced == 0 {
            format!("warning: policy {source}: nothing in it can be enforced; {hint}")
        } else if enforced < demanding {
            format!("policy {source}: {enforced} of {demanding} sentences enforced; {hint}")
        } else {
            format!("policy {source}: {enforced} of {demanding} sentences enforced")
        }
    }
}
