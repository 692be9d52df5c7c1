//! The tree of a formula as nested JSON, for people and programs that want to see how it was read.
//!
//! Written without recursion: a chain of operators makes a tree as deep as its formula is long.

use std::io::{self, Write};

use analyzer::ast::{Formula, NodeId, NodeKind};
use analyzer::report::Utf16Span;
use analyzer::span::Utf16Map;
use serde::Serialize;

use super::utf16;

/// What is still to be written.
enum Piece {
    Node(NodeId),
    Text(&'static str),
}

/// All that an object says of a node but its children.
#[derive(Serialize)]
struct Head<'a> {
    kind: &'static str,
    span: Utf16Span,
    /// The node as written, if it has no children.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    /// The name of a called function or of a property, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operator: Option<&'static str>,
}

/// Writes the tree of the formula; `null` if there is none.
pub(super) fn write(out: &mut impl Write, formula: Formula<'_>) -> io::Result<()> {
    let Some(root) = formula.tree.root() else {
        return out.write_all(b"null");
    };
    let map = Utf16Map::new(formula.source);
    let mut ahead = vec![Piece::Node(root)];
    let mut head = Vec::new();
    while let Some(piece) = ahead.pop() {
        let id = match piece {
            Piece::Text(text) => {
                out.write_all(text.as_bytes())?;
                continue;
            }
            Piece::Node(id) => id,
        };
        head.clear();
        serde_json::to_writer(&mut head, &Head::of(formula, id, &map))?;
        // The children go into the same object, before its closing brace.
        out.write_all(head.strip_suffix(b"}").unwrap_or(&head))?;
        out.write_all(b",\"children\":[")?;
        ahead.push(Piece::Text("]}"));
        let first = ahead.len();
        formula.for_each_child(id, |child| {
            if ahead.len() > first {
                ahead.push(Piece::Text(","));
            }
            ahead.push(Piece::Node(child));
        });
        if let Some(children) = ahead.get_mut(first..) {
            children.reverse();
        }
    }
    Ok(())
}

impl<'a> Head<'a> {
    fn of(formula: Formula<'a>, id: NodeId, map: &Utf16Map) -> Self {
        let node = formula.node(id);
        let mut head = Self {
            kind: kind_name(&node.kind),
            span: utf16(map, node.span),
            text: None,
            name: None,
            operator: None,
        };
        match node.kind {
            NodeKind::Call { name, .. } => head.name = Some(name.of(formula.source)),
            NodeKind::Property { property, .. } => head.name = Some(property.of(formula.source)),
            NodeKind::Prefix(operator, _) => head.operator = Some(operator.symbol()),
            NodeKind::Infix(operator, ..) => head.operator = Some(operator.symbol()),
            NodeKind::Percent(_) => head.operator = Some("%"),
            NodeKind::Group(_)
            | NodeKind::Apply { .. }
            | NodeKind::Array(_)
            | NodeKind::ArrayRow(_) => {}
            NodeKind::Number(_)
            | NodeKind::Text
            | NodeKind::Boolean(_)
            | NodeKind::Error(_)
            | NodeKind::Missing
            | NodeKind::Reference(_)
            | NodeKind::Name
            | NodeKind::TableReference
            | NodeKind::Invalid => head.text = Some(formula.written(id)),
        }
        head
    }
}

const fn kind_name(kind: &NodeKind) -> &'static str {
    match kind {
        NodeKind::Number(_) => "number",
        NodeKind::Text => "text",
        NodeKind::Boolean(_) => "boolean",
        NodeKind::Error(_) => "error",
        NodeKind::Missing => "missing",
        NodeKind::Reference(_) => "reference",
        NodeKind::Name => "name",
        NodeKind::TableReference => "tableReference",
        NodeKind::Property { .. } => "property",
        NodeKind::Group(_) => "group",
        NodeKind::Prefix(..) => "prefix",
        NodeKind::Percent(_) => "percent",
        NodeKind::Infix(..) => "infix",
        NodeKind::Call { .. } => "call",
        NodeKind::Apply { .. } => "apply",
        NodeKind::Array(_) => "array",
        NodeKind::ArrayRow(_) => "arrayRow",
        NodeKind::Invalid => "invalid",
    }
}
