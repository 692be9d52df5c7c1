//! Everything between brackets: calls, groups, arrays, table references and properties.

use nom::Parser as _;
use nom::branch::alt;
use nom::bytes::complete::{tag, tag_no_case, take_while1};
use nom::character::complete::{multispace0, one_of};
use nom::combinator::recognize;
use nom::multi::many0_count;
use nom::sequence::delimited;

use super::operators::{Action, after_operand};
use super::scan::{byte_at, name_end};
use super::{MAX_NESTING, Parser, offset};
use crate::ast::{NodeId, NodeKind, NodeList};
use crate::functions;
use crate::span::Span;

/// How a step in a bracketed list ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A separator was read: the next item follows.
    Next,
    /// The separator between the rows of an array was read.
    NextRow,
    /// The list is over, closed or not.
    End,
}

/// How many arguments of a call wait on the stack until the call is complete. Few calls have
/// more, so most trees never allocate their scratch stack: a tenth of the time of a fresh tree.
const FEW: usize = 4;

impl Parser<'_> {
    /// `call = word arguments`, the word being at `start..end`.
    pub(super) fn call(&mut self, start: usize, end: usize) -> NodeId {
        let function = functions::find(self.source.get(start..end).unwrap_or_default());
        self.position = end;
        self.byte_after_space();
        let arguments = self.arguments();
        let kind = NodeKind::Call {
            name: Span::new(offset(start), offset(end)),
            function,
            arguments,
        };
        self.place(kind, offset(start))
    }

    /// A call of a result: `LAMBDA(x,x+1)(2)`. After anything that gives no function, the `(`
    /// begins an operand before which an operator is missing.
    ///
    /// `result = operand { arguments }`
    pub(super) fn apply(&mut self, callee: NodeId) -> NodeId {
        let mut inside = self.kind(callee);
        while let NodeKind::Group(inner) = inside {
            inside = self
                .tree
                .nodes
                .get(inner.index())
                .map_or(NodeKind::Invalid, |n| n.kind);
        }
        if !matches!(
            inside,
            NodeKind::Call { .. } | NodeKind::Apply { .. } | NodeKind::Name
        ) {
            return self.juxtaposed(callee);
        }
        let arguments = self.arguments();
        let kind = NodeKind::Apply { callee, arguments };
        self.place(kind, self.span(callee).start)
    }

    /// ```text
    /// arguments = "(" [ argument { separator argument } ] ")"
    /// argument  = [ expression ]
    /// separator = ";" | "," unless decimals are written with it
    /// ```
    fn arguments(&mut self) -> NodeList {
        let open = self.position;
        let base = self.tree.scratch.len();
        if !self.enter_parenthesis() {
            let skipped = self.skip_nested(open);
            return self.collect(&[skipped], base);
        }
        self.position += 1;
        let mut first = [NodeId(0); FEW];
        let mut count = 0;
        if self.byte_after_space() == b')' {
            self.position += 1;
        } else {
            loop {
                let argument = self.item();
                match first.get_mut(count) {
                    Some(slot) => *slot = argument,
                    None => self.tree.scratch.push(argument),
                }
                count += 1;
                let byte = self.byte();
                if byte == self.argument_separator || byte == b';' {
                    self.position += 1;
                } else if byte == b')' {
                    self.position += 1;
                    break;
                } else if self.list_trouble(open, b')') == Step::End {
                    break;
                }
            }
        }
        self.open_parentheses -= 1;
        self.collect(first.get(..count).unwrap_or(&first), base)
    }

    /// An argument or an array item, which may be left out. Stands on the byte that ends it.
    ///
    /// `item = [ expression ]`
    #[inline]
    pub(super) fn item(&mut self) -> NodeId {
        let byte = self.byte_after_space();
        if after_operand(byte).action == Action::Stop && !self.begins_with_decimal_comma() {
            return self.place(NodeKind::Missing, offset(self.position));
        }
        self.expression()
    }

    /// Whether a number without a whole part stands here: `IF(A1;,5)`.
    fn begins_with_decimal_comma(&self) -> bool {
        self.point == b','
            && self.byte() == b','
            && byte_at(self.bytes, self.position + 1).is_ascii_digit()
    }

    /// `group = "(" expression ")"`
    pub(super) fn group(&mut self) -> NodeId {
        let open = self.position;
        if !self.enter_parenthesis() {
            return self.skip_nested(open);
        }
        self.position += 1;
        let mut inner = self.expression();
        if self.byte() == b')' {
            self.position += 1;
        } else {
            inner = self.rest_of_group(inner, open);
        }
        self.open_parentheses -= 1;
        self.place(NodeKind::Group(inner), offset(open))
    }

    /// ```text
    /// array  = "{" [ row { ";" row } ] "}"
    /// row    = item { column_separator item }
    /// ```
    pub(super) fn array(&mut self) -> NodeId {
        let open = self.position;
        if self.open_parentheses + self.open_braces == MAX_NESTING {
            return self.skip_nested(open);
        }
        self.open_braces += 1;
        self.position += 1;
        let rows = self.tree.scratch.len();
        if self.byte_after_space() == b'}' {
            self.position += 1;
        } else {
            while self.row(open) != Step::End {}
        }
        self.open_braces -= 1;
        let rows = self.collect(&[], rows);
        self.place(NodeKind::Array(rows), offset(open))
    }

    /// Reads one row and leaves it on the scratch stack.
    fn row(&mut self, open: usize) -> Step {
        let items = self.tree.scratch.len();
        let start = self.byte_start();
        let mut end;
        let step = loop {
            let item = self.item();
            end = self.span(item).end;
            self.tree.scratch.push(item);
            let byte = self.byte();
            let step = if byte == self.column_separator {
                self.position += 1;
                Step::Next
            } else if byte == b';' {
                self.position += 1;
                Step::NextRow
            } else if byte == b'}' {
                self.position += 1;
                Step::End
            } else {
                self.list_trouble(open, b'}')
            };
            if step != Step::Next {
                break step;
            }
        };
        let items = self.collect(&[], items);
        let row = self.place_at(NodeKind::ArrayRow(items), start, end);
        self.tree.scratch.push(row);
        step
    }

    /// The offset of the next byte that is not white space.
    fn byte_start(&mut self) -> u32 {
        self.byte_after_space();
        offset(self.position)
    }

    /// Counts a parenthesis that opens here; `false` if it would nest too deeply.
    #[inline]
    fn enter_parenthesis(&mut self) -> bool {
        if self.open_parentheses + self.open_braces == MAX_NESTING {
            return false;
        }
        self.open_parentheses += 1;
        true
    }

    /// Makes a list of `first` and of what stands on the scratch stack above `base`.
    #[inline]
    fn collect(&mut self, first: &[NodeId], base: usize) -> NodeList {
        let tree = &mut *self.tree;
        let start = offset(tree.lists.len());
        tree.lists.extend_from_slice(first);
        if tree.scratch.len() > base {
            tree.lists
                .extend_from_slice(tree.scratch.get(base..).unwrap_or_default());
            tree.scratch.truncate(base);
        }
        NodeList {
            start,
            len: offset(tree.lists.len()) - start,
        }
    }

    /// A reference into a table whose name is at `start..end`, a `[` behind it.
    ///
    /// ```text
    /// table    = word "[" ( keyword | column | part { ( "," | ";" | ":" ) part } ) "]"
    /// part     = "[" ( keyword | column ) "]"
    /// keyword  = "#ALL" | "#HEADERS" | "#TOTALS" | "#DATA"
    /// ```
    pub(super) fn table(&mut self, start: usize, end: usize) -> NodeId {
        let rest = self.bytes.get(end..).unwrap_or_default();
        if let Some(length) = specifier_length(rest) {
            self.position = end + length;
            return self.place(NodeKind::TableReference, offset(start));
        }
        self.broken_table(start, end)
    }

    /// A property of a smart chip.
    ///
    /// `property = "." ( word | "[" column "]" )`
    pub(super) fn property(&mut self, of: NodeId) -> NodeId {
        let start = self.position + 1;
        let carrier = self.span(of);
        let attached = carrier.end == offset(self.position);
        let can_have_one = matches!(
            self.kind(of),
            NodeKind::Reference(_)
                | NodeKind::TableReference
                | NodeKind::Property { .. }
                | NodeKind::Name
                | NodeKind::Call { .. }
                | NodeKind::Apply { .. }
        );
        let rest = self.bytes.get(start..).unwrap_or_default();
        let end = match rest.first() {
            Some(b'[') => part(rest).map_or(start, |(_, written)| start + written.len()),
            Some(byte) if byte.is_ascii_digit() => start,
            _ => name_end(self.source, start),
        };
        if !attached || !can_have_one || end == start {
            return self.juxtaposed(of);
        }
        self.position = end;
        let property = Span::new(offset(start), offset(end));
        self.place(NodeKind::Property { of, property }, carrier.start)
    }
}

/// The length of the brackets after a table's name; `None` if they can not be read.
fn specifier_length(input: &[u8]) -> Option<usize> {
    let separator = delimited(multispace0, one_of(",;:"), multispace0);
    let parts = delimited(
        (tag("["), multispace0),
        (part, many0_count((separator, part))),
        (multispace0, tag("]")),
    );
    let (_, written) = alt((part, recognize(parts))).parse(input).ok()?;
    Some(written.len())
}

/// `part = "[" ( keyword | column ) "]"`
fn part(input: &[u8]) -> nom::IResult<&[u8], &[u8], ()> {
    let keyword = recognize((
        tag("#"),
        alt((
            tag_no_case("ALL"),
            tag_no_case("HEADERS"),
            tag_no_case("TOTALS"),
            tag_no_case("DATA"),
        )),
    ));
    let column = recognize((
        nom::combinator::not(one_of("#@")),
        take_while1(|byte: u8| !matches!(byte, b'[' | b']')),
    ));
    recognize((tag("["), alt((keyword, column)), tag("]"))).parse(input)
}
