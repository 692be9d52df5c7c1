//! What holds for any text: a sound tree, in linear time and without recursion.

use analyzer::ast::Tree;
use analyzer::parser::{Locale, MAX_NESTING, SyntaxErrorKind as Kind, parse, parse_into};
use proptest::prelude::*;

use crate::formulas::formula;
use crate::sound::is_sound;
use crate::tree::tree;

fn nested(open: &str, inner: &str, close: &str, depth: usize) -> String {
    format!("={}{inner}{}", open.repeat(depth), close.repeat(depth))
}

#[test]
fn nesting_has_a_limit_that_is_an_error() {
    let limit = MAX_NESTING as usize;
    for (open, close) in [("(", ")"), ("SUM(1,", ")"), ("{", "}"), ("-(", ")")] {
        assert_eq!(tree(&nested(open, "1", close, limit)).errors(), []);
        let deep = nested(open, "1", close, limit + 1);
        let kinds: Vec<_> = tree(&deep)
            .errors()
            .iter()
            .map(|error| error.kind)
            .collect();
        assert_eq!(kinds, [Kind::TooDeep], "{open}");
        assert!(!tree(&nested(open, "1", "", 100_000)).errors().is_empty());
    }
}

#[test]
fn long_chains_need_no_nesting() {
    let chains = [
        format!("={}1", "-".repeat(100_000)),
        format!("=1{}", "%".repeat(100_000)),
        format!("=1{}", "+1".repeat(100_000)),
        format!("=1{}", "^1".repeat(100_000)),
        format!("=f(){}", "()".repeat(100_000)),
        format!("=A1{}", ".x".repeat(100_000)),
        format!("=f(){}", ":f()".repeat(100_000)),
    ];
    for chain in chains {
        assert_eq!(tree(&chain).errors(), [], "{}", chain.get(..20).unwrap());
    }
}

#[test]
fn the_deepest_nesting_fits_a_small_stack() {
    // Each level passes through every precedence there is.
    let deep = nested("1=1&2+3*4^-f(", "1", ")", MAX_NESTING as usize);
    let parser = std::thread::Builder::new()
        .stack_size(1024 * 1024)
        .spawn(move || parse(&deep, Locale::default()).errors().len());
    assert_eq!(parser.unwrap().join().unwrap(), 0);
}

#[test]
fn hostile_text_takes_linear_time() {
    // At this length, anything quadratic would take minutes.
    const PIECES: usize = 30_000;
    let pieces = [
        "1.",
        "1 ",
        "a ",
        "A1 ",
        "A1.",
        "a.",
        "1x",
        "[",
        "T[",
        "[1]",
        "[1]!",
        "[1]!a",
        "'",
        "''",
        "\"",
        "\"a",
        "#",
        "#A",
        "@",
        "!",
        "a!",
        "A1!",
        "$",
        "$A",
        "(",
        ")",
        "({",
        "{(",
        "}",
        ",",
        "\\",
        "=",
        "=>",
        "&&",
        "+?",
        "?+",
        "é",
        "😀",
        "“",
        "\u{a0}",
        " ",
        "A1:",
        "A1:A.b",
        "A1 :",
        "1:",
        "a:b!",
        "a b!",
        "\0",
        "f( ",
        "f (",
        "-",
        "<>",
        "T[a] ",
        "T[[#ALL],",
        "A1#",
        "A1#REF!",
        "1%",
        "A1.[",
        "\"a\"b",
    ];
    for piece in pieces {
        let source = format!("={}", piece.repeat(PIECES));
        for locale in [Locale::default(), Locale::from_tag("de-DE")] {
            let tree = parse(&source, locale);
            assert!(tree.root().is_some() || !tree.errors().is_empty());
        }
    }
}

/// Bits of formulas, valid and not, that trees of any kind and most errors can be made of.
fn formula_like() -> impl Strategy<Value = String> {
    let pieces = vec![
        "A1", "$B$2", "A:", ":", "SUM(", "(", ")", ",", ";", "\\", "{", "}", "[", "]", "\"", "'",
        "!", "#REF!", "#", "@", "+", "-", "*", "%", "<", ">", "=", "&", "1", "1.5", ".", ",5", "e",
        " ", "\u{a0}", "é", "“", "x", "TRUE", "Sheet1!", "T[c]", "[#ALL]", "\0", "$", "?", "[1]",
        "😀",
    ];
    let piece = prop::sample::select(pieces);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_text_gives_a_sound_tree(source in any::<String>(), decimal_comma: bool) {
        is_sound(&source, Locale { decimal_comma });
    }

    #[test]
    fn anything_like_a_formula_gives_a_sound_tree(source in formula_like(), decimal_comma: bool) {
        is_sound(&source, Locale { decimal_comma });
    }

    #[test]
    fn a_valid_formula_has_no_errors(source in formula()) {
        let tree = tree(&source);
        prop_assert_eq!(tree.errors(), [], "{}", source);
    }

    #[test]
    fn a_damaged_formula_gives_a_sound_tree(
        source in formula(),
        at in any::<prop::sample::Index>(),
        length in 0_usize..4,
        patch in prop::sample::select(vec!["", "(", ")", "\"", "'", ",", "!", "[", "]", "{", "#", "@", " ", "A", "é"]),
    ) {
        let characters: Vec<char> = source.chars().collect();
        let start = at.index(characters.len());
        let end = (start + length).min(characters.len());
        let before: String = characters.iter().take(start).collect();
        let after: String = characters.iter().skip(end).collect();
        is_sound(&format!("{before}{patch}{after}"), Locale::default());
    }

    #[test]
    fn a_tree_used_again_is_as_good_as_new(first in formula_like(), second in formula_like()) {
        let mut tree = Tree::default();
        parse_into(&mut tree, &first, Locale::default());
        parse_into(&mut tree, &second, Locale::default());
        let fresh = parse(&second, Locale::default());
        prop_assert_eq!(tree.nodes(), fresh.nodes());
        prop_assert_eq!(tree.root(), fresh.root());
        prop_assert_eq!(tree.errors(), fresh.errors());
    }
}
