//! What a rule is: data and one pure function. Rules know neither one another nor the policies.

use std::cell::OnceCell;
use std::sync::Arc;

use crate::ast::{Formula, NodeId, NodeKind};
use crate::finding::{Category, Edit, Fix, Severity};
use crate::functions::Function;
use crate::names::Names;
use crate::parser::Locale;
use crate::scope::Scopes;
pub use crate::setting::{Setting, SettingValue};
use crate::span::Span;

/// A built-in rule. Made by `declare_rule!`, one in each file of `rules/`.
#[derive(Debug)]
pub struct Rule {
    /// The bad pattern in kebab-case; reads well as "allow `whole-column-range`".
    pub name: &'static str,
    /// What kind of trouble it looks for.
    pub category: Category,
    /// How much a finding matters unless an organization says otherwise.
    pub severity: Severity,
    /// The doc comment of the rule as the compiler has it: each line begins with a space.
    /// [`Rule::page`] gives it as Markdown. Empty without the feature `docs`.
    pub docs: &'static str,
    /// The presets that switch it on, [`Preset::Strict`] aside, which holds every rule.
    pub presets: &'static [Preset],
    /// What can be set, with its default.
    pub options: &'static [Setting],
    /// What its result depends on.
    pub sees: Sees,
    /// When it is called, and what.
    pub check: Check,
}

impl Rule {
    /// Whether the preset switches the rule on.
    #[must_use]
    pub fn is_in(&self, preset: Preset) -> bool {
        preset == Preset::Strict || self.presets.contains(&preset)
    }

    /// The rule's page in Markdown: *Flags …*, Why, Example, Instead, Limits.
    #[must_use]
    pub fn page(&self) -> String {
        let lines = self.docs.lines();
        let lines = lines.map(|line| line.strip_prefix(' ').unwrap_or(line));
        lines.collect::<Vec<_>>().join("\n")
    }

    /// What the rule flags, in one sentence: the first paragraph of its page, as plain text.
    #[must_use]
    pub fn summary(&self) -> String {
        let paragraph = self.docs.lines().map(str::trim);
        let paragraph = paragraph.take_while(|line| !line.is_empty());
        let text = paragraph.collect::<Vec<_>>().join(" ");
        text.trim_matches('*').to_owned()
    }
}

/// A named set of rules. The README of `rules/` says what each is made from.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
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

impl Preset {
    /// Every preset, in the order in which they are shown.
    pub const ALL: [Self; 6] = [
        Self::Recommended,
        Self::Consistency,
        Self::Security,
        Self::Strict,
        Self::Fast,
        Self::Icaew,
    ];

    /// The name as people write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Recommended => "recommended",
            Self::Consistency => "consistency",
            Self::Security => "security",
            Self::Strict => "strict",
            Self::Fast => "fast",
            Self::Icaew => "icaew",
        }
    }
}

impl std::str::FromStr for Preset {
    type Err = UnknownPreset;

    fn from_str(name: &str) -> Result<Self, UnknownPreset> {
        Self::ALL
            .into_iter()
            .find(|preset| preset.name() == name)
            .ok_or_else(|| UnknownPreset(name.to_owned()))
    }
}

/// A name that is no preset.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no preset `{0}`; there are recommended, consistency, security, strict, fast and icaew"
)]
pub struct UnknownPreset(pub String);

/// What a rule's result depends on, and so when it can be shared by the copies of a formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sees {
    /// The tree as seen from its cell: equal for a formula and its copies.
    Template,
    /// Also the exact text: spaces, letter case, length, or how far a half-anchored range reaches.
    Text,
}

/// When a rule is called. All but `Broken` are called only for formulas without syntax errors, so
/// that no rule has to guess at what a broken formula was meant to be.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// Once for each formula that has syntax errors.
    Broken(fn(&Context<'_>, &mut Findings<'_>)),
    /// Once for each formula.
    Formula(fn(&Context<'_>, &mut Findings<'_>)),
    /// Once for each node of one of these kinds.
    Nodes(NodeKinds, fn(&Context<'_>, NodeId, &mut Findings<'_>)),
    /// Once for each call of one of these built-in functions, with the call's node.
    Calls(
        &'static [&'static str],
        fn(&Context<'_>, NodeId, &mut Findings<'_>),
    ),
}

