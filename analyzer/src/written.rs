//! Texts that a formula holds in pieces: joined with `&` or a function, named by LET, chosen by
//! IF. Only what is written out is put together; nothing is guessed.

use crate::ast::{InfixOperator, NodeId, NodeKind};
use crate::constant;
use crate::meaning::{Meaning, meaning};
use crate::rule::Context;
use crate::span::Span;

/// The most texts that one expression is taken to choose from.
const MOST_CHOICES: usize = 8;

/// The most steps that are taken for one expression, and how deep they may lead.
const MOST_STEPS: usize = 1_000;
const DEEPEST: usize = 48;

/// The longest text that is put together, in bytes.
const LONGEST: usize = 8_000;

/// The begin of a text, as far as it is written out in the formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    /// The text.
    pub(crate) text: String,
    /// Where its first literal stands; `None` for an empty begin.
    pub(crate) literal: Option<Span>,
    /// Whether this is the whole text, and not only its begin.
    pub(crate) whole: bool,
}

impl Written {
    fn empty() -> Self {
        Self {
            text: String::new(),
            literal: None,
            whole: true,
        }
    }

    fn unknown() -> Self {
        Self {
            whole: false,
            ..Self::empty()
        }
    }

    fn and(&self, next: &Self) -> Self {
        if !self.whole {
            return self.clone();
        }
        Self {
            text: format!("{}{}", self.text, next.text),
            literal: self.literal.or(next.literal),
            whole: next.whole && self.text.len() + next.text.len() <= LONGEST,
        }
    }
}

/// The texts that the expression may give, as far as they are written out. At least one.
pub(crate) fn texts(context: &Context<'_>, id: NodeId) -> Vec<Written> {
    let mut reader = Reader {
        context: *context,
        steps: MOST_STEPS,
    };
    reader.read(id, DEEPEST)
}

/// The one text that the expression always gives, if it is written out.
pub(crate) fn text(context: &Context<'_>, id: NodeId) -> Option<String> {
    let mut texts = texts(context, id);
    let only = texts.pop().filter(|text| text.whole)?;
    texts.is_empty().then_some(only.text)
}

/// The expressions that a join puts one after another, in their order, and what stands between
/// them; `None` if the node is no join.
pub(crate) fn joined(context: &Context<'_>, id: NodeId) -> Option<(Vec<NodeId>, Option<NodeId>)> {
    let formula = context.formula;
    if let NodeKind::Infix(InfixOperator::Concatenate, left, right) = formula.kind(id) {
        let mut parts = vec![right];
        let mut rest = left;
        while let NodeKind::Infix(InfixOperator::Concatenate, left, right) =
            formula.kind_inside(rest)
        {
            parts.push(right);
            rest = left;
        }
        parts.push(rest);
        parts.reverse();
        return Some((parts, None));
    }
    let (function, arguments) = formula.call(id)?;
    let (between, parts) = match (function.name, arguments) {
        ("CONCATENATE" | "CONCAT", parts) => (None, parts),
        ("JOIN", [between, parts @ ..]) | ("TEXTJOIN", [between, _, parts @ ..]) => {
            (Some(*between), parts)
        }
        _ => return None,
    };
    let mut flat = Vec::with_capacity(parts.len());
    for part in parts {
        match formula.kind(*part) {
            NodeKind::Array(rows) => {
                for row in formula.list(rows) {
                    formula.for_each_child(*row, |item| flat.push(item));
                }
            }
            _ => flat.push(*part),
        }
    }
    Some((flat, between))
}

struct Reader<'a> {
    context: Context<'a>,
    steps: usize,
}

