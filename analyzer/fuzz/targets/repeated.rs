//! A short text, repeated until it is long: nothing that is done with it takes too long.

#![no_main]

use std::hint::black_box;
use std::time::Duration;

use analyzer::ast::Formula;
use analyzer::audit::LONGEST_FORMULA;
use analyzer::explain::explain;
use analyzer::format::pretty;
use analyzer::parser::parse;
use analyzer::print::canonical;
use promises::{LOCALES, auditing, policies};
use rustix::time::{ClockId, clock_gettime};

/// The length of the text, in bytes.
const LONG: usize = 64 << 10;
/// What each thing that is done with it may take of the processor, whatever else the machine does:
/// a second as users have it, which instrumentation and assertions make four times as long.
const LIMIT: Duration = Duration::from_secs(4);

// What stands before a tab is written once, in front.
libfuzzer_sys::fuzz_target!(|text: &str| {
    let (front, piece) = text.split_once('\t').unwrap_or(("=", text));
    if piece.is_empty() {
        return;
    }
    let long = |length: usize| format!("{front}{}", piece.repeat(length / piece.len()));
    let source = long(LONG);
    for locale in LOCALES {
        let tree = within_limit("parse", || parse(&source, locale));
        let formula = Formula {
            source: &source,
            tree: &tree,
        };
        within_limit("print", || canonical(formula, locale));
        within_limit("lay out", || pretty(formula, locale, 60));
        within_limit("explain", || explain(formula, locale));
        // The longest that an audit takes, and half of it, whose errors may be others.
        for source in [long(LONGEST_FORMULA / 2), long(LONGEST_FORMULA - 64)] {
            let _ = within_limit("audit", || auditing::audited(&source, locale));
        }
    }
    within_limit("compile", || policies::compiles(&source));
});

fn within_limit<T>(what: &str, act: impl FnOnce() -> T) -> T {
    let started = processor_time();
    let done = black_box(act());
    let taken = processor_time().saturating_sub(started);
    assert!(taken <= LIMIT, "to {what} takes {taken:?}");
    done
}

/// What this thread has taken of the processor so far.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}
