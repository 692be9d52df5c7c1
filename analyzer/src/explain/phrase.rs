//! Words for parts of a formula inside of a step: values, references, conditions, criteria.

use super::sentences::sentence;
use super::template::{Mode, Part, parts};
use super::{Explainer, HEAVIEST_PART, MOST_LISTED};
use crate::ast::{Corner, InfixOperator, NodeId, NodeKind, PrefixOperator, Reference};
use crate::constant;
use crate::print::{column_name, write_node, write_number};

/// How many characters of a name, a text or a part of the formula are shown.
pub(super) const LONGEST_TEXT: usize = 80;

impl Explainer<'_> {
    /// The node as a value.
    pub(super) fn phrase(&self, id: NodeId) -> String {
        let id = self.formula.inside(id);
        if let Some(told) = self.told(id) {
            return self.result(told.first, told.last);
        }
        let shape = self.shape(id);
        // What is larger has been told in a step, unless there were too many of them.
        let may_be_told = shape.is_small || shape.is_part && shape.weight <= HEAVIEST_PART;
        if !may_be_told || self.is_too_high(id) {
            return self.unread(id);
        }
        if shape.is_condition {
            return format!("whether {}", self.condition(id));
        }
        match self.formula.kind(id) {
            NodeKind::Text => self.text(id),
            NodeKind::Error(value) => format!("the error {}", value.literal()),
            NodeKind::Missing => "nothing".to_owned(),
            NodeKind::Invalid if self.formula.written(id).is_empty() => {
                "a part that is missing".to_owned()
            }
            NodeKind::Invalid => format!("{}, which can not be read", self.unread(id)),
            NodeKind::Reference(reference) => self.reference(id, &reference),
            NodeKind::Property { of, property } => {
                let property = property.of(self.formula.source);
                let property = shown(property.trim_matches(['[', ']']), LONGEST_TEXT);
                format!("the {property} of {}", self.phrase(of))
            }
            _ if shape.is_shown() => self.canonical(id),
            NodeKind::Prefix(PrefixOperator::Plus, operand) => self.phrase(operand),
            NodeKind::Prefix(PrefixOperator::Minus, operand) => {
                format!("the negative of {}", self.phrase(operand))
            }
            NodeKind::Percent(operand) => format!("{} divided by 100", self.phrase(operand)),
            NodeKind::Infix(InfixOperator::Range, first, last) => {
                format!(
                    "the range from {} to {}",
                    self.operand(first),
                    self.operand(last)
                )
            }
            _ => match self.formula.call(id) {
                Some((function, arguments)) => match sentence(function.name) {
                    Some(sentence) => self.render(sentence.noun, arguments, &[]),
                    None => self.unread(id),
                },
                None => self.unread(id),
            },
        }
    }

    /// Whether signs and conditions go on and on above what was told. A tree of this kind is as
    /// deep as the formula is long.
    fn is_too_high(&self, id: NodeId) -> bool {
        !self.shape(id).is_small && self.shape(id).is_high()
    }

    /// The result of earlier steps, from 1.
    fn result(&self, first: usize, last: usize) -> String {
        if last == self.steps.len() && self.results == 1 {
            "that".to_owned()
        } else if first == last {
            format!("the result of step {last}")
        } else {
            format!("the result of steps {first} to {last}")
        }
    }

    /// The node as it is written, where there are no words for it.
    pub(super) fn unread(&self, id: NodeId) -> String {
        format!("`{}`", shown(self.formula.written(id), LONGEST_TEXT))
    }

    /// The canonical text of a short node.
    fn canonical(&self, id: NodeId) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = write_node(&mut text, self.formula, id, self.locale);
        shown(&text, LONGEST_TEXT)
    }

    fn text(&self, id: NodeId) -> String {
        match self.formula.text(id).as_deref() {
            None | Some("") => "an empty text".to_owned(),
            Some(text) => format!("\"{}\"", shown(text, LONGEST_TEXT)),
        }
    }

    /// `the range B2:B10 (9 cells)`, `column A of sheet Rates`, `the cells from A2 down`.
    fn reference(&self, id: NodeId, reference: &Reference) -> String {
        let words = self.cells(id, reference);
        match self.formula.sheet_name(reference) {
            None => words.0 + &words.1,
            Some(sheet) => {
                let sheet = shown(&sheet, LONGEST_TEXT);
                format!("{} of sheet {sheet}{}", words.0, words.1)
            }
        }
    }

    /// What cells they are, sheet aside, and how many.
    fn cells(&self, id: NodeId, reference: &Reference) -> (String, String) {
        let cell = |corner: Corner| format!("{}{}", column_name(corner.column.into()), corner.row);
        let first = reference.first;
        let Some(last) = reference.last else {
            return (cell(first), String::new());
        };
        let columns = || {
            ends(
                "column",
                &column_name(first.column.into()),
                &column_name(last.column.into()),
            )
        };
        let rows = || ends("row", &first.row.to_string(), &last.row.to_string());
        let words = match (first.column, first.row, last.column, last.row) {
            (1.., 1.., 1.., 1..) => {
                let width = u64::from(first.column.abs_diff(last.column)) + 1;
                let height = u64::from(first.row.abs_diff(last.row)) + 1;
                let count = counted(&(width * height).to_string(), "cell");
                let range = format!("the range {}:{}", cell(first), cell(last));
                return (range, format!(" ({count})"));
            }
            (1.., 0, 1.., 0) => columns(),
            (0, 1.., 0, 1..) => rows(),
            (one, 1.., other, 0) if one == other => format!("the cells from {} down", cell(first)),
            (1.., 1.., 1.., 0) => format!("{} from row {} down", columns(), first.row),
            (1.., one, 0, other) if one == other => {
                format!("the cells from {} to the right", cell(first))
            }
            (1.., 1.., 0, 1..) => {
                format!(
                    "{} from column {} on",
                    rows(),
                    column_name(first.column.into())
                )
            }
            _ => format!("the range {}", self.canonical(id)),
        };
        (words, String::new())
    }

    /// The node where few words are needed: references as they are written.
    pub(super) fn operand(&self, id: NodeId) -> String {
        let inner = self.formula.inside(id);
        match self.formula.kind(inner) {
            NodeKind::Reference(_) => self.canonical(inner),
            _ => self.phrase(inner),
        }
    }

    /// An operand of arithmetic.
    pub(super) fn term(&self, id: NodeId) -> String {
        let inner = self.formula.inside(id);
        if self.shape(inner).is_condition && self.told(inner).is_none() {
            return format!("(1 where {}, else 0)", self.condition(inner));
        }
        match self.formula.kind(id) {
            NodeKind::Group(_) if self.shape(id).is_shown() => self.canonical(id),
            _ => self.operand(inner),
        }
    }

    /// What must be so for the node to be TRUE.
    pub(super) fn condition(&self, id: NodeId) -> String {
        self.condition_in(id, "")
    }

    /// The condition, in brackets if it joins several by another word than the one around it.
    fn condition_in(&self, id: NodeId, around: &str) -> String {
        let id = self.formula.inside(id);
        if self.told(id).is_some() {
            return format!("{} is TRUE or a number other than 0", self.phrase(id));
        }
        let shape = self.shape(id);
        if !shape.is_condition {
            let phrase = self.operand(id);
            return match self.formula.kind(id) {
                NodeKind::Boolean(true) => "TRUE (always)".to_owned(),
                NodeKind::Boolean(false) => "FALSE (never)".to_owned(),
                NodeKind::Reference(_) | NodeKind::Name | NodeKind::TableReference => {
                    format!("{phrase} is TRUE")
                }
                _ => format!("{phrase} is not 0"),
            };
        }
        if !shape.is_small && shape.weight > HEAVIEST_PART || self.is_too_high(id) {
            return format!("{} is TRUE", self.unread(id));
        }
        let (word, words) = match self.formula.kind(id) {
            NodeKind::Infix(InfixOperator::Add, left, right) => {
                ("or", self.conditions(&[left, right], "or"))
            }
            NodeKind::Infix(InfixOperator::Multiply, left, right) => {
                ("and", self.conditions(&[left, right], "and"))
            }
            NodeKind::Infix(operator, left, right) => ("", self.comparison(operator, left, right)),
            _ => match self.formula.call(id) {
                Some((function, arguments)) => {
                    let template = sentence(function.name).map_or("", |found| found.condition);
                    let word = match function.name {
                        _ if arguments.len() < 2 => "",
                        "AND" => "and",
                        "OR" => "or",
                        "XOR" => "odd",
                        _ => "",
                    };
                    (word, self.render(template, arguments, &[]))
                }
                None => ("", self.unread(id)),
            },
        };
        if !word.is_empty() && !around.is_empty() && word != around {
            format!("({words})")
        } else {
            words
        }
    }

    fn conditions(&self, ids: &[NodeId], word: &str) -> String {
        let around = if ids.len() > 1 { word } else { "" };
        let items = ids.iter().take(MOST_LISTED);
        let items = items.map(|id| self.condition_in(*id, around)).collect();
        listed(items, ids.len(), word)
    }

    fn comparison(&self, operator: InfixOperator, left: NodeId, right: NodeId) -> String {
        let subject = self.operand(left);
        let is_empty = self.formula.text(self.formula.inside(right)).as_deref() == Some("");
        match operator {
            InfixOperator::Equal if is_empty => format!("{subject} is empty"),
            InfixOperator::NotEqual if is_empty => format!("{subject} is not empty"),
            _ => format!("{subject} {} {}", verb(operator), self.operand(right)),
        }
    }

    /// What a criterion of `SUMIF` asks of a cell.
    fn criterion(&self, id: NodeId) -> String {
        let id = self.formula.inside(id);
        if self.told(id).is_some() {
            return format!("matches {}", self.phrase(id));
        }
        match self.formula.kind(id) {
            NodeKind::Text => {
                let text = self.formula.text(id).unwrap_or_default();
                let (operator, rest) = criterion_operator(&text);
                match (operator, rest) {
                    (InfixOperator::Equal, "") => "is empty".to_owned(),
                    (InfixOperator::NotEqual, "") => "is not empty".to_owned(),
                    (InfixOperator::Equal, _) if rest.contains(['*', '?']) => {
                        format!("matches \"{}\"", shown(rest, LONGEST_TEXT))
                    }
                    _ if rest.parse::<f64>().is_ok() => {
                        format!("{} {}", verb(operator), shown(rest, LONGEST_TEXT))
                    }
                    _ => format!("{} \"{}\"", verb(operator), shown(rest, LONGEST_TEXT)),
                }
            }
            NodeKind::Infix(InfixOperator::Concatenate, left, right) => {
                let text = self.formula.text(left).unwrap_or_default();
                match criterion_operator(&text) {
                    (operator, "") if !text.is_empty() => {
                        format!("{} {}", verb(operator), self.operand(right))
                    }
                    _ => format!("matches {}", self.operand(id)),
                }
            }
            NodeKind::Number(_) | NodeKind::Boolean(_) => format!("equals {}", self.phrase(id)),
            _ => format!("matches {}", self.operand(id)),
        }
    }

    /// Phrases for the nodes, joined.
    pub(super) fn list(&self, ids: &[NodeId]) -> String {
        let items = ids.iter().take(MOST_LISTED).map(|id| self.phrase(*id));
        listed(items.collect(), ids.len(), "and")
    }

    /// The template filled with the arguments and, for a function that calls a `LAMBDA`, with the
    /// parameters of that.
    pub(super) fn render(
        &self,
        template: &str,
        arguments: &[NodeId],
        parameters: &[NodeId],
    ) -> String {
        let mut text = String::new();
        let parameter = |index: usize| match parameters.get(index) {
            Some(id) => shown(self.formula.written(*id), LONGEST_TEXT),
            None => "nothing".to_owned(),
        };
        for part in parts(template) {
            match part {
                Part::Words(words) => text.push_str(words),
                Part::Slot(index, mode) => text.push_str(&self.slot(arguments, index, mode)),
                Part::Parameter(index) => text.push_str(&parameter(index)),
                Part::Parameters => {
                    let names = (0..parameters.len().min(MOST_LISTED)).map(parameter);
                    text.push_str(&listed(names.collect(), parameters.len(), "and"));
                }
                Part::Choice {
                    index,
                    number,
                    yes,
                    no,
                } => {
                    let holds = arguments.get(index).is_some_and(|id| self.is(*id, number));
                    let chosen = if holds { yes } else { no };
                    text.push_str(&self.render(chosen, arguments, parameters));
                }
            }
        }
        text
    }

    /// Whether the argument is always the number; with none, whether it is more than a place that
    /// is left empty. An empty place counts as 0.
    fn is(&self, argument: NodeId, number: Option<i32>) -> bool {
        let is_missing = self.formula.kind(argument) == NodeKind::Missing;
        match number {
            None => !is_missing,
            Some(number) if is_missing => number == 0,
            Some(number) => constant::number(self.formula, argument) == Some(f64::from(number)),
        }
    }

    fn slot(&self, arguments: &[NodeId], index: usize, mode: Mode<'_>) -> String {
        let from = arguments.get(index..).unwrap_or_default();
        let Some(argument) = from.first().copied() else {
            return "nothing".to_owned();
        };
        match mode {
            Mode::Phrase | Mode::Apart => self.phrase(argument),
            Mode::AsWritten => self.operand(argument),
            Mode::Condition => self.condition_in(argument, "not"),
            Mode::Criterion => self.criterion(argument),
            Mode::Pairs => {
                let pairs = from.chunks_exact(2).take(MOST_LISTED / 2);
                let pairs = pairs.filter_map(|pair| match pair {
                    [range, criterion] => {
                        let range = self.operand(*range);
                        Some(format!("{range} {}", self.criterion(*criterion)))
                    }
                    _ => None,
                });
                listed(pairs.collect(), from.len() / 2, "and")
            }
            Mode::List => self.list(from),
            Mode::ListButLast => {
                let but_last = from.split_last().map(|(_, rest)| rest);
                self.list(but_last.unwrap_or_default())
            }
            Mode::AllOf => self.conditions(from, "and"),
            Mode::AnyOf => self.conditions(from, "or"),
            Mode::Ordinal(noun) => match constant::number(self.formula, argument) {
                Some(number) if number >= 1.0 && number.fract() == 0.0 => {
                    format!("the {} {noun}", ordinal(&self.number(number)))
                }
                _ => format!("the {noun} whose number is {}", self.phrase(argument)),
            },
            Mode::Count(noun) => match constant::number(self.formula, argument) {
                Some(number) => counted(&self.number(number), noun),
                None => counted(&self.phrase(argument), noun),
            },
        }
    }

    fn number(&self, number: f64) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = write_number(&mut text, number, self.locale);
        text
    }
}

