//! Everything between brackets: calls, groups, arrays, table references and properties.

use nom::Parser as _;
use nom::branch::alt;
use nom::bytes::complete::{tag, tag_no_case, take_while1};
use nom::character::complete::{multispace0, one_of};
use nom::combinator::recognize;
use nom::multi::many0_count;
use nom::sequence::delimited;

use super::scan::{byte_at, name_end};
use super::{MAX_NESTING, Parser, Placed, SyntaxErrorKind, offset};
use crate::ast::{NodeKind, NodeList};
use crate::functions;
use crate::span::Span;

/// How a step in a bracketed list ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// A separator was read: the next item follows.
    Next,
    /// The separator between the rows of an array was read.
    NextRow,
    /// The list is over, closed or not.
    End,
}

impl Parser<'_> {
    /// `call = word arguments`, the word being at `start..end`.
    pub(super) fn call(&mut self, start: usize, end: usize) -> Placed {
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
    pub(super) fn apply(&mut self, callee: Placed) -> Placed {
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
        let kind = NodeKind::Apply {
            callee: callee.id,
            arguments,
        };
        self.place(kind, callee.start)
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
            self.tree.scratch.push(skipped.id);
            return self.collect(base);
        }
        self.position += 1;
        if self.byte_after_space() == b')' {
            self.position += 1;
        } else {
            loop {
                let argument = self.item();
                self.tree.scratch.push(argument.id);
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
        self.collect(base)
    }

    /// An argument or an array item, which may be left out. Stands on the byte that ends it.
    ///
    /// `item = [ expression ]`
    #[inline]
    fn item(&mut self) -> Placed {
        let byte = self.byte_after_space();
        // A decimal comma may begin a number: `IF(A1;,5)`.
        let begins_number = byte == b','
            && self.point == b','
            && byte_at(self.bytes, self.position + 1).is_ascii_digit();
        let left_out = matches!(byte, b',' | b';' | b'\\' | b')' | b'}') || self.at_end();
        if left_out && !begins_number {
            return self.place(NodeKind::Missing, offset(self.position));
        }
        self.expression()
    }

    /// `group = "(" expression ")"`
    pub(super) fn group(&mut self) -> Placed {
        let open = self.position;
        if !self.enter_parenthesis() {
            return self.skip_nested(open);
        }
        self.position += 1;
        let mut inner = self.expression();
        if self.byte() == b')' {
            self.position += 1;
        } else {
            while self.list_trouble(open, b')') != Step::End {
                let next = self.item();
                inner = self.invalid(inner, next.end);
                if self.byte() == b')' {
                    self.position += 1;
                    break;
                }
            }
        }
        self.open_parentheses -= 1;
        self.place(NodeKind::Group(inner.id), offset(open))
    }

    /// ```text
    /// array  = "{" [ row { ";" row } ] "}"
    /// row    = item { column_separator item }
    /// ```
    pub(super) fn array(&mut self) -> Placed {
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
        let rows = self.collect(rows);
        self.place(NodeKind::Array(rows), offset(open))
    }

    /// Reads one row and leaves it on the scratch stack.
    fn row(&mut self, open: usize) -> Step {
        let items = self.tree.scratch.len();
        let start = self.byte_start();
        let mut end;
        let step = loop {
            let item = self.item();
            end = item.end;
            self.tree.scratch.push(item.id);
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
        let items = self.collect(items);
        let row = self.place_at(NodeKind::ArrayRow(items), start, end);
        self.tree.scratch.push(row.id);
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

    /// Moves what stands on the scratch stack above `base` into the tree's lists.
    #[inline]
    fn collect(&mut self, base: usize) -> NodeList {
        let tree = &mut *self.tree;
        let start = offset(tree.lists.len());
        tree.lists.extend(tree.scratch.drain(base..));
        NodeList {
            start,
            len: offset(tree.lists.len()) - start,
        }
    }

    /// Decides what to do at a byte that neither continues nor closes the list begun at `open`.
    #[cold]
    fn list_trouble(&mut self, open: usize, closer: u8) -> Step {
        let here = Span::new(offset(self.position), offset(self.position + 1));
        let bracket = Span::new(offset(open), offset(open + 1));
        if self.at_end() {
            if !self.rest_taken {
                let end = self.content_end();
                self.error(SyntaxErrorKind::UnclosedBracket { end }, bracket);
            }
            return Step::End;
        }
        match self.byte() {
            b',' | b';' | b'\\' => {
                let is_group = byte_at(self.bytes, open) == b'('
                    && (self.byte() == self.argument_separator || self.byte() == b';');
                let kind = if is_group {
                    SyntaxErrorKind::Union
                } else {
                    SyntaxErrorKind::WrongSeparator {
                        expected: if closer == b'}' {
                            self.column_separator
                        } else {
                            self.argument_separator
                        },
                    }
                };
                self.error(kind, here);
                self.position += 1;
                Step::Next
            }
            byte @ (b')' | b'}') => {
                let outer = if byte == b')' {
                    self.open_parentheses
                } else {
                    self.open_braces
                };
                if outer > 0 {
                    let end = self.content_end();
                    self.error(SyntaxErrorKind::UnclosedBracket { end }, bracket);
                } else {
                    self.error(
                        SyntaxErrorKind::MismatchedBracket { expected: closer },
                        here,
                    );
                    self.position += 1;
                }
                Step::End
            }
            _ => {
                self.error(SyntaxErrorKind::UnexpectedCharacter, here);
                self.position += 1;
                Step::Next
            }
        }
    }

    /// A reference into a table whose name is at `start..end`, a `[` behind it.
    ///
    /// ```text
    /// table    = word "[" ( keyword | column | part { ( "," | ";" | ":" ) part } ) "]"
    /// part     = "[" ( keyword | column ) "]"
    /// keyword  = "#ALL" | "#HEADERS" | "#TOTALS" | "#DATA"
    /// ```
    pub(super) fn table(&mut self, start: usize, end: usize) -> Placed {
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
    pub(super) fn property(&mut self, of: Placed) -> Placed {
        let start = self.position + 1;
        let attached = of.end == offset(self.position);
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
        self.place(
            NodeKind::Property {
                of: of.id,
                property,
            },
            of.start,
        )
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
