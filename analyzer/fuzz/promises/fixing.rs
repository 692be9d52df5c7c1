//! Fixes: each mends what it is for, and all the safe ones together leave a formula that needs none.

use analyzer::finding::{Finding, Fix};
use analyzer::fix;
use analyzer::parser::{Locale, parse};

use super::auditing::audited;

/// After how many rounds of safe fixes there must be nothing left to fix: what stands inside of
/// something that is fixed itself is for the next round.
const MOST_ROUNDS: usize = 12;

/// Each fix leaves a formula in which less is wrong: of one that reads one that reads too, in which
/// what the fix is for is no longer found, and of another one with fewer errors.
#[track_caller]
pub fn each_fix_mends(source: &str, locale: Locale) {
    let Ok(audit) = audited(source, locale) else {
        return;
    };
    let errors = parse(source, locale).errors().len();
    for finding in &audit.findings {
        let Some(fix) = &finding.fix else {
            continue;
        };
        let mended = fix::apply(source, [fix]);
        let told = || format!("{source:?} becomes {mended:?} by {finding:?}");
        assert_ne!(mended, source, "{}", told());
        let left = parse(&mended, locale);
        if errors > 0 {
            assert!(left.errors().len() < errors, "{}", told());
            continue;
        }
        assert_eq!(left.errors(), [], "{}", told());
        let Ok(after) = audited(&mended, locale) else {
            continue;
        };
        let is_same =
            |other: &&Finding| other.rule == finding.rule && other.message == finding.message;
        let before = audit.findings.iter().filter(is_same).count();
        let after = after.findings.iter().filter(is_same).count();
        // Of many findings not all are told, so that those left may be ones not told before.
        assert!(after < before || before >= 16, "{}", told());
    }
}

/// All safe fixes, applied together until none is left, come to an end with a formula that reads.
#[track_caller]
pub fn safe_fixes_come_to_an_end(source: &str, locale: Locale) {
    if !parse(source, locale).errors().is_empty() {
        return;
    }
    let mut text = source.to_owned();
    for _ in 0..MOST_ROUNDS {
        let Ok(audit) = audited(&text, locale) else {
            return;
        };
        let fixes = audit
            .findings
            .iter()
            .filter_map(|finding| finding.fix.as_ref());
        let safe: Vec<&Fix> = fixes.filter(|fix| fix.safe).collect();
        if safe.is_empty() {
            return;
        }
        let mended = fix::apply(&text, safe.iter().copied());
        let tree = parse(&mended, locale);
        assert_eq!(tree.errors(), [], "{text:?} becomes {mended:?} by {safe:?}");
        assert_ne!(mended, text, "{safe:?}");
        text = mended;
    }
    panic!("{source:?} is not done after {MOST_ROUNDS} rounds: {text:?}");
}
