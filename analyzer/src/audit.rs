//! Audits formulas one after another: parses, asks the rules and policies that are on, and
//! remembers templates, so that a formula copied down a column is analysed once.
//!
//! Knows the cell of a formula only to see its template. What many cells have in common is for
//! `report` to say.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::ast::{Formula, NodeKind, Tree};
use crate::cell::Position;
use crate::finding::{Finding, Fingerprint};
use crate::parser::{Locale, parse_into};
use crate::rule::{Check, Context, Findings, Found, MOST_FINDINGS, NodeKinds, Sees, Surroundings};
use crate::ruleset::{ActiveRule, RuleSet};
use crate::template::{self, Template};

/// The most characters a formula may have.
pub const LONGEST_FORMULA: usize = 32_767;

/// Audits formulas against one rule set.
///
/// Keeps what it allocated and the templates it has seen, so use one for many formulas; each
/// thread needs its own. What it finds does not depend on the formulas before.
#[derive(Debug)]
pub struct Auditor<'a> {
    rules: &'a RuleSet,
    locale: Locale,
    tree: Tree,
    surroundings: Surroundings,
    found: Vec<Found>,
    /// How often each rule has reported the formula at hand, by its number.
    counts: Vec<u8>,
    /// The rules that see no more than the template and found something in it.
    seen: HashMap<Template, Box<[u16]>>,
}

/// What was found in one formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormulaAudit {
    /// The formula as seen from its cell.
    pub template: Template,
    /// In the order of the formula's text.
    pub findings: Vec<Finding>,
}

/// Why a text was not audited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Skip {
    /// The cell is empty: not worth a word in a report.
    #[error("the cell is empty")]
    Empty,
    /// A value, not a formula.
    #[error("the text does not start with `=`, so it is not a formula")]
    NotAFormula,
    /// Longer than [`LONGEST_FORMULA`].
    #[error("the formula is longer than 32,767 characters")]
    TooLong,
}

impl<'a> Auditor<'a> {
    /// An auditor that reads formulas as written in `locale`.
    #[must_use]
    pub fn new(rules: &'a RuleSet, locale: Locale) -> Self {
        Self {
            rules,
            locale,
            tree: Tree::default(),
            surroundings: Surroundings::default(),
            found: Vec::new(),
            counts: vec![0; rules.rules().len()],
            seen: HashMap::new(),
        }
    }

    /// Audits the formula that stands at `cell`.
    pub fn audit(&mut self, source: &str, cell: Position) -> Result<FormulaAudit, Skip> {
        check_is_formula(source)?;
        parse_into(&mut self.tree, source, self.locale);
        let formula = Formula {
            source,
            tree: &self.tree,
        };
        let template = template::hash(formula, (cell.column, cell.row));
        let mut pass = Pass {
            rules: self.rules,
            formula,
            surroundings: &mut self.surroundings,
            found: &mut self.found,
            counts: &mut self.counts,
        };
        if !self.tree.errors().is_empty() {
            pass.surroundings.read(formula);
            pass.run_each(self.rules.dispatch().for_broken());
        } else if let Some(fired) = self.seen.get(&template) {
            pass.run_again(fired);
        } else {
            let fired = pass.run_all();
            self.seen.insert(template, fired);
        }
        Ok(FormulaAudit {
            template,
            findings: self.take_findings(template),
        })
    }

    /// What the rules found, in the order of the text, with what the rule set says of them.
    fn take_findings(&mut self, template: Template) -> Vec<Finding> {
        self.found
            .sort_by_key(|found| (found.span.start, found.span.end, found.rule));
        let mut findings: Vec<Finding> = Vec::with_capacity(self.found.len());
        for found in self.found.drain(..) {
            if let Some(count) = self.counts.get_mut(usize::from(found.rule)) {
                *count = 0;
            }
            let Some(active) = self.rules.rule_at(found.rule) else {
                continue;
            };
            let name = active.rule.name;
            let same =
                |earlier: &&Finding| earlier.rule == name && earlier.message == found.message;
            let occurrence = findings.iter().filter(same).count();
            let occurrence = u32::try_from(occurrence).unwrap_or(u32::MAX);
            findings.push(Finding {
                rule: Cow::Borrowed(name),
                category: active.rule.category,
                severity: active.severity.min(found.at_most),
                fingerprint: Fingerprint::new(name, template, &found.message, occurrence),
                message: found.message,
                span: found.span,
                sentence: None,
                fix: found.fix,
            });
        }
        findings
    }
}

