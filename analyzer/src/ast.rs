//! The tree of a formula: one arena of plain, copyable nodes. Names and texts are spans of the
//! source, so a tree owns no strings and can be filled again without allocating.
//!
//! Children always stand before their parent, so reading the nodes in order walks the tree from
//! its leaves to its root without recursion. Nothing here knows how a tree is made.

use std::borrow::Cow;

use crate::functions::{Function, FunctionId};
use crate::parser::SyntaxError;
use crate::span::Span;

/// A node of one [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(crate) u32);

impl NodeId {
    /// The position of the node in [`Tree::nodes`].
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// The children of a call, an application, an array or an array row: a range of [`Tree::lists`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct NodeList {
    pub(crate) start: u32,
    pub(crate) len: u32,
}

impl NodeList {
    /// How many nodes the list holds.
    #[must_use]
    pub const fn len(self) -> usize {
        self.len as usize
    }

    /// Whether the list holds no node.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len == 0
    }
}

/// One node: what it is and where it stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Node {
    /// What the node is.
    pub kind: NodeKind,
    /// Where it stands in the source, surrounding white space left out.
    pub span: Span,
}

/// What a node is. Everything that a name or a text says is read from the source by its span.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NodeKind {
    /// `1.5`, `1e5`.
    Number(f64),
    /// `"text"`: the node's span includes the quotes. [`Formula::text`] gives its value.
    Text,
    /// `TRUE`, `FALSE`.
    Boolean(bool),
    /// `#N/A`, `Sheet1!#REF!`; also with cells behind it, which Sheets leaves of a reference to a
    /// deleted sheet: `#REF!A1:B2`.
    Error(ErrorValue),
    /// An argument or array item that is left out: `IF(A1,,0)`. Its span is empty.
    Missing,
    /// `A1`, `Sheet1!$A$2:C`, `2:2`. A range of two plain corners is one node.
    Reference(Reference),
    /// A named range, a named function without a call, a `LET` name or a `LAMBDA` parameter; also
    /// with a sheet or a connected table before it: `orders!price`. [`Formula::name_parts`].
    Name,
    /// `Sales[Amount]`, `Sales[[#ALL],[Amount]]`: a reference into a table. Its span says which.
    TableReference,
    /// `A2.date`, `A2.[file name]`: a property of a smart chip.
    Property {
        /// What carries the property.
        of: NodeId,
        /// The property's name as written, brackets included, without the dot.
        property: Span,
    },
    /// An expression in parentheses.
    Group(NodeId),
    /// `-A1`, `+A1`.
    Prefix(PrefixOperator, NodeId),
    /// `A1%`.
    Percent(NodeId),
    /// `A1+B1`, `A1:INDEX(A:A,5)`.
    Infix(InfixOperator, NodeId, NodeId),
    /// `SUM(A1,B1)`: a call by name.
    Call {
        /// The name as written.
        name: Span,
        /// The built-in function, if the name is one (case aside).
        function: Option<FunctionId>,
        /// The arguments in order; one that is left out is [`NodeKind::Missing`]. `F()` has none.
        arguments: NodeList,
    },
    /// `LAMBDA(x,x+1)(2)`, `f(1)(2)`: a call of a result.
    Apply {
        /// What is called.
        callee: NodeId,
        /// The arguments in order.
        arguments: NodeList,
    },
    /// `{1,2;3,4}`: a list of [`NodeKind::ArrayRow`].
    Array(NodeList),
    /// One row of an array.
    ArrayRow(NodeList),
    /// Text that could not be read; a [`SyntaxError`] says why.
    Invalid,
}

/// An operator before its operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PrefixOperator {
    /// `+`
    Plus,
    /// `-`
    Minus,
}

/// An operator between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InfixOperator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `^`
    Power,
    /// `&`
    Concatenate,
    /// `=`
    Equal,
    /// `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `:` where at least one side is not a plain corner.
    Range,
}

/// An error value written into a formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorValue {
    /// `#ERROR!`
    Error,
    /// `#NULL!`
    Null,
    /// `#DIV/0!`
    DivisionByZero,
    /// `#VALUE!`
    Value,
    /// `#REF!`
    Reference,
    /// `#NAME?`
    Name,
    /// `#NUM!`
    Number,
    /// `#N/A`
    NotAvailable,
}

