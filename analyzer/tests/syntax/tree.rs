//! Shows a tree as text, so that a test can say which tree it expects.

use analyzer::ast::{Formula, NodeId, NodeKind, Tree};
use analyzer::parser::{Locale, parse};

/// Parses as `en-US` writes formulas.
pub(crate) fn tree(source: &str) -> Tree {
    parse(source, Locale::default())
}

/// The tree in brackets: `(+ A1 (* 2 B1))`. References and names are as they are written.
pub(crate) fn shape(source: &str, locale: Locale) -> String {
    let tree = parse(source, locale);
    let formula = Formula {
        source,
        tree: &tree,
    };
    tree.root()
        .map_or_else(|| "nothing".to_owned(), |root| nested(formula, root))
}

fn nested(formula: Formula<'_>, id: NodeId) -> String {
    let mut children = Vec::new();
    formula.for_each_child(id, |child| children.push(nested(formula, child)));
    let head = head(formula, id);
    if children.is_empty() && !head.starts_with("call") && !head.starts_with("array") {
        return head;
    }
    children.insert(0, head);
    format!("({})", children.join(" "))
}

/// Every node in order, without its position: equal for trees that are equal but for spans.
pub(crate) fn nodes(formula: Formula<'_>) -> Vec<String> {
    formula
        .nodes()
        .map(|(id, _)| {
            let mut children = Vec::new();
            formula.for_each_child(id, |child| children.push(child.index()));
            format!("{} {children:?}", head(formula, id))
        })
        .collect()
}

fn head(formula: Formula<'_>, id: NodeId) -> String {
    match formula.kind(id) {
        NodeKind::Number(value) => format!("{value:?}"),
        NodeKind::Text => format!("{:?}", formula.text(id).unwrap_or_default()),
        NodeKind::Boolean(value) => value.to_string(),
        NodeKind::Error(value) => {
            let written = formula.written(id);
            let sheet = written
                .rsplit_once("!#")
                .map(|(sheet, _)| sheet.trim_matches('\''));
            sheet.map_or_else(
                || value.literal().to_owned(),
                |sheet| format!("{sheet}!{}", value.literal()),
            )
        }
        NodeKind::Missing => "_".to_owned(),
        NodeKind::Reference(reference) => {
            let sheet = formula.sheet_name(&reference);
            let corner = |corner: analyzer::ast::Corner| {
                format!(
                    "{}{}.{}{}",
                    if corner.column_absolute { "$" } else { "" },
                    corner.column,
                    if corner.row_absolute { "$" } else { "" },
                    corner.row
                )
            };
            format!(
                "<{}{}{}>",
                sheet.map(|sheet| format!("{sheet}!")).unwrap_or_default(),
                corner(reference.first),
                reference
                    .last
                    .map(|last| format!(":{}", corner(last)))
                    .unwrap_or_default()
            )
        }
        NodeKind::Name => {
            let (sheet, name) = formula.name_parts(id);
            sheet.map_or_else(|| name.to_owned(), |sheet| format!("{sheet}!{name}"))
        }
        NodeKind::TableReference => {
            let one_spelling = formula.written(id).replace(' ', "").replace(';', ",");
            one_spelling.to_uppercase()
        }
        NodeKind::Property { property, .. } => format!(".{}", property.of(formula.source)),
        NodeKind::Group(_) => "group".to_owned(),
        NodeKind::Prefix(operator, _) => operator.symbol().to_owned(),
        NodeKind::Percent(_) => "%".to_owned(),
        NodeKind::Infix(operator, ..) => operator.symbol().to_owned(),
        NodeKind::Call { name, .. } => {
            format!("call {}", name.of(formula.source).to_uppercase())
        }
        NodeKind::Apply { .. } => "apply".to_owned(),
        NodeKind::Array(_) => "array".to_owned(),
        NodeKind::ArrayRow(_) => "row".to_owned(),
        NodeKind::Invalid => format!("invalid {:?}", formula.written(id)),
    }
}