/// Whether the text is a formula that is short enough to be audited.
fn check_is_formula(source: &str) -> Result<(), Skip> {
    if source.is_empty() {
        return Err(Skip::Empty);
    }
    if !source.starts_with('=') {
        return Err(Skip::NotAFormula);
    }
    // A text has no more characters than bytes, so most need not be counted.
    let characters = || source.chars().map(char::len_utf16).sum::<usize>();
    if source.len() > LONGEST_FORMULA && characters() > LONGEST_FORMULA {
        return Err(Skip::TooLong);
    }
    Ok(())
}

/// One formula's way past the rules.
struct Pass<'a, 't> {
    rules: &'a RuleSet,
    formula: Formula<'t>,
    surroundings: &'t mut Surroundings,
    found: &'t mut Vec<Found>,
    counts: &'t mut [u8],
}

impl Pass<'_, '_> {
    /// Calls every rule for what it wants to see, in one walk over the tree. Gives the rules that
    /// found something and would find it in each formula of this template.
    fn run_all(&mut self) -> Box<[u16]> {
        self.surroundings.read(self.formula);
        let dispatch = self.rules.dispatch();
        for rule in dispatch.for_formula() {
            self.call(*rule, |active, context, findings| {
                if let Check::Formula(check) = active.rule.check {
                    check(context, findings);
                }
            });
        }
        for (id, node) in self.formula.nodes() {
            for rule in dispatch.for_kind(NodeKinds::of(&node.kind)) {
                self.call(*rule, |active, context, findings| {
                    if let Check::Nodes(_, check) = active.rule.check {
                        check(context, id, findings);
                    }
                });
            }
            let NodeKind::Call {
                function: Some(function),
                ..
            } = node.kind
            else {
                continue;
            };
            for rule in dispatch.for_function(function) {
                self.call(*rule, |active, context, findings| {
                    if let Check::Calls(_, check) = active.rule.check {
                        check(context, id, findings);
                    }
                });
            }
        }
        self.fired()
    }

    /// Calls the rules that found something in an earlier formula of this template, and those
    /// whose result the template does not settle.
    fn run_again(&mut self, fired: &[u16]) {
        let of_text = self.rules.dispatch().that_see_text();
        if fired.is_empty() && of_text.is_empty() {
            return;
        }
        self.surroundings.read(self.formula);
        self.run_each(fired);
        self.run_each(of_text);
    }

    /// Calls each of the rules for all that it wants to see.
    fn run_each(&mut self, rules: &[u16]) {
        for rule in rules {
            let formula = self.formula;
            self.call(*rule, |active, context, findings| match active.rule.check {
                Check::Broken(check) | Check::Formula(check) => check(context, findings),
                Check::Nodes(kinds, check) => {
                    for (id, node) in formula.nodes() {
                        if kinds.contains(NodeKinds::of(&node.kind)) {
                            check(context, id, findings);
                        }
                    }
                }
                Check::Calls(_, check) => {
                    for (id, node) in formula.nodes() {
                        if active.is_called_for(&node.kind) {
                            check(context, id, findings);
                        }
                    }
                }
            });
        }
    }

    fn call(
        &mut self,
        rule: u16,
        check: impl FnOnce(&ActiveRule, &Context<'_>, &mut Findings<'_>),
    ) {
        let count = self.counts.get_mut(usize::from(rule));
        let (Some(active), Some(count)) = (self.rules.rule_at(rule), count) else {
            return;
        };
        if *count >= MOST_FINDINGS {
            return;
        }
        let context = Context {
            formula: self.formula,
            surroundings: self.surroundings,
            settings: &active.settings,
        };
        let mut findings = Findings {
            found: self.found,
            rule,
            count,
        };
        check(active, &context, &mut findings);
    }

    fn fired(&self) -> Box<[u16]> {
        let sees_template = |rule: &u16| {
            let active = self.rules.rule_at(*rule);
            active.is_some_and(|active| active.rule.sees == Sees::Template)
        };
        let mut fired: Vec<u16> = self.found.iter().map(|found| found.rule).collect();
        fired.sort_unstable();
        fired.dedup();
        fired.retain(sees_template);
        fired.into()
    }
}