/// A set of kinds of nodes, named like [`NodeKind`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeKinds(u32);

/// One constant a kind, and the way from a node to its constant.
macro_rules! node_kinds {
    ($($constant:ident $bit:literal $pattern:pat,)+) => {
        impl NodeKinds {
            $(
                #[doc = concat!("Nodes that match `", stringify!($pattern), "`.")]
                pub const $constant: Self = Self(1 << $bit);
            )+

            /// How many kinds there are.
            pub(crate) const COUNT: usize = [$($bit),+].len();

            /// The set of this one kind.
            #[must_use]
            pub const fn of(kind: &NodeKind) -> Self {
                match kind {
                    $($pattern => Self::$constant,)+
                }
            }
        }
    };
}

node_kinds! {
    NUMBER 0 NodeKind::Number(_),
    TEXT 1 NodeKind::Text,
    BOOLEAN 2 NodeKind::Boolean(_),
    ERROR 3 NodeKind::Error(_),
    MISSING 4 NodeKind::Missing,
    REFERENCE 5 NodeKind::Reference(_),
    NAME 6 NodeKind::Name,
    TABLE_REFERENCE 7 NodeKind::TableReference,
    PROPERTY 8 NodeKind::Property { .. },
    GROUP 9 NodeKind::Group(_),
    PREFIX 10 NodeKind::Prefix(..),
    PERCENT 11 NodeKind::Percent(_),
    INFIX 12 NodeKind::Infix(..),
    CALL 13 NodeKind::Call { .. },
    APPLY 14 NodeKind::Apply { .. },
    ARRAY 15 NodeKind::Array(_),
    ARRAY_ROW 16 NodeKind::ArrayRow(_),
    INVALID 17 NodeKind::Invalid,
}

impl NodeKinds {
    /// The kinds of both sets.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether every kind of `other` is in the set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// A number below [`Self::COUNT`] for a set of one kind.
    pub(crate) const fn index(self) -> usize {
        self.0.trailing_zeros() as usize
    }

    /// Every set of one kind.
    pub(crate) fn each() -> impl Iterator<Item = Self> {
        (0..Self::COUNT).map(|bit| Self(1 << bit))
    }
}

/// What a rule may look at.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The formula with its tree.
    pub formula: Formula<'a>,
    /// What stands around each node.
    pub surroundings: &'a Surroundings,
    /// The values of the rule's settings, in their order.
    pub settings: &'a [SettingValue],
    /// How the formula is written, and so how a fix has to be.
    pub locale: Locale,
}

impl<'a> Context<'a> {
    /// The value of the rule's setting at `index`; 0 if the rule has no number there.
    #[must_use]
    pub fn setting(&self, index: usize) -> u32 {
        match self.settings.get(index) {
            Some(SettingValue::Number(number)) => *number,
            _ => 0,
        }
    }

