//! Audits formulas one after another: parses, asks the rules and policies that are on, and
//! remembers templates, so that a formula copied down a column is analysed once.
//!
//! Knows the cell of a formula only to see its template. What many cells have in common is for
//! `report` to say.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::ops::Deref;
use std::sync::Arc;

use crate::ast::{Formula, NodeKind, Tree};
use crate::cell::Position;
use crate::finding::{Category, Finding, Fingerprint, SentenceRef};
use crate::names::Names;
use crate::parser::{Locale, parse_into};
use crate::policy::{Told, Violation};
use crate::rule::{Check, Context, Findings, Found, MOST_FINDINGS, NodeKinds, Sees, Surroundings};
use crate::ruleset::{ActiveRule, RuleSet};
use crate::sort;
use crate::template::{self, AsItIs, Template};

/// The most characters a formula may have.
pub const LONGEST_FORMULA: usize = 32_767;

/// Audits formulas against one rule set.
///
/// Keeps what it allocated and the templates it has seen, so use one for many formulas; each
/// thread needs its own. What it finds does not depend on the formulas before.
#[derive(Debug)]
pub struct Auditor<'a> {
    rules: Rules<'a>,
    locale: Locale,
    tree: Tree,
    surroundings: Surroundings,
    found: Vec<Found>,
    /// How often each rule has reported the formula at hand, by its number.
    counts: Vec<u8>,
    /// What policies found in the formula at hand.
    violations: Vec<Told>,
    seen: HashMap<Template, Fired, BuildHasherDefault<AsItIs>>,
    analysed: usize,
}

/// The rule set of an auditor.
#[derive(Debug)]
enum Rules<'a> {
    Lent(&'a RuleSet),
    Shared(Arc<RuleSet>),
}

impl Deref for Rules<'_> {
    type Target = RuleSet;

    fn deref(&self) -> &RuleSet {
        match self {
            Self::Lent(rules) => rules,
            Self::Shared(rules) => rules,
        }
    }
}

/// What found something in a template and would find it in each of its formulas.
#[derive(Debug, Default)]
struct Fired {
    /// Rules that see no more than the template, by their numbers.
    rules: Box<[u16]>,
    /// Rules of policies, by their numbers in the plan, wherever they hold.
    policies: Box<[u32]>,
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

impl Auditor<'static> {
    /// An auditor that outlives whoever made the rule set.
    #[must_use]
    pub fn sharing(rules: Arc<RuleSet>, locale: Locale) -> Self {
        Self::with(Rules::Shared(rules), locale)
    }
}

impl<'a> Auditor<'a> {
    /// An auditor that reads formulas as written in `locale`.
    #[must_use]
    pub fn new(rules: &'a RuleSet, locale: Locale) -> Self {
        Self::with(Rules::Lent(rules), locale)
    }

    fn with(rules: Rules<'a>, locale: Locale) -> Self {
        Self {
            locale,
            tree: Tree::default(),
            surroundings: Surroundings::default(),
            found: Vec::new(),
            violations: Vec::new(),
            counts: vec![0; rules.rules().len()],
            rules,
            seen: HashMap::default(),
            analysed: 0,
        }
    }

    /// How many formulas every rule was asked about; the others were copies of these, or broken.
    #[must_use]
    pub fn analysed(&self) -> usize {
        self.analysed
    }

    /// The auditor for formulas of a workbook that defines these names.
    #[must_use]
    pub fn in_workbook(mut self, names: Arc<Names>) -> Self {
        self.surroundings = Surroundings::in_workbook(names);
        // What was found without the names may not be all that is found with them.
        self.seen.clear();
        self
    }

    /// Audits the formula that stands at `cell` of a sheet without a name.
    pub fn audit(&mut self, source: &str, cell: Position) -> Result<FormulaAudit, Skip> {
        self.audit_on(source, None, cell)
    }

    /// Audits the formula that stands at `cell` of `sheet`.
    pub fn audit_on(
        &mut self,
        source: &str,
        sheet: Option<&str>,
        cell: Position,
    ) -> Result<FormulaAudit, Skip> {
        check_is_formula(source)?;
        parse_into(&mut self.tree, source, self.locale);
        let formula = Formula {
            source,
            tree: &self.tree,
        };
        let template = template::hash(formula, (cell.column, cell.row));
        let mut pass = Pass {
            rules: &self.rules,
            formula,
            surroundings: &mut self.surroundings,
            found: &mut self.found,
            violations: &mut self.violations,
            counts: &mut self.counts,
            locale: self.locale,
        };
        if !self.tree.errors().is_empty() {
            pass.surroundings.read(formula);
            pass.run_each(self.rules.dispatch().for_broken());
        } else if let Some(fired) = self.seen.get(&template) {
            pass.run_again(fired);
        } else {
            self.analysed += 1;
            let fired = pass.run_all();
            self.seen.insert(template, fired);
        }
        // A template is settled for every cell, and a rule holds at some of them.
        let plan = self.rules.plan();
        self.violations
            .retain(|(number, _)| plan.holds_at(*number, sheet, cell));
        Ok(FormulaAudit {
            template,
            findings: self.take_findings(template),
        })
    }