/// A decoded reference to a cell or a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Reference {
    /// The sheet name as written, quotes included, `!` left out. [`Formula::sheet_name`] reads it.
    pub sheet: Option<Span>,
    /// The first corner as written (`A1` of `A1:B2`, `A` of `A:B2`).
    pub first: Corner,
    /// The second corner of a range; `None` for a single cell.
    pub last: Option<Corner>,
}

/// One end of a reference. At least one of column and row is present.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Corner {
    /// The column, 1 for `A`, up to 18,278 for `ZZZ`; 0 where the corner has none (`2` of `A2:2`).
    pub column: u16,
    /// Whether a `$` stands before the column.
    pub column_absolute: bool,
    /// Whether a `$` stands before the row.
    pub row_absolute: bool,
    /// The row, from 1; 0 where the corner has none (`A` of `A2:A`).
    pub row: u32,
}

impl Reference {
    /// Whether the reference is open or covers whole columns or rows: `A:A`, `1:1`, `A2:A`.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.last.is_some_and(|last| {
            self.first.column == 0 || self.first.row == 0 || last.column == 0 || last.row == 0
        })
    }
}

/// The arena of one formula, with every syntax error that was found on the way.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    pub(crate) nodes: Vec<Node>,
    pub(crate) lists: Vec<NodeId>,
    pub(crate) root: Option<NodeId>,
    pub(crate) errors: Vec<SyntaxError>,
    /// Where the parser keeps the children of lists that are not complete yet. Empty afterwards.
    pub(crate) scratch: Vec<NodeId>,
}

impl Tree {
    /// Empties the tree and keeps its memory.
    pub(crate) fn clear(&mut self) {
        self.nodes.clear();
        self.lists.clear();
        self.root = None;
        self.errors.clear();
        self.scratch.clear();
    }

    /// Every node, children before parents.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The outermost node; `None` when the source holds no expression at all.
    #[must_use]
    pub fn root(&self) -> Option<NodeId> {
        self.root
    }

    /// What is wrong with the formula, in the order of the source.
    #[must_use]
    pub fn errors(&self) -> &[SyntaxError] {
        &self.errors
    }
}

/// A tree beside the text it was read from: the view that rules and printers work on.
#[derive(Clone, Copy, Debug)]
pub struct Formula<'a> {
    /// The formula as written, with its leading `=` where it has one.
    pub source: &'a str,
    /// Its tree.
    pub tree: &'a Tree,
}

impl<'a> Formula<'a> {
    /// The node at `id`. An id of another tree gives [`NodeKind::Invalid`].
    #[must_use]
    pub fn node(&self, id: NodeId) -> Node {
        let missing = Node {
            kind: NodeKind::Invalid,
            span: Span::default(),
        };
        self.tree.nodes.get(id.index()).copied().unwrap_or(missing)
    }

    /// What the node is.
    #[must_use]
    pub fn kind(&self, id: NodeId) -> NodeKind {
        self.node(id).kind
    }

    /// What the node is, parentheses around it looked through.
    #[must_use]
    pub fn kind_inside(&self, id: NodeId) -> NodeKind {
        self.kind(self.inside(id))
    }

    /// The first node below `id` that is not a pair of parentheses.
    #[must_use]
    pub fn inside(&self, mut id: NodeId) -> NodeId {
        while let NodeKind::Group(inner) = self.kind(id) {
            id = inner;
        }
        id
    }

    /// The whole of the source.
    pub(crate) fn whole(&self) -> Span {
        Span::new(0, u32::try_from(self.source.len()).unwrap_or(u32::MAX))
    }

    /// Where the sign of a node that has one stands, up to its operand.
    pub(crate) fn sign(&self, id: NodeId) -> Option<Span> {
        match self.node(id) {
            Node {
                kind: NodeKind::Prefix(_, operand),
                span,
            } => Some(Span::new(span.start, self.span(operand).start)),
            _ => None,
        }
    }

