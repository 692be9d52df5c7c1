//! The one wire format of an audit: the body of `POST /api/audit` and the lines of `audit
//! --format jsonl`. Offsets are UTF-16 code units here and nowhere else in the analyzer.
//!
//! Says what was found; judges nothing but what the contract derives from severities.

use serde::{Deserialize, Serialize};

use crate::ast::Formula;
use crate::audit::{Auditor, FormulaAudit, Skip, check_is_formula};
use crate::cell::CellAddress;
use crate::digest::Digest;
use crate::explain::{Step, explain};
use crate::finding::{Category, Finding, SentenceRef, Severity};
use crate::fix;
use crate::groups::{Groups, OnSheet};
use crate::parser::{Locale, parse};
use crate::ruleset::{ENGINE, RuleSet};
use crate::span::{Span, Utf16Map};

/// A report on many formulas: the body of `POST /api/audit` without what only a server knows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditReport {
    /// How many formulas were audited.
    pub count: usize,
    /// How many of them are compliant.
    pub compliant: usize,
    /// How long the audit took, in milliseconds.
    pub duration: f64,
    /// When it was made, RFC 3339 in UTC.
    pub timestamp: String,
    /// The version of the analyzer.
    pub engine: String,
    /// The hash of the rule set.
    pub ruleset: String,
    /// The hash of the formulas and their cells.
    pub input_hash: String,
    /// One entry for each formula, in the order given.
    pub audits: Vec<AuditEntry>,
    /// How many findings there are of each severity; one that stands on many cells counts once.
    pub summary: Summary,
    /// What was not audited.
    pub skipped: Vec<SkippedCell>,
}

/// What was found in one formula.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditEntry {
    /// The formula's cell: `A2`, `'My Sheet'!A2`.
    pub cell_address: String,
    /// The formula as given.
    pub formula: String,
    /// Whether no finding of severity `low` or above stands.
    pub compliant: bool,
    /// The highest severity of the findings, and at least `low`.
    pub risk: Severity,
    /// The messages of the findings: for clients that do not read `findings`.
    pub issues: Vec<String>,
    /// What to do about each of `issues`.
    pub recommendations: Vec<String>,
    /// What was found, in the order of the formula's text.
    pub findings: Vec<ReportedFinding>,
}

/// One finding in one formula.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReportedFinding {
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
    /// Where the same finding stands: `["B3", "C5:C9"]`.
    pub cells: Vec<String>,
    /// The policy that asks for it; `null` for a built-in rule.
    pub policy: Option<PolicyReference>,
    /// What would mend it.
    pub fix: Option<ReportedFix>,
}

/// A part of a text in UTF-16 code units, as JavaScript counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct Utf16Span {
    /// The first code unit.
    pub start: u32,
    /// The code unit after the last one.
    pub end: u32,
}

/// The sentence of a policy that asks for a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct PolicyReference {
    /// The policy's id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its version.
    pub version: u32,
    /// The sentence as written.
    pub sentence: String,
}

/// What would mend a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct ReportedFix {
    /// Whether it keeps the formula's result.
    pub safe: bool,
    /// What it does, as a short order.
    pub title: String,
    /// The whole formula afterwards.
    pub formula: String,
}

/// A step of what a formula computes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct ReportedStep {
    /// The step in plain words, in one line.
    pub text: String,
    /// The part of the formula that it tells.
    pub span: Utf16Span,
}

/// How many findings there are of each severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Summary {
    /// Wrong, or against a policy that says must.
    pub high: usize,
    /// Likely to do harm.
    pub medium: usize,
    /// Worth changing some day.
    pub low: usize,
    /// Worth knowing.
    pub info: usize,
}

impl Summary {
    /// Counts one finding.
    pub fn add(&mut self, severity: Severity) {
        let count = match severity {
            Severity::High => &mut self.high,
            Severity::Medium => &mut self.medium,
            Severity::Low => &mut self.low,
            Severity::Info => &mut self.info,
        };
        *count += 1;
    }
}

