//! A policy of any text: compiles to sentences that stand in the text, and checks formulas.

use std::sync::LazyLock;

use analyzer::policy::{Compiled, Lexicon, compile};

static LEXICON: LazyLock<Lexicon> = LazyLock::new(Lexicon::english);

/// Formulas with most of what a policy can be about.
const FORMULAS: [&str; 4] = [
    "=VLOOKUP(B2,Data!A:C,2)*1.19+INDIRECT(\"A\"&ROW())",
    "=IF(A1>0,IFERROR(SUM($B$2:B9)/C1,0),HYPERLINK(\"http://example.com/?q=\"&A1))",
    "=LET(x,TODAY()-30%,{x,2;\"a\",TRUE})&#REF!",
    "=",
];

/// The text compiles, and its sentences lie in it in their order.
#[track_caller]
pub fn compiles(text: &str) -> Compiled {
    let compiled = compile(text, &LEXICON);
    let mut end = 0;
    for sentence in &compiled.sentences {
        let span = sentence.span;
        let range = span.start as usize..span.end as usize;
        assert!(text.get(range).is_some(), "{text:?}: {span:?}");
        assert!(end <= span.start, "{text:?}: {span:?} comes too early");
        end = span.end;
        for unread in &sentence.unread {
            assert!(span.contains(*unread), "{text:?}: {unread:?}");
            assert!(
                text.get(unread.start as usize..unread.end as usize)
                    .is_some(),
                "{text:?}: {unread:?}"
            );
        }
    }
    let wire = compiled.to_wire(text);
    assert_eq!(wire.sentences.len(), compiled.sentences.len());
    compiled
}

/// The text compiles, and checks formulas without trouble.
#[track_caller]
pub fn compiles_and_checks(text: &str) {
    let compiled = compiles(text);
    for formula in FORMULAS {
        for violation in compiled.violations(formula) {
            let range = violation.span.start as usize..violation.span.end as usize;
            assert!(formula.get(range).is_some(), "{text:?}: {violation:?}");
        }
    }
}
