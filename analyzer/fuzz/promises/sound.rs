//! A sound tree: its spans nest and lie on characters, each node has one parent, and what could not
//! be read has an error.

use analyzer::ast::{Formula, NodeKind};
use analyzer::parser::{Locale, parse};

/// The tree of any text is sound, and so are the repairs of its errors.
#[track_caller]
pub fn is_sound(source: &str, locale: Locale) {
    let tree = parse(source, locale);
    let formula = Formula {
        source,
        tree: &tree,
    };
    // What a long text costs is bounded by its length.
    assert!(tree.nodes().len() <= 2 * source.len() + 2, "{source:?}");
    let mut parents = vec![0_usize; tree.nodes().len()];
    for (id, node) in formula.nodes() {
        assert!(node.span.start <= node.span.end);
        assert!(
            source
                .get(node.span.start as usize..node.span.end as usize)
                .is_some()
        );
        let mut last_end = node.span.start;
        formula.for_each_child(id, |child| {
            let span = formula.span(child);
            assert!(child < id, "children come before parents");
            assert!(
                node.span.contains(span),
                "{source:?}: {span:?} in {:?}",
                node.span
            );
            assert!(last_end <= span.start, "{source:?}: siblings in order");
            last_end = span.end;
            if let Some(count) = parents.get_mut(child.index()) {
                *count += 1;
            }
        });
    }
    for ((id, node), parents) in formula.nodes().zip(parents) {
        let expected = usize::from(tree.root() != Some(id));
        assert_eq!(parents, expected, "{source:?}: one parent for {node:?}");
    }
    let has_invalid = tree
        .nodes()
        .iter()
        .any(|node| node.kind == NodeKind::Invalid);
    assert!(!has_invalid || !tree.errors().is_empty(), "{source:?}");
    for error in tree.errors() {
        assert!(
            source
                .get(error.span.start as usize..error.span.end as usize)
                .is_some()
        );
        assert!(error.message(source).ends_with('.'), "{error:?}");
        for edit in error
            .repair(source)
            .map(|fix| fix.edits)
            .unwrap_or_default()
        {
            assert!(
                source
                    .get(edit.span.start as usize..edit.span.end as usize)
                    .is_some()
            );
        }
    }
    assert!(tree.errors().is_sorted_by_key(|error| error.span));
}