/// A text that was not audited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SkippedCell {
    /// Its cell.
    pub cell_address: String,
    /// Why it was not audited.
    pub reason: String,
}

/// One line of `audit --format jsonl`: one finding on one sheet. What does not apply is `null`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingLine {
    /// The workbook's file name.
    pub workbook: Option<String>,
    /// The sheet's name.
    pub sheet: Option<String>,
    /// Where the finding stands on the sheet: `["B3", "C5:C9"]`.
    pub cells: Vec<String>,
    /// The rule's name.
    pub rule: String,
    /// What kind of trouble it is.
    pub category: Category,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong, why it matters, what to do.
    pub message: String,
    /// The formula in the first of the cells.
    pub formula: Option<String>,
    /// The part of that formula in question.
    pub span: Option<Utf16Span>,
    /// The formula that would be expected in the first of the cells.
    pub expected: Option<String>,
    /// The policy that asks for it.
    pub policy: Option<PolicyReference>,
    /// What would mend that formula.
    pub fix: Option<ReportedFix>,
    /// The finding's identity.
    pub fingerprint: String,
}

/// A cell and what became of it in an audit.
#[derive(Clone, Debug)]
pub struct CellAudit {
    /// The cell.
    pub address: CellAddress,
    /// Its content.
    pub formula: String,
    /// What was found, or why nothing was looked for.
    pub outcome: Result<FormulaAudit, Skip>,
}

/// What a report says besides its findings.
#[derive(Clone, Debug)]
pub struct Circumstances {
    /// How long the audit took, in milliseconds.
    pub duration: f64,
    /// When it was made, RFC 3339 in UTC.
    pub timestamp: String,
}

/// Audits cells one after another. Cells may be dealt out to several auditors on several threads:
/// put the results together in the order of the cells, and the report is the same.
pub fn audit_cells(
    auditor: &mut Auditor<'_>,
    cells: impl IntoIterator<Item = (CellAddress, String)>,
) -> Vec<CellAudit> {
    let audit = |(address, formula): (CellAddress, String)| CellAudit {
        outcome: auditor.audit_on(&formula, address.sheet.as_deref(), address.position),
        address,
        formula,
    };
    cells.into_iter().map(audit).collect()
}

/// The report on cells that were audited with `rules`, in the order given.
#[must_use]
pub fn assemble(
    rules: &RuleSet,
    cells: Vec<CellAudit>,
    circumstances: Circumstances,
) -> AuditReport {
    let groups = Groups::of(&cells);
    let input_hash = input_hash(&cells);
    let mut audits = Vec::with_capacity(cells.len());
    let mut skipped = Vec::new();
    for (index, cell) in cells.into_iter().enumerate() {
        match &cell.outcome {
            Ok(audit) => {
                let report = |finding| ReportedFinding {
                    cells: groups.cells(index, &cell.address, finding),
                    ..reported(rules, &cell.formula, finding)
                };
                let findings = audit.findings.iter().map(report).collect();
                audits.push(entry(cell.address.to_string(), cell.formula, findings));
            }
            Err(Skip::Empty) => {}
            Err(skip) => skipped.push(SkippedCell {
                cell_address: cell.address.to_string(),
                reason: skip.to_string(),
            }),
        }
    }
    AuditReport {
        count: audits.len(),
        compliant: audits.iter().filter(|audit| audit.compliant).count(),
        duration: circumstances.duration,
        timestamp: circumstances.timestamp,
        engine: ENGINE.to_owned(),
        ruleset: rules.hash().to_owned(),
        input_hash,
        audits,
        summary: groups.summary(),
        skipped,
    }
}

