//! Findings that are known and accepted for now: only what is new is reported beside them. A
//! finding is known by its fingerprint (its rule, the template of its formula and what it says),
//! never by its cell or by how many there are, so rows can be inserted and formulas copied.
//!
//! A file that can not be read as a baseline stops the audit: it must not switch findings off, or
//! on, unseen.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use analyzer::finding::Severity;
use analyzer::report::FindingLine;
use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};

use crate::cli::input::Source;

/// How many hexadecimal digits a fingerprint has.
const FINGERPRINT_DIGITS: usize = 32;

/// A file of known findings.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BaselineFile {
    /// Sorted by rule, message and fingerprint, so that a change shows as the lines that changed.
    findings: Vec<Known>,
}

/// A known finding. All but the fingerprint is for the people who read the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Known {
    pub(super) rule: String,
    pub(super) message: String,
    pub(super) fingerprint: String,
    pub(super) severity: Severity,
}

/// The findings that are known.
#[derive(Debug)]
pub(super) struct Baseline {
    known: BTreeMap<String, Known>,
}

impl Baseline {
    pub(super) fn read(path: PathBuf) -> anyhow::Result<Self> {
        let source = Source::File(path);
        let text = source.read_text()?;
        let advice = "a baseline is what `sheetbrain audit --write-baseline FILE` writes";
        let file: BaselineFile = serde_json::from_str(&text)
            .with_context(|| format!("{source} is not a baseline; {advice}"))?;
        let mut known = BTreeMap::new();
        for finding in file.findings {
            let fingerprint = &finding.fingerprint;
            let is_whole = fingerprint.len() == FINGERPRINT_DIGITS
                && fingerprint
                    .bytes()
                    .all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
            ensure!(
                is_whole,
                "{source} is not a baseline: `{fingerprint}` is no fingerprint, which has \
                 {FINGERPRINT_DIGITS} hexadecimal digits; {advice}"
            );
            known.insert(fingerprint.clone(), finding);
        }
        Ok(Self { known })
    }

    /// Whether a finding with this fingerprint is known.
    pub(super) fn knows(&self, fingerprint: &str) -> bool {
        self.known.contains_key(fingerprint)
    }

    /// The known findings that are not among those found.
    pub(super) fn absent<'a, 'f>(
        &'a self,
        found: impl IntoIterator<Item = &'f FindingLine>,
    ) -> Vec<&'a Known> {
        let mut absent: BTreeMap<&str, &Known> = self
            .known
            .iter()
            .map(|(fingerprint, known)| (fingerprint.as_str(), known))
            .collect();
        for finding in found {
            absent.remove(finding.fingerprint.as_str());
        }
        let mut absent: Vec<_> = absent.into_values().collect();
        absent.sort_unstable();
        absent
    }
}

/// Writes what was found as a baseline, in place of the file that may be there.
pub(super) fn write<'f>(
    path: &Path,
    found: impl IntoIterator<Item = &'f FindingLine>,
) -> anyhow::Result<()> {
    let known: BTreeMap<_, _> = found
        .into_iter()
        .map(|finding| (&finding.fingerprint, Known::of(finding)))
        .collect();
    let mut findings: Vec<Known> = known.into_values().collect();
    findings.sort_unstable();
    let mut text = serde_json::to_string_pretty(&BaselineFile { findings })?;
    text.push('\n');
    // Half a file would be no baseline, so the new one takes the place of the old one at once.
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    let written = fs::write(&beside, text).and_then(|()| fs::rename(&beside, path));
    written.with_context(|| format!("the baseline {} can not be written", path.display()))
}

impl Known {
    fn of(finding: &FindingLine) -> Self {
        Self {
            rule: finding.rule.clone(),
            message: finding.message.clone(),
            fingerprint: finding.fingerprint.clone(),
            severity: finding.severity,
        }
    }
}