impl Reader<'_> {
    fn read(&mut self, id: NodeId, depth: usize) -> Vec<Written> {
        let formula = self.context.formula;
        let id = formula.inside(id);
        let Some(depth) = depth.checked_sub(1).filter(|_| self.steps > 0) else {
            return vec![Written::unknown()];
        };
        self.steps -= 1;
        if let Some((parts, between)) = joined(&self.context, id) {
            return self.join(&parts, between, depth);
        }
        match formula.kind(id) {
            NodeKind::Text => self.literal(id, formula.text(id).unwrap_or_default().into_owned()),
            NodeKind::Number(_) => self.literal(id, formula.written(id).to_owned()),
            NodeKind::Missing => vec![Written::empty()],
            NodeKind::Name | NodeKind::Reference(_) | NodeKind::Call { function: None, .. } => {
                self.named(id, depth)
            }
            NodeKind::Apply { callee, .. } => self.read(callee, depth),
            NodeKind::Call { .. } => self.call(id, depth),
            _ => vec![Written::unknown()],
        }
    }

    fn literal(&self, id: NodeId, text: String) -> Vec<Written> {
        vec![Written {
            literal: (!text.is_empty()).then(|| self.context.formula.span(id)),
            text,
            whole: true,
        }]
    }

    fn join(&mut self, parts: &[NodeId], between: Option<NodeId>, depth: usize) -> Vec<Written> {
        let between = between.map(|between| self.read(between, depth));
        let mut texts = vec![Written::empty()];
        for (place, part) in parts.iter().enumerate() {
            if let Some(between) = between.as_ref().filter(|_| place > 0) {
                texts = product(&texts, between);
            }
            if texts.iter().all(|text| !text.whole) {
                break;
            }
            let next = self.read(*part, depth);
            texts = product(&texts, &next);
        }
        texts
    }

    fn named(&mut self, at: NodeId, depth: usize) -> Vec<Written> {
        match meaning(&self.context, at) {
            Meaning::Values(values) => self.choices(&values, depth),
            Meaning::Parameter | Meaning::Unbound => vec![Written::unknown()],
        }
    }

    fn choices(&mut self, ids: &[NodeId], depth: usize) -> Vec<Written> {
        let mut texts = Vec::new();
        for id in ids.iter().take(MOST_CHOICES + 1) {
            for text in self.read(*id, depth) {
                add(&mut texts, text);
            }
        }
        if texts.is_empty() {
            texts.push(Written::unknown());
        }
        texts
    }

    fn call(&mut self, id: NodeId, depth: usize) -> Vec<Written> {
        let Some((function, arguments)) = self.context.formula.call(id) else {
            return vec![Written::unknown()];
        };
        match (function.name, arguments) {
            ("LET" | "LAMBDA", [.., last]) => self.read(*last, depth),
            (
                "ARRAYFORMULA" | "T" | "TO_TEXT" | "TRIM" | "CLEAN" | "LOWER" | "UPPER" | "PROPER",
                [inner],
            ) => self.read(*inner, depth),
            ("IF" | "CHOOSE", [_, branches @ ..]) | ("IFERROR" | "IFNA", branches) => {
                self.choices(branches, depth)
            }
            ("IFS", pairs) => {
                let branches: Vec<_> = pairs.iter().skip(1).step_by(2).copied().collect();
                self.choices(&branches, depth)
            }
            ("SWITCH", [_, cases @ ..]) => {
                let default = cases.iter().skip(cases.len() / 2 * 2);
                let values = cases.iter().skip(1).step_by(2);
                let branches: Vec<_> = values.chain(default).copied().collect();
                self.choices(&branches, depth)
            }
            ("CHAR" | "UNICHAR", [code]) => self.character(id, *code),
            ("REPT", [text, count]) => self.repeated(*text, *count, depth),
            ("SUBSTITUTE", [text, search, replacement]) => {
                self.substituted([*text, *search, *replacement], depth)
            }
            _ => vec![Written::unknown()],
        }
    }

    fn character(&self, id: NodeId, code: NodeId) -> Vec<Written> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is a whole number in range"
        )]
        let code = constant::number(self.context.formula, code)
            .filter(|code| code.fract() == 0.0 && (1.0..=1_114_111.0).contains(code))
            .and_then(|code| char::from_u32(code as u32));
        match code {
            Some(character) => self.literal(id, character.to_string()),
            None => vec![Written::unknown()],
        }
    }

    fn repeated(&mut self, text: NodeId, count: NodeId, depth: usize) -> Vec<Written> {
        let times = constant::number(self.context.formula, count)
            .filter(|count| (0.0..=64.0).contains(count));
        let texts = self.read(text, depth);
        let (Some(times), [only]) = (times, texts.as_slice()) else {
            return vec![Written::unknown()];
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is a small number that is not negative"
        )]
        let times = times as usize;
        if !only.whole || only.text.len() * times > LONGEST {
            return vec![Written::unknown()];
        }
        vec![Written {
            text: only.text.repeat(times),
            ..only.clone()
        }]
    }

    fn substituted(&mut self, parts: [NodeId; 3], depth: usize) -> Vec<Written> {
        let [texts, search, replacement] = parts.map(|part| self.read(part, depth));
        let ([text], [search], [replacement]) =
            (texts.as_slice(), search.as_slice(), replacement.as_slice())
        else {
            return vec![Written::unknown()];
        };
        let known = text.whole && search.whole && replacement.whole;
        let longest = text.text.len() * replacement.text.len().max(1);
        if !known || search.text.is_empty() || longest > LONGEST {
            return vec![Written::unknown()];
        }
        vec![Written {
            text: text.text.replace(&search.text, &replacement.text),
            ..text.clone()
        }]
    }
}

/// Adds a choice. One too many is as good as unknown.
fn add(texts: &mut Vec<Written>, text: Written) {
    let text = if texts.len() < MOST_CHOICES {
        text
    } else {
        Written::unknown()
    };
    if texts.len() <= MOST_CHOICES && !texts.contains(&text) {
        texts.push(text);
    }
}

/// Every text of `ones` followed by every text of `others`.
fn product(ones: &[Written], others: &[Written]) -> Vec<Written> {
    let mut texts: Vec<Written> = Vec::new();
    for one in ones {
        for other in others {
            let text = one.and(other);
            add(&mut texts, text);
        }
    }
    texts
}