/// The findings of cells that were audited with `rules` as lines: one for each finding and sheet,
/// in the order in which they first occur. Cells without a sheet stand on `sheet`.
#[must_use]
pub fn lines(
    rules: &RuleSet,
    cells: &[CellAudit],
    workbook: Option<&str>,
    sheet: &str,
) -> Vec<FindingLine> {
    let groups = Groups::of(cells);
    let line = |(named, on_sheet, cells_on_sheet): (Option<&str>, &OnSheet, Vec<String>)| {
        let cell = cells.get(on_sheet.first)?;
        let audit = cell.outcome.as_ref().ok()?;
        let finding = reported(rules, &cell.formula, audit.findings.get(on_sheet.finding)?);
        Some(FindingLine {
            workbook: workbook.map(str::to_owned),
            sheet: Some(named.unwrap_or(sheet).to_owned()),
            cells: cells_on_sheet,
            rule: finding.rule,
            category: finding.category,
            severity: finding.severity,
            message: finding.message,
            formula: Some(cell.formula.clone()),
            span: Some(finding.span),
            expected: None,
            policy: finding.policy,
            fix: finding.fix,
            fingerprint: finding.fingerprint,
        })
    };
    groups.on_sheets().filter_map(line).collect()
}

fn entry(cell_address: String, formula: String, findings: Vec<ReportedFinding>) -> AuditEntry {
    let worst = findings.iter().map(|finding| finding.severity).max();
    AuditEntry {
        cell_address,
        formula,
        compliant: worst.is_none_or(|worst| worst < Severity::Low),
        risk: worst.map_or(Severity::Low, |worst| worst.max(Severity::Low)),
        issues: findings
            .iter()
            .map(|finding| finding.message.clone())
            .collect(),
        recommendations: findings.iter().map(recommendation).collect(),
        findings,
    }
}

/// What to do about the finding: what its fix does, or else the last sentence of its message.
fn recommendation(finding: &ReportedFinding) -> String {
    let last_sentence = || {
        let start = finding.message.rfind(". ").map_or(0, |end| end + 2);
        finding.message.get(start..).unwrap_or_default().to_owned()
    };
    finding
        .fix
        .as_ref()
        .map_or_else(last_sentence, |fix| fix.title.clone())
}

/// The finding as reported, its cells left out.
#[must_use]
pub fn reported(rules: &RuleSet, formula: &str, finding: &Finding) -> ReportedFinding {
    let span = finding.span.to_utf16(formula);
    ReportedFinding {
        rule: finding.rule.clone().into_owned(),
        category: finding.category,
        severity: finding.severity,
        message: finding.message.clone(),
        span: Utf16Span {
            start: span.start,
            end: span.end,
        },
        fingerprint: finding.fingerprint.to_string(),
        cells: Vec::new(),
        policy: finding.sentence.and_then(|sentence| cited(rules, sentence)),
        fix: finding.fix.as_ref().map(|fix| ReportedFix {
            safe: fix.safe,
            title: fix.title.clone(),
            formula: fix::apply(formula, [fix]),
        }),
    }
}

/// What a formula computes, step by step; or why the text is not one that an audit would read.
pub fn explained(source: &str, locale: Locale) -> Result<Vec<ReportedStep>, Skip> {
    check_is_formula(source)?;
    let tree = parse(source, locale);
    let formula = Formula {
        source,
        tree: &tree,
    };
    let map = Utf16Map::new(source);
    let reported = |step: Step| {
        let Span { start, end } = map.span(step.span);
        ReportedStep {
            text: step.text,
            span: Utf16Span { start, end },
        }
    };
    Ok(explain(formula, locale).into_iter().map(reported).collect())
}

/// The sentence that asks for a finding.
fn cited(rules: &RuleSet, sentence: SentenceRef) -> Option<PolicyReference> {
    let policy = rules.policy_at(sentence.policy)?;
    Some(PolicyReference {
        id: policy.id.clone(),
        title: policy.title.clone(),
        version: policy.version,
        sentence: policy.compiled.citation(sentence.sentence)?.to_owned(),
    })
}

/// The digest of the cells and what stands in them, in the order given.
fn input_hash(cells: &[CellAudit]) -> String {
    let mut digest = Digest::default();
    for cell in cells {
        digest.optional_text(cell.address.sheet.as_deref());
        digest.number(u64::from(cell.address.position.column));
        digest.number(u64::from(cell.address.position.row));
        digest.text(&cell.formula);
    }
    digest.finish()
}