    /// Where the node stands.
    #[must_use]
    pub fn span(&self, id: NodeId) -> Span {
        self.node(id).span
    }

    /// The node as written.
    #[must_use]
    pub fn written(&self, id: NodeId) -> &'a str {
        self.span(id).of(self.source)
    }

    /// The nodes of a list.
    #[must_use]
    pub fn list(&self, list: NodeList) -> &'a [NodeId] {
        let start = list.start as usize;
        self.tree
            .lists
            .get(start..start + list.len())
            .unwrap_or_default()
    }

    /// Every node with its id, children before parents.
    #[must_use]
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = (NodeId, Node)> + 'a {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a tree holds fewer nodes than a formula has bytes"
        )]
        self.tree
            .nodes
            .iter()
            .enumerate()
            .map(|(index, node)| (NodeId(index as u32), *node))
    }

    /// The built-in function and the arguments, if the node is a call of one.
    #[must_use]
    pub fn call(&self, id: NodeId) -> Option<(&'static Function, &'a [NodeId])> {
        match self.kind(id) {
            NodeKind::Call {
                function: Some(function),
                arguments,
                ..
            } => Some((function.function(), self.list(arguments))),
            _ => None,
        }
    }

    /// The value of a text literal, its doubled quotes made single; `None` for another node.
    #[must_use]
    pub fn text(&self, id: NodeId) -> Option<Cow<'a, str>> {
        let NodeKind::Text = self.kind(id) else {
            return None;
        };
        let written = self.written(id);
        let inner = written.strip_prefix('"').unwrap_or(written);
        let inner = inner.strip_suffix('"').unwrap_or(inner);
        Some(undouble(inner, '"'))
    }

    /// The name of the sheet that a reference names, quotes removed.
    #[must_use]
    pub fn sheet_name(&self, reference: &Reference) -> Option<Cow<'a, str>> {
        Some(sheet_name(reference.sheet?.of(self.source)))
    }

    /// What a [`NodeKind::Name`] says: the sheet or connected table before its `!`, quotes removed,
    /// if it has one, and the name itself as written.
    #[must_use]
    pub fn name_parts(&self, id: NodeId) -> (Option<Cow<'a, str>>, &'a str) {
        let written = self.written(id);
        match written.rsplit_once('!') {
            Some((sheet, name)) => (Some(sheet_name(sheet)), name),
            None => (None, written),
        }
    }

    /// Calls `visit` for each direct child, in the order of the source.
    pub fn for_each_child(&self, id: NodeId, mut visit: impl FnMut(NodeId)) {
        match self.kind(id) {
            NodeKind::Property { of: inner, .. }
            | NodeKind::Group(inner)
            | NodeKind::Prefix(_, inner)
            | NodeKind::Percent(inner) => visit(inner),
            NodeKind::Infix(_, left, right) => {
                visit(left);
                visit(right);
            }
            NodeKind::Call {
                arguments: list, ..
            }
            | NodeKind::Array(list)
            | NodeKind::ArrayRow(list) => self.list(list).iter().copied().for_each(visit),
            NodeKind::Apply { callee, arguments } => {
                visit(callee);
                self.list(arguments).iter().copied().for_each(visit);
            }
            NodeKind::Number(_)
            | NodeKind::Text
            | NodeKind::Boolean(_)
            | NodeKind::Error(_)
            | NodeKind::Missing
            | NodeKind::Reference(_)
            | NodeKind::Name
            | NodeKind::TableReference
            | NodeKind::Invalid => {}
        }
    }
}

/// The name of a sheet from how it is written in a reference: quotes removed.
pub(crate) fn sheet_name(written: &str) -> Cow<'_, str> {
    match written
        .strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix('\''))
    {
        Some(quoted) => undouble(quoted, '\''),
        None => Cow::Borrowed(written),
    }
}

/// `text` with each doubled `quote` made single.
fn undouble(text: &str, quote: char) -> Cow<'_, str> {
    if text.contains(quote) {
        let doubled: String = [quote, quote].iter().collect();
        Cow::Owned(text.replace(&doubled, &quote.to_string()))
    } else {
        Cow::Borrowed(text)
    }
}