/// `column A`, `columns A to C`.
fn ends(noun: &str, first: &str, last: &str) -> String {
    if first == last {
        format!("{noun} {first}")
    } else {
        format!("{noun}s {first} to {last}")
    }
}

/// `1 digit`, `2 digits`, `A1 digits`.
fn counted(count: &str, noun: &str) -> String {
    let ending = if count == "1" { "" } else { "s" };
    format!("{count} {noun}{ending}")
}

/// `1st`, `12th`, `23rd`.
fn ordinal(number: &str) -> String {
    let ending = match number.as_bytes() {
        [.., b'1', b'1' | b'2' | b'3'] => "th",
        [.., b'1'] => "st",
        [.., b'2'] => "nd",
        [.., b'3'] => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

const fn verb(operator: InfixOperator) -> &'static str {
    match operator {
        InfixOperator::NotEqual => "differs from",
        InfixOperator::Less => "is less than",
        InfixOperator::LessOrEqual => "is at most",
        InfixOperator::Greater => "is greater than",
        InfixOperator::GreaterOrEqual => "is at least",
        _ => "equals",
    }
}

/// The operator that a criterion begins with, and what it compares with.
fn criterion_operator(text: &str) -> (InfixOperator, &str) {
    let operators = [
        InfixOperator::LessOrEqual,
        InfixOperator::GreaterOrEqual,
        InfixOperator::NotEqual,
        InfixOperator::Less,
        InfixOperator::Greater,
        InfixOperator::Equal,
    ];
    operators
        .into_iter()
        .find_map(|operator| Some((operator, text.strip_prefix(operator.symbol())?)))
        .unwrap_or((InfixOperator::Equal, text))
}

/// `A1`, `A1 and B1`, `A1, B1 and C1`, `A1, B1 and 5 more` of a list of `all`.
pub(super) fn listed(mut items: Vec<String>, all: usize, word: &str) -> String {
    let more = all.saturating_sub(items.len());
    if more > 0 {
        items.push(format!("{more} more"));
    }
    let Some(last) = items.pop() else {
        return String::new();
    };
    if items.is_empty() {
        return last;
    }
    format!("{} {word} {last}", items.join(", "))
}

/// The beginning of the text in one line.
pub(super) fn shown(text: &str, longest: usize) -> String {
    let mut characters = text.chars();
    let mut shown = String::new();
    for character in characters.by_ref().take(longest) {
        let is_space = character.is_control() || character.is_whitespace();
        shown.push(if is_space { ' ' } else { character });
    }
    if characters.next().is_some() {
        shown.push('…');
    }
    shown
}
