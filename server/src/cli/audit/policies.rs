//! The policies that an audit is given, and a word on each of what can not be enforced.

use std::path::PathBuf;
use std::sync::Arc;

use analyzer::ruleset::Policy;

use crate::cli::input::Source;
use crate::cli::policy_file::{PolicyFile, lexicon};
use crate::cli::terminal::notice;

/// Reads and compiles the policies, and says on standard error how much of each is enforced: a
/// sentence that nobody checks must not look as if it were kept.
pub(super) fn load(paths: &[PathBuf], terms: Option<&PathBuf>) -> anyhow::Result<Vec<Policy>> {
    if paths.is_empty() {
        return Ok(Vec::new());
    }
    let lexicon = lexicon(terms.cloned().map(Source::File))?;
    let load = |path: &PathBuf| {
        let file = PolicyFile::read(Source::File(path.clone()), &lexicon)?;
        notice(file.coverage());
        Ok(Policy {
            id: file.source.to_string(),
            title: file.title,
            version: 1,
            compiled: Arc::new(file.compiled),
        })
    };
    paths.iter().map(load).collect()
}