    /// The texts of the rule's setting at `index`; empty if the rule has none there.
    #[must_use]
    pub fn texts(&self, index: usize) -> &'a [String] {
        match self.settings.get(index) {
            Some(SettingValue::Texts(texts)) => texts,
            _ => &[],
        }
    }

    /// The names that the formula itself gives to something. Worked out when a rule first asks.
    #[must_use]
    pub fn scopes(&self) -> &'a Scopes {
        let scopes = &self.surroundings.scopes;
        scopes.get_or_init(|| Scopes::of(self.formula))
    }

    /// What the workbook defines, as far as it is known.
    #[must_use]
    pub fn names(&self) -> &'a Names {
        &self.surroundings.names
    }

    /// The node that `id` is a child of; `None` for the root.
    #[must_use]
    pub fn parent(&self, id: NodeId) -> Option<NodeId> {
        self.surroundings
            .parents
            .get(id.index())
            .copied()
            .filter(|parent| *parent != id)
    }

    /// The nearest call by name around the node, and the place of the node in it.
    #[must_use]
    pub fn enclosing_call(&self, id: NodeId) -> Option<Place> {
        let call = self.surroundings.calls.get(id.index()).copied().flatten()?;
        let NodeKind::Call {
            function,
            arguments,
            ..
        } = self.formula.kind(call)
        else {
            return None;
        };
        let start = self.formula.span(id).start;
        let before = self
            .formula
            .list(arguments)
            .partition_point(|argument| self.formula.span(*argument).start <= start);
        Some(Place {
            call,
            function: function.map(crate::functions::FunctionId::function),
            argument: before.saturating_sub(1),
        })
    }

    /// How `inner` is written where `outer` stands, which is a call: in parentheses if operators
    /// around it would tear it apart.
    #[must_use]
    pub fn written_in_place_of(&self, outer: NodeId, inner: NodeId) -> String {
        let written = self.formula.written(inner);
        let around = self.parent(outer).map(|parent| self.formula.kind(parent));
        let is_alone = matches!(
            around,
            None | Some(NodeKind::Call { .. } | NodeKind::Group(_))
        );
        let is_whole = !matches!(
            self.formula.kind(inner),
            NodeKind::Infix(..) | NodeKind::Prefix(..) | NodeKind::Percent(_)
        );
        if is_alone || is_whole {
            written.to_owned()
        } else {
            format!("({written})")
        }
    }

    /// The calls by name around the node, the nearest first. Not more than nesting allows, so
    /// walking them costs a bounded time for each node.
    pub fn enclosing_calls(&self, id: NodeId) -> impl Iterator<Item = Place> + use<'a> {
        let context = *self;
        std::iter::successors(context.enclosing_call(id), move |place| {
            context.enclosing_call(place.call)
        })
    }
}

/// Where a node stands in a call: in which argument, at any depth.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The call.
    pub call: NodeId,
    /// What is called, if it is a built-in function.
    pub function: Option<&'static Function>,
    /// The argument that the node stands in, from 0.
    pub argument: usize,
}

impl Place {
    /// Whether the call is of a built-in function of one of these names.
    #[must_use]
    pub fn is_call_of(&self, names: &[&str]) -> bool {
        self.function
            .is_some_and(|function| names.contains(&function.name))
    }
}

/// What stands around each node of a tree, and around the formula; filled again for each formula
/// without allocating.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// The parent of each node, by [`NodeId::index`]; the root is its own parent.
    parents: Vec<NodeId>,
    /// The nearest call by name above each node.
    calls: Vec<Option<NodeId>>,
    scopes: OnceCell<Scopes>,
    names: Arc<Names>,
}

impl Surroundings {
    /// The surroundings in a workbook that defines these names.
    pub(crate) fn in_workbook(names: Arc<Names>) -> Self {
        Self {
            names,
            ..Self::default()
        }
    }

    /// Reads the tree, in two passes over its nodes.
    pub fn read(&mut self, formula: Formula<'_>) {
        self.scopes.take();
        self.parents.clear();
        self.parents.extend(formula.nodes().map(|(id, _)| id));
        self.calls.clear();
        self.calls.resize(self.parents.len(), None);
        for (id, node) in formula.nodes().rev() {
            let inherited = if let NodeKind::Call { .. } = node.kind {
                Some(id)
            } else {
                self.calls.get(id.index()).copied().flatten()
            };
            formula.for_each_child(id, |child| {
                if let Some(parent) = self.parents.get_mut(child.index()) {
                    *parent = id;
                }
                if let Some(call) = self.calls.get_mut(child.index()) {
                    *call = inherited;
                }
            });
        }
    }
}

/// The most findings of one rule in one formula that are kept: what else the rule has to say of
/// the same formula helps nobody, and a hostile formula must not make a report grow without end.
pub(crate) const MOST_FINDINGS: u8 = 16;

/// Takes what a rule finds.
#[derive(Debug)]
pub struct Findings<'a> {
    pub(crate) found: &'a mut Vec<Found>,
    /// The rule that reports, by its place among the rules that are on.
    pub(crate) rule: u16,
    /// How much the rule has reported of this formula.
    pub(crate) count: &'a mut u8,
}

/// A finding before the engine adds the rule, its severity and its category.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) rule: u16,
    pub(crate) at_most: Severity,
    pub(crate) span: Span,
    pub(crate) message: String,
    pub(crate) fix: Option<Fix>,
}

