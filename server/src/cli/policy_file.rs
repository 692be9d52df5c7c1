//! A policy document in a file, compiled, and how much of it is enforced.

use analyzer::policy::{self, Compiled, Lexicon};

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

impl PolicyFile {
    pub(super) fn read(source: Source) -> anyhow::Result<Self> {
        let text = source.read_text()?;
        let compiled = policy::compile(&text, &Lexicon::english());
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
