//! Writes formulas from patterns: the fix of a rule, with the parts of the formula in the places
//! of its holes, and the formulas that rules are tried on.

use serde::{Deserialize, Serialize};

use super::PatternError;
use super::matcher::Bound;
use super::query::{Matched, Ready};
use super::read::{self, HoleKind, Scanned};
use crate::ast::{Formula, NodeId, NodeKind};
use crate::finding::{Edit, Fix};
use crate::fix;
use crate::parser::{Locale, parse};
use crate::rule::{Context, Surroundings};
use crate::sort;
use crate::span::Span;

/// What a rule would write in place of what it finds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Rewrite {
    /// A pattern: its holes are what those of the match stand for.
    pub rewrite: String,
    /// What it does, for the one who decides; made from the rewrite if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Whether it keeps the formula's result.
    #[serde(default)]
    pub safe: bool,
}

/// A rewrite whose holes are known.
#[derive(Clone, Debug)]
pub(in crate::policy) struct ReadyRewrite {
    template: Template,
    title: String,
    safe: bool,
}

impl Rewrite {
    /// Reads the rewrite. All its holes must be holes of the query.
    pub(in crate::policy) fn ready(&self, query: &Ready) -> Result<ReadyRewrite, PatternError> {
        let template = Template::read(&self.rewrite)?;
        let mut holes = query.holes().clone();
        for piece in &template.pieces {
            let Piece::Hole { name, written, .. } = piece else {
                continue;
            };
            let message = match name {
                None => "what stands here is not known: give the hole the name of one of the match",
                Some(name) if holes.find(name).is_none() => "the match has no hole of this name",
                Some(_) => continue,
            };
            return Err(PatternError::new(&self.rewrite, *written, message));
        }
        // The pattern is read too, so that the rewrite can hold nothing that a pattern can not.
        read::pattern(&self.rewrite, &mut holes)?;
        Ok(ReadyRewrite {
            title: self
                .title
                .clone()
                .unwrap_or_else(|| format!("Write it as {}", self.rewrite.trim_start_matches('='))),
            template,
            safe: self.safe,
        })
    }
}

impl ReadyRewrite {
    /// The fix for a match; `None` if the formula would not be one afterwards.
    pub(in crate::policy) fn fix(
        &self,
        context: &Context<'_>,
        id: NodeId,
        query: &Ready,
        matched: &Matched,
    ) -> Option<Fix> {
        let formula = context.formula;
        let value = |name: Option<&str>, is_operand: bool| {
            let hole = query.holes().find(name?)?;
            let bound = matched.bindings.get(usize::from(hole))?;
            let written = bound.span(formula)?.of(formula.source).to_owned();
            let torn = matches!(bound, Bound::Node(id) if is_operation(formula.kind(*id)));
            Some(if is_operand && torn {
                format!("({written})")
            } else {
                written
            })
        };
        let text = self.template.fill(context.locale, value);
        let around = context.parent(id).map(|parent| formula.kind(parent));
        let stands_alone = matches!(
            around,
            None | Some(NodeKind::Call { .. } | NodeKind::Group(_) | NodeKind::ArrayRow(_))
        );
        let text = if self.template.is_operation && !stands_alone {
            format!("({text})")
        } else {
            text
        };
        let fix = Fix {
            title: self.title.clone(),
            safe: self.safe,
            edits: vec![Edit {
                span: formula.span(id),
                text,
            }],
        };
        let rewritten = fix::apply(formula.source, [&fix]);
        let still_parses = parse(&rewritten, context.locale).errors().is_empty();
        (still_parses && rewritten != formula.source).then_some(fix)
    }
}

fn is_operation(kind: NodeKind) -> bool {
    matches!(
        kind,
        NodeKind::Infix(..) | NodeKind::Prefix(..) | NodeKind::Percent(_)
    )
}

/// A pattern taken apart for writing.
#[derive(Clone, Debug)]
pub(super) struct Template {
    pieces: Vec<Piece>,
    /// Whether it is an operator with its operands.
    is_operation: bool,
}

#[derive(Clone, Debug)]
enum Piece {
    Text(String),
    /// Between arguments.
    Separator,
    /// Between the columns of an array.
    ColumnSeparator,
    Number(String),
    Hole {
        name: Option<String>,
        #[cfg_attr(
            not(feature = "policies"),
            expect(dead_code, reason = "formulas that a rewrite makes are samples")
        )]
        kind: HoleKind,
        /// Whether it is the operand of an operator.
        is_operand: bool,
        written: Span,
    },
}