impl Findings<'_> {
    /// Reports a finding at `span`. The message says what is wrong, why it matters and, in its
    /// last sentence, what to do; it names no cell address that differs between copies of a
    /// formula.
    pub fn report(&mut self, span: Span, message: impl Into<String>) -> Reported<'_> {
        self.report_at_most(Severity::High, span, message)
    }

    /// Reports a finding that matters no more than `at_most`, however much the rule's others do.
    pub fn report_at_most(
        &mut self,
        at_most: Severity,
        span: Span,
        message: impl Into<String>,
    ) -> Reported<'_> {
        if self.is_full() {
            return Reported { found: None };
        }
        *self.count += 1;
        self.found.push(Found {
            rule: self.rule,
            at_most,
            span,
            message: message.into(),
            fix: None,
        });
        Reported {
            found: self.found.last_mut(),
        }
    }

    /// Whether the rule has reported a finding at `span` of this formula.
    #[must_use]
    pub fn has_reported_at(&self, span: Span) -> bool {
        self.own().any(|found| found.span == span)
    }

    /// Whether the rule has reported a finding at `span` of this formula or at a part of it.
    #[must_use]
    pub fn has_reported_within(&self, span: Span) -> bool {
        self.own()
            .any(|found| span.start <= found.span.start && found.span.end <= span.end)
    }

    fn own(&self) -> impl Iterator<Item = &Found> {
        self.found.iter().filter(|found| found.rule == self.rule)
    }

    /// Whether further findings would be left out, so that a rule can stop looking.
    #[must_use]
    pub fn is_full(&self) -> bool {
        *self.count >= MOST_FINDINGS
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
        let title = title.into();
        let safe = true;
        self.fix(Fix { title, safe, edits });
    }

    /// Adds edits that may change the formula's result: shown, applied only on request.
    pub fn unsafe_fix(self, title: impl Into<String>, edits: Vec<Edit>) {
        let title = title.into();
        let safe = false;
        self.fix(Fix { title, safe, edits });
    }

    /// Adds a fix.
    pub fn fix(self, fix: Fix) {
        if let Some(found) = self.found {
            found.fix = Some(fix);
        }
    }
}

/// Declares the rule of a file as `RULE`. The doc comment is the rule's page and is also kept in
/// [`Rule::docs`], so a rule without docs does not compile.
///
/// Code in the docs is fenced as `formula`, one formula a line (as a JSON string if it has line
/// breaks), and is run by the tests: every line under **Example** is flagged, every line under **Instead** is not. Where that takes a
/// setting, the fence names it, as JSON: `formula {"allowed-hosts": ["example.org"]}`.
///
/// A setting is a number, `"max": 3 "How many …"`, or a list of texts that is empty unless an
/// organization fills it, `"allowed-hosts": [] "The hosts …"`.
macro_rules! declare_rule {
    (
        $(#[doc = $docs:literal])+
        $name:literal {
            category: $category:ident,
            severity: $severity:ident,
            presets: [$($preset:ident),*],
            $(settings: [$(
                $setting:literal: $default:tt $(($preset_of:ident: $preset_value:literal))*
                $setting_docs:literal
            ),+ $(,)?],)?
            sees: $sees:ident,
            check: $check:expr $(,)?
        }
    ) => {
        $(#[doc = $docs])+
        pub(super) static RULE: $crate::rule::Rule = $crate::rule::Rule {
            name: $name,
            category: $crate::finding::Category::$category,
            severity: $crate::finding::Severity::$severity,
            docs: if cfg!(feature = "docs") {
                concat!($($docs, "\n"),+).trim_ascii()
            } else {
                ""
            },
            presets: &[$($crate::rule::Preset::$preset),*],
            options: &[$($($crate::rule::Setting {
                name: $setting,
                docs: $setting_docs,
                default: $crate::setting::setting_value!($default),
                in_presets: &[$(($crate::rule::Preset::$preset_of, $preset_value)),*],
            }),+)?],
            sees: $crate::rule::Sees::$sees,
            check: $check,
        };
    };
}

pub(crate) use declare_rule;