    /// What was found, in the order of the text; at one place built-in rules come first, and then
    /// policies in their order.
    fn take_findings(&mut self, template: Template) -> Vec<Finding> {
        let expected = self.found.len() + self.violations.len();
        let mut findings: Vec<Finding> = Vec::with_capacity(expected);
        sort::by_key(&mut self.found, |found| found.rule.into());
        sort::by_key(&mut self.found, |found| found.span.in_order());
        for found in self.found.drain(..) {
            if let Some(count) = self.counts.get_mut(usize::from(found.rule)) {
                *count = 0;
            }
            if let Some(active) = self.rules.rule_at(found.rule) {
                findings.push(of_rule(active, found));
            }
        }
        for (number, violation) in self.violations.drain(..) {
            let policy = self.rules.plan().policy_of(number);
            add_violation(&mut findings, policy, violation);
        }
        for place in 0..findings.len() {
            let (earlier, rest) = findings.split_at_mut(place);
            if let Some(finding) = rest.first_mut() {
                finding.fingerprint = fingerprint(finding, earlier, template);
            }
        }
        sort::by_key(&mut findings, |finding| finding.span.in_order());
        findings
    }
}

/// What a built-in rule found, with what the rule set says of it; its fingerprint is still to come.
fn of_rule(active: &ActiveRule, found: Found) -> Finding {
    Finding {
        rule: Cow::Borrowed(active.rule.name),
        category: active.rule.category,
        severity: active.severity.min(found.at_most),
        message: found.message,
        span: found.span,
        sentence: None,
        fix: found.fix,
        fingerprint: Fingerprint::default(),
    }
}

/// Adds what a policy found. Where a built-in rule found the same, there is one finding: the
/// rule's, which the sentence then stands behind. What both look for and mark alike is the same.
fn add_violation(findings: &mut Vec<Finding>, policy: u32, violation: Violation) {
    let sentence = Some(SentenceRef {
        policy,
        sentence: violation.sentence,
    });
    let same = findings.iter_mut().find(|finding| {
        finding.sentence.is_none()
            && violation.same_as == Some(&*finding.rule)
            && finding.span == violation.span
    });
    if let Some(finding) = same {
        finding.sentence = sentence;
        finding.severity = finding.severity.max(violation.severity);
        finding.fix = finding.fix.take().or(violation.fix);
        return;
    }
    findings.push(Finding {
        rule: violation.rule,
        category: Category::Policy,
        severity: violation.severity,
        message: violation.message,
        span: violation.span,
        sentence,
        fix: violation.fix,
        fingerprint: Fingerprint::default(),
    });
}

/// The fingerprint of a finding that comes after `earlier` ones in the same formula.
fn fingerprint(finding: &Finding, earlier: &[Finding], template: Template) -> Fingerprint {
    let alike = earlier.iter().filter(|other| {
        other.rule == finding.rule
            && other.sentence == finding.sentence
            && other.message == finding.message
    });
    let occurrence = u32::try_from(alike.count()).unwrap_or(u32::MAX);
    Fingerprint::new(&finding.rule, template, &finding.message, occurrence)
}

/// Whether the text is a formula that is short enough to be audited.
pub(crate) fn check_is_formula(source: &str) -> Result<(), Skip> {
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
    violations: &'t mut Vec<Told>,
    counts: &'t mut [u8],
    locale: Locale,
}

impl Pass<'_, '_> {
    /// Calls every rule for what it wants to see, in one walk over the tree. Gives the rules that
    /// found something and would find it in each formula of this template.
    fn run_all(&mut self) -> Fired {
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
        let plan = self.rules.plan();
        if !plan.is_empty() {
            let context = context(self.formula, self.surroundings, self.locale);
            plan.run(&context, self.violations);
        }
        self.fired()
    }

    /// Calls the rules that found something in an earlier formula of this template, and those
    /// whose result the template does not settle.
    fn run_again(&mut self, fired: &Fired) {
        let of_text = self.rules.dispatch().that_see_text();
        let policies_of_text = self.rules.plan().that_see_text();
        if fired.rules.is_empty()
            && fired.policies.is_empty()
            && of_text.is_empty()
            && policies_of_text.is_empty()
        {
            return;
        }
        self.surroundings.read(self.formula);
        self.run_each(&fired.rules);
        self.run_each(of_text);
        let context = context(self.formula, self.surroundings, self.locale);
        for number in fired.policies.iter().chain(policies_of_text) {
            self.rules
                .plan()
                .run_one(*number, &context, self.violations);
        }
        sort::by_key(self.violations, |(number, _)| (*number).into());
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
            locale: self.locale,
        };
        let mut findings = Findings {
            found: self.found,
            rule,
            count,
        };
        check(active, &context, &mut findings);
    }

    fn fired(&self) -> Fired {
        let sees_template = |rule: &u16| {
            let active = self.rules.rule_at(*rule);
            active.is_some_and(|active| active.rule.sees == Sees::Template)
        };
        let mut fired: Vec<u16> = self.found.iter().map(|found| found.rule).collect();
        sort::by_key(&mut fired, |rule| (*rule).into());
        fired.dedup();
        fired.retain(sees_template);
        // A rule that sees text is asked again anyway.
        let of_text = self.rules.plan().that_see_text();
        let mut policies: Vec<u32> = self.violations.iter().map(|(number, _)| *number).collect();
        policies.dedup();
        policies.retain(|policy| !of_text.contains(policy));
        Fired {
            rules: fired.into(),
            policies: policies.into(),
        }
    }
}

/// What the rules of policies may look at.
fn context<'a>(
    formula: Formula<'a>,
    surroundings: &'a Surroundings,
    locale: Locale,
) -> Context<'a> {
    Context {
        formula,
        surroundings,
        settings: &[],
        locale,
    }
}
