//! Findings as SARIF 2.1.0, which code hosts and editors read. Says what the audit found and where;
//! decides nothing.

mod format;
mod place;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, Write};

use analyzer::finding::{Finding, Severity};
use analyzer::report::{CellAudit, FindingLine};
use analyzer::rules;
use analyzer::ruleset::ENGINE;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::audited::{Audited, Outcome};
use super::baseline::Known;
use format::{
    Configuration, Driver, Fix, Help, Invocation, Log, LogicalLocation, Notification,
    PhysicalLocation, Properties, Result, ResultLocation, Rule, RuleProperties, Run, Text, Tool,
};
use place::Places;

/// Where the page of a rule is read: SARIF wants a whole address, and this is where `sheetbrain
/// serve` listens unless it is told otherwise.
const RULE_PAGES: &str = "http://127.0.0.1:3000/rules/";

/// Writes the log, one object.
pub(super) fn write(out: &mut impl Write, outcome: &Outcome<'_>) -> io::Result<()> {
    let absent = outcome.absent();
    let rules = rules_of(outcome, &absent);
    let index: BTreeMap<&str, usize> = rules.iter().map(|rule| rule.id.as_str()).zip(0..).collect();
    let places: Vec<Places<'_>> = outcome
        .audited
        .iter()
        .zip(0..)
        .map(|(audited, index)| Places::new(&audited.source, &audited.lines, index))
        .collect();
    let found = outcome
        .audited
        .iter()
        .zip(&places)
        .flat_map(|(audited, places)| results(outcome, audited, places));
    let gone = absent.iter().map(|known| absent_result(known));
    let results = found.chain(gone).map(|result| Result {
        rule_index: index.get(result.rule_id.as_str()).copied(),
        ..result
    });
    let log = Log::of(Run {
        invocations: [invocation(outcome)],
        artifacts: places.iter().filter_map(Places::artifact).collect(),
        results: results.collect(),
        column_kind: "utf16CodeUnits",
        tool: Tool {
            driver: Driver {
                name: "SheetBrain",
                version: ENGINE,
                semantic_version: ENGINE,
                rules,
            },
        },
    });
    serde_json::to_writer(&mut *out, &log)?;
    writeln!(out)
}

/// What was found in one list or workbook.
fn results<'a>(
    outcome: &Outcome<'_>,
    audited: &'a Audited,
    places: &Places<'_>,
) -> Vec<Result<'a>> {
    let copies = copies(&audited.cells);
    let found = audited.found.iter().map(|finding| {
        let key = (finding.fingerprint.clone(), finding.sheet.clone());
        let copies = copies.get(&key).or_else(|| {
            // The first sheet has no name where the list names none.
            copies.get(&(finding.fingerprint.clone(), None))
        });
        let copies = copies.map_or(&[][..], Vec::as_slice);
        result(outcome, audited, places, finding, copies)
    });
    found.collect()
}

/// The rules that were on, and those of policies and of the baseline that are not built in.
fn rules_of(outcome: &Outcome<'_>, absent: &[&Known]) -> Vec<Rule> {
    let on = outcome.rules.rules().iter().map(|active| active.rule.name);
    let found = outcome.found().map(|finding| finding.rule.as_str());
    let gone = absent.iter().map(|known| known.rule.as_str());
    let names: BTreeSet<&str> = on.chain(found).chain(gone).collect();
    let severities: BTreeMap<&str, Severity> = outcome
        .rules
        .rules()
        .iter()
        .map(|active| (active.rule.name, active.severity))
        .collect();
    names
        .into_iter()
        .map(|name| rule(name, severities.get(name).copied()))
        .collect()
}

fn rule(name: &str, severity: Option<Severity>) -> Rule {
    let Some(rule) = rules::find(name) else {
        return of_policy(name);
    };
    let page = rule.page();
    Rule {
        id: name.to_owned(),
        name: pascal_case(name),
        short_description: Text::of(rule.summary()),
        full_description: Text::of(why(&page).unwrap_or_else(|| rule.summary())),
        help: Help {
            text: plain(rule, &page),
            markdown: page,
        },
        help_uri: Some(format!("{RULE_PAGES}{name}")),
        default_configuration: Configuration {
            level: level(severity.unwrap_or(rule.severity)),
        },
        properties: RuleProperties {
            category: Some(rule.category),
            tags: vec![rule.category.name()],
        },
    }
}

/// A rule's page for readers that show no Markdown.
fn plain(rule: &analyzer::rule::Rule, page: &str) -> String {
    let below = page.find("\n\n").and_then(|end| page.get(end..));
    let mut text = rule.summary();
    for line in below.unwrap_or_default().lines() {
        if line.starts_with("```") {
            continue;
        }
        text.push('\n');
        match line
            .strip_prefix("**")
            .and_then(|rest| rest.split_once("**"))
        {
            Some((heading, rest)) => {
                text.push_str(heading);
                text.push(':');
                text.push_str(rest);
            }
            None => text.push_str(line),
        }
    }
    text
}

/// A rule that a sentence of a policy was compiled to, or one that there is no longer.
fn of_policy(name: &str) -> Rule {
    let text = "What a sentence of a written policy demands; each result names the sentence.";
    Rule {
        id: name.to_owned(),
        name: pascal_case(name),
        short_description: Text::of(text),
        full_description: Text::of(text),
        help: Help {
            text: text.to_owned(),
            markdown: text.to_owned(),
        },
        help_uri: None,
        default_configuration: Configuration { level: "warning" },
        properties: RuleProperties {
            category: None,
            tags: vec!["policy"],
        },
    }
}

