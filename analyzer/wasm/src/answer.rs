//! How findings go out: as numbers and one text, of which JavaScript makes the objects. Setting
//! their members one by one from here would cross the border for every member.

use std::collections::HashMap;

use analyzer::audit::{FormulaAudit, Skip};
use analyzer::finding::{Category, Severity};
use analyzer::report::{PolicyReference, ReportedFinding, ReportedFix, Utf16Span, reported};
use analyzer::ruleset::RuleSet;
use analyzer::span::Span;
use analyzer::template::Template;
use js_sys::Array;
use tsify::Tsify;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(module = "/src/crossing.js")]
extern "C" {
    /// The objects that `numbers` describe, whose strings are cut from `text`.
    fn objects(numbers: &[u32], text: &str, lengths: &[u32]) -> Array;
}

/// Every whole number of so many bits is a number of JavaScript.
const KEY_BITS: u32 = 53;

/// What became of one formula.
#[derive(Debug, Tsify)]
#[tsify(missing_as_null)]
pub struct Checked {
    /// In the order of the formula's text.
    pub findings: Vec<LocalFinding>,
    /// Why nothing was looked for; null when the formula was checked.
    pub skipped: Option<String>,
    /// A whole number that is equal for a formula and its copies, in every check and in every
    /// version that reads them the same way; null when the formula was skipped.
    #[tsify(type = "number | null")]
    pub template: Option<u64>,
}

/// One finding, in the words of the server's answer to an audit.
#[derive(Debug, Tsify)]
#[tsify(missing_as_null)]
pub struct LocalFinding {
    /// The rule's name.
    pub rule: String,
    /// What kind of trouble it is.
    pub category: Category,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong, why it matters, what to do.
    pub message: String,
    /// The part of the formula in question.
    pub span: Utf16Span,
    /// The finding's identity, equal in every copy of the formula.
    pub fingerprint: String,
    /// The policy that asks for it; null for a built-in rule.
    pub policy: Option<PolicyReference>,
    /// What would mend it.
    pub fix: Option<ReportedFix>,
}

impl Checked {
    pub(crate) fn new(rules: &RuleSet, formula: &str, audit: Result<FormulaAudit, Skip>) -> Self {
        match audit {
            Ok(audit) => {
                let found = audit.findings.iter();
                let findings = found.map(|finding| reported(rules, formula, finding).into());
                Self {
                    findings: findings.collect(),
                    skipped: None,
                    template: Some(key_of(audit.template)),
                }
            }
            Err(skip) => Self {
                findings: Vec::new(),
                skipped: Some(skip.to_string()),
                template: None,
            },
        }
    }
}

/// As much of the template's hash as a number of JavaScript holds.
fn key_of(template: Template) -> u64 {
    let low = template.0 & ((1 << KEY_BITS) - 1);
    u64::try_from(low).unwrap_or_default()
}

impl From<ReportedFinding> for LocalFinding {
    fn from(finding: ReportedFinding) -> Self {
        Self {
            rule: finding.rule,
            category: finding.category,
            severity: finding.severity,
            message: finding.message,
            span: finding.span,
            fingerprint: finding.fingerprint,
            policy: finding.policy,
            fix: finding.fix,
        }
    }
}

/// What became of formulas, written as `crossing.js` reads it.
#[derive(Default)]
pub(crate) struct Answer {
    numbers: Vec<u32>,
    /// Each string once.
    text: String,
    /// The length of each string in UTF-16 code units.
    lengths: Vec<u32>,
    /// The number of each string, from 1; 0 is null.
    known: HashMap<String, u32>,
}

impl Answer {
    pub(crate) fn add(&mut self, checked: &Checked) {
        self.optional(checked.skipped.as_deref());
        if let Some(key) = checked.template {
            let half = |bits: u64| u32::try_from(bits & u64::from(u32::MAX)).unwrap_or_default();
            self.numbers.extend([half(key >> 32), half(key)]);
        }
        self.number(checked.findings.len());
        for finding in &checked.findings {
            self.finding(finding);
        }
    }

    pub(crate) fn into_objects(self) -> Array {
        objects(&self.numbers, &self.text, &self.lengths)
    }

    fn finding(&mut self, finding: &LocalFinding) {
        self.string(&finding.rule);
        self.string(finding.category.name());
        self.string(finding.severity.name());
        self.string(&finding.message);
        self.numbers.extend([finding.span.start, finding.span.end]);
        self.string(&finding.fingerprint);
        self.optional(finding.policy.as_ref().map(|policy| policy.id.as_str()));
        if let Some(policy) = &finding.policy {
            self.string(&policy.title);
            self.numbers.push(policy.version);
            self.string(&policy.sentence);
        }
        self.optional(finding.fix.as_ref().map(|fix| fix.title.as_str()));
        if let Some(fix) = &finding.fix {
            self.numbers.push(fix.safe.into());
            self.string(&fix.formula);
        }
    }

    fn number(&mut self, number: usize) {
        self.numbers.push(u32::try_from(number).unwrap_or(u32::MAX));
    }

    fn optional(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.string(text),
            None => self.numbers.push(0),
        }
    }

    fn string(&mut self, text: &str) {
        let number = self.known.get(text).copied().unwrap_or_else(|| {
            let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
            self.lengths.push(Span::new(0, end).to_utf16(text).end);
            self.text.push_str(text);
            let number = u32::try_from(self.lengths.len()).unwrap_or(u32::MAX);
            self.known.insert(text.to_owned(), number);
            number
        });
        self.numbers.push(number);
    }
}
