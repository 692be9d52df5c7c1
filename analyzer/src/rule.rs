//! What a rule is: data and one pure function. Rules know neither one another nor the policies.

use crate::ast::{Formula, NodeId};
use crate::finding::{Category, Edit, Fix, Severity};
use crate::span::Span;

/// A built-in rule.
#[derive(Debug)]
pub struct Rule {
    /// The bad pattern in kebab-case; reads well as "allow `whole-column-range`".
    pub name: &'static str,
    /// What kind of trouble it looks for.
    pub category: Category,
    /// How much a finding matters unless an organization says otherwise.
    pub severity: Severity,
    /// Markdown: *Flags …*, Why, Example, Instead, Limits.
    pub docs: &'static str,
    /// The presets that switch it on; `strict` holds every rule.
    pub presets: &'static [Preset],
    /// What can be set, with its default.
    pub options: &'static [Setting],
    /// What its result depends on.
    pub sees: Sees,
    /// When it is called, and what.
    pub check: Check,
}

/// A named set of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Preset {
    /// True by definition, or of measured precision; the default.
    Recommended,
    /// Only what compares cells with their neighbours and siblings.
    Consistency,
    /// Data that can leave, and secrets.
    Security,
    /// Every rule.
    Strict,
    /// The FAST modelling standard.
    Fast,
    /// ICAEW's twenty principles.
    Icaew,
}

/// A whole number that a rule's findings depend on.
#[derive(Debug)]
pub struct Setting {
    /// The name in kebab-case.
    pub name: &'static str,
    /// What it means, in one sentence.
    pub docs: &'static str,
    /// Its value unless an organization says otherwise.
    pub default: u32,
}

/// What a rule's result depends on, and so when it can be shared by the copies of a formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sees {
    /// The tree as seen from its cell: equal for a formula and its copies.
    Template,
    /// Also the exact text: spaces, letter case, length.
    Text,
}

/// When a rule is called.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// Once for each formula.
    Formula(fn(&Context<'_>, &mut Findings<'_>)),
    /// Once for each node that `wanted` picks by its kind; never for a call of a function below.
    Nodes(NodeKinds, fn(&Context<'_>, NodeId, &mut Findings<'_>)),
    /// Once for each call of one of these built-in functions, with the call's node.
    Calls(
        &'static [&'static str],
        fn(&Context<'_>, NodeId, &mut Findings<'_>),
    ),
}

/// The kinds of nodes that a rule wants to see, named like [`crate::ast::NodeKind`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeKinds(pub u32);

/// What a rule may look at.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The formula with its tree.
    pub formula: Formula<'a>,
    /// The parent of each node, by [`NodeId::index`]; the root is its own parent.
    pub parents: &'a [NodeId],
    /// The values of the rule's settings, in their order.
    pub settings: &'a [u32],
}

/// Takes what a rule finds.
#[derive(Debug)]
pub struct Findings<'a> {
    pub(crate) found: &'a mut Vec<Found>,
}

/// A finding before the engine adds the rule, its severity and its category.
#[derive(Debug)]
pub struct Found {
    pub(crate) span: Span,
    pub(crate) message: String,
    pub(crate) fix: Option<Fix>,
}

impl Findings<'_> {
    /// Reports a finding at `span`. The message says what is wrong, why it matters, what to do,
    /// and names no cell address that differs between copies of a formula.
    pub fn report(&mut self, span: Span, message: impl Into<String>) -> Reported<'_> {
        self.found.push(Found {
            span,
            message: message.into(),
            fix: None,
        });
        Reported {
            found: self.found.last_mut(),
        }
    }
}

/// The finding just reported, to which a fix can be added.
#[derive(Debug)]
pub struct Reported<'a> {
    found: Option<&'a mut Found>,
}

impl Reported<'_> {
    /// Adds edits that keep the formula's result.
    pub fn safe_fix(self, title: impl Into<String>, edits: Vec<Edit>) {
        self.fix(title.into(), true, edits);
    }

    /// Adds edits that may change the formula's result: shown, applied only on request.
    pub fn unsafe_fix(self, title: impl Into<String>, edits: Vec<Edit>) {
        self.fix(title.into(), false, edits);
    }

    fn fix(self, title: String, safe: bool, edits: Vec<Edit>) {
        if let Some(found) = self.found {
            found.fix = Some(Fix { title, safe, edits });
        }
    }
}