/// The paragraph of a rule's page that says why, without its heading.
fn why(page: &str) -> Option<String> {
    let (_, rest) = page.split_once("**Why**")?;
    let paragraph = rest.split("\n\n").next()?;
    Some(paragraph.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// `approximate-lookup` as `ApproximateLookup`, which is how SARIF names rules.
fn pascal_case(name: &str) -> String {
    let word = |word: &str| {
        let mut characters = word.chars();
        let first = characters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(characters).collect::<String>()
    };
    name.split('-').map(word).collect()
}

/// Error is `high`, warning `medium` or `low`, note `info`.
const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::High => "error",
        Severity::Medium | Severity::Low => "warning",
        Severity::Info => "note",
    }
}

/// Where one finding stands: the cells by index, each with the finding in it.
type Copies<'a> = HashMap<(String, Option<String>), Vec<(usize, &'a Finding)>>;

fn copies(cells: &[CellAudit]) -> Copies<'_> {
    let mut copies = Copies::new();
    for (index, cell) in cells.iter().enumerate() {
        for finding in cell.outcome.iter().flat_map(|audit| &audit.findings) {
            let key = (finding.fingerprint.to_string(), cell.address.sheet.clone());
            let found = copies.entry(key).or_default();
            // Two sentences can ask for the same; its cells are the same then.
            if found.last().is_none_or(|(last, _)| *last != index) {
                found.push((index, finding));
            }
        }
    }
    copies
}

fn result<'a>(
    outcome: &Outcome<'_>,
    audited: &'a Audited,
    places: &Places<'_>,
    finding: &'a FindingLine,
    copies: &[(usize, &Finding)],
) -> Result<'a> {
    let physical = copies.first().and_then(|(cell, found)| {
        let formula = &audited.cells.get(*cell)?.formula;
        Some(PhysicalLocation {
            artifact_location: places.artifact_location()?,
            region: places.region(*cell, formula, found.span),
        })
    });
    let logical = finding.cells.iter().map(|cells| LogicalLocation {
        name: cells.clone(),
        fully_qualified_name: match &finding.sheet {
            Some(sheet) => format!("{}{cells}", analyzer::print::sheet_prefix(sheet)),
            None => cells.clone(),
        },
        kind: "cells",
    });
    let state = outcome.baseline.map(|baseline| {
        if baseline.knows(&finding.fingerprint) {
            "unchanged"
        } else {
            "new"
        }
    });
    Result {
        rule_id: finding.rule.clone(),
        rule_index: None,
        level: level(finding.severity),
        message: Text::of(finding.message.clone()),
        locations: vec![ResultLocation {
            physical_location: physical,
            logical_locations: logical.collect(),
        }],
        occurrence_count: (!copies.is_empty()).then_some(copies.len()),
        partial_fingerprints: [("finding", finding.fingerprint.clone())].into(),
        fixes: fix(audited, places, copies).into_iter().collect(),
        baseline_state: state,
        properties: Properties {
            severity: finding.severity,
            category: Some(finding.category),
            formula: finding.formula.as_deref(),
            policy: finding.policy.as_ref(),
            fix: finding.fix.as_ref(),
        },
    }
}

/// A known finding that is no longer found.
fn absent_result(known: &Known) -> Result<'static> {
    Result {
        rule_id: known.rule.clone(),
        rule_index: None,
        level: level(known.severity),
        message: Text::of(known.message.clone()),
        locations: Vec::new(),
        occurrence_count: None,
        partial_fingerprints: [("finding", known.fingerprint.clone())].into(),
        fixes: Vec::new(),
        baseline_state: Some("absent"),
        properties: Properties {
            severity: known.severity,
            category: None,
            formula: None,
            policy: None,
            fix: None,
        },
    }
}

/// The fix of a finding, in every cell that has it; none in a workbook, which is no text that an
/// editor could change.
fn fix(audited: &Audited, places: &Places<'_>, copies: &[(usize, &Finding)]) -> Option<Fix> {
    if audited.book.is_some() {
        return None;
    }
    let first = copies.first()?.1.fix.as_ref()?;
    let replacements = copies.iter().flat_map(|(index, finding)| {
        let cell = audited.cells.get(*index);
        let parts = cell.zip(finding.fix.as_ref());
        parts.map_or_else(Vec::new, |(cell, fix)| {
            places.replacements(*index, cell, fix)
        })
    });
    let effect = if first.safe {
        "keeps the result"
    } else {
        "may change the result"
    };
    Some(Fix::of(
        format!("{} ({effect})", first.title),
        first.safe,
        places.artifact_location()?,
        replacements.collect(),
    ))
}

fn invocation(outcome: &Outcome<'_>) -> Invocation {
    let rfc3339 = |time: Option<OffsetDateTime>| time.and_then(|time| time.format(&Rfc3339).ok());
    let notification = |level, text| Notification {
        level,
        message: Text::of(text),
    };
    let skipped = outcome.audited.iter().flat_map(super::text::skipped);
    let skipped = skipped.map(|line| notification("note", line));
    let failed = outcome.failed.iter().cloned();
    let failed = failed.map(|line| notification("error", line));
    Invocation {
        execution_successful: outcome.failed.is_empty(),
        exit_code: outcome.exit_code,
        start_time_utc: rfc3339(outcome.audited.first().map(|first| first.started)),
        end_time_utc: rfc3339(outcome.audited.last().map(|last| last.finished)),
        tool_execution_notifications: failed.chain(skipped).collect(),
    }
}