impl Template {
    pub(super) fn read(text: &str) -> Result<Self, PatternError> {
        let scanned = read::scan(text)?;
        let tree = parse(&scanned.formula, Locale::default());
        let formula = Formula {
            source: &scanned.formula,
            tree: &tree,
        };
        read::check_syntax(text, &scanned, formula)?;
        let mut surroundings = Surroundings::default();
        surroundings.read(formula);
        let context = Context {
            formula,
            surroundings: &surroundings,
            settings: &[],
            locale: Locale::default(),
        };
        let mut places = places(&context, &scanned);
        sort::by_key(&mut places, |(span, _)| span.in_order());
        let mut pieces = Vec::new();
        let mut copied = offset_behind_equals(&scanned.formula);
        for (span, piece) in places {
            let between = Span::new(copied, span.start).of(&scanned.formula);
            if !between.is_empty() {
                pieces.push(Piece::Text(between.to_owned()));
            }
            pieces.push(piece);
            copied = span.end;
        }
        let end = read::offset(scanned.formula.len());
        let rest = Span::new(copied, end).of(&scanned.formula);
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        let root = tree.root().map(|root| formula.kind(root));
        Ok(Self {
            pieces,
            is_operation: root.is_some_and(is_operation),
        })
    }

    /// The names and kinds of the holes, in their order.
    #[cfg(feature = "policies")]
    pub(super) fn holes(&self) -> impl Iterator<Item = (Option<&str>, &HoleKind)> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Hole { name, kind, .. } => Some((name.as_deref(), kind)),
            _ => None,
        })
    }

    /// The text with a value in the place of each hole. `value` is told the hole's name and
    /// whether it is an operand; arguments for which it has none are left out with a separator.
    pub(super) fn fill(
        &self,
        locale: Locale,
        mut value: impl FnMut(Option<&str>, bool) -> Option<String>,
    ) -> String {
        let (separator, column, point) = if locale.decimal_comma {
            (";", "\\", ",")
        } else {
            (",", ",", ".")
        };
        let mut text = String::new();
        let mut left_out = false;
        for piece in &self.pieces {
            match piece {
                Piece::Text(piece) if left_out && piece.trim().is_empty() => {}
                Piece::Text(piece) => {
                    // The last argument was left out: so is the separator before it.
                    if left_out && piece.trim_start().starts_with(')') {
                        let kept = text.trim_end().trim_end_matches(separator).len();
                        text.truncate(kept);
                    }
                    left_out = false;
                    text.push_str(piece);
                }
                Piece::Separator if left_out => left_out = false,
                Piece::Separator => {
                    text.push_str(separator);
                }
                Piece::ColumnSeparator => text.push_str(column),
                Piece::Number(number) => text.push_str(&number.replace('.', point)),
                Piece::Hole {
                    name, is_operand, ..
                } => match value(name.as_deref(), *is_operand) {
                    Some(value) => {
                        left_out = false;
                        text.push_str(&value);
                    }
                    None => left_out = true,
                },
            }
        }
        text
    }
}

fn offset_behind_equals(formula: &str) -> u32 {
    let trimmed = formula.trim_start();
    let before = formula.len() - trimmed.len();
    read::offset(before + usize::from(trimmed.starts_with('=')))
}

/// Where the holes, the separators and the numbers of a template stand.
fn places(context: &Context<'_>, scanned: &Scanned) -> Vec<(Span, Piece)> {
    let formula = context.formula;
    let mut places = Vec::new();
    for (id, node) in formula.nodes() {
        match node.kind {
            NodeKind::Number(_) => {
                let number = formula.written(id).to_owned();
                places.push((node.span, Piece::Number(number)));
            }
            NodeKind::Call { arguments, .. } | NodeKind::Apply { arguments, .. } => {
                for pair in formula.list(arguments).windows(2) {
                    places.extend(separator(formula, pair, &[',', ';'], &Piece::Separator));
                }
            }
            NodeKind::ArrayRow(items) => {
                for pair in formula.list(items).windows(2) {
                    places.extend(separator(formula, pair, &[','], &Piece::ColumnSeparator));
                }
            }
            _ => {}
        }
    }
    for hole in &scanned.holes {
        let node = formula
            .nodes()
            .find(|(_, node)| node.span == hole.stand_in)
            .map(|(id, _)| id);
        let parent = node.and_then(|id| context.parent(id));
        let piece = Piece::Hole {
            name: hole.name.clone(),
            kind: hole.kind.clone(),
            is_operand: parent.is_some_and(|parent| {
                let kind = formula.kind(parent);
                is_operation(kind)
                    || matches!(kind, NodeKind::Property { .. } | NodeKind::Apply { .. })
            }),
            written: hole.written,
        };
        places.push((hole.stand_in, piece));
    }
    places
}

/// The separator between two neighbours.
fn separator(
    formula: Formula<'_>,
    pair: &[NodeId],
    marks: &[char],
    piece: &Piece,
) -> Option<(Span, Piece)> {
    let [one, other] = pair else { return None };
    let start = formula.span(*one).end;
    let between = Span::new(start, formula.span(*other).start).of(formula.source);
    let at = start + read::offset(between.find(marks)?);
    Some((Span::new(at, at + 1), piece.clone()))
}
