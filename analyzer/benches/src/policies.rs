//! How long fifty rules of policies take over a list of formulas, beside what another parser takes
//! only to parse it: in one run, taking turns.
//!
//! Reads `euses-dev.txt` in the folder named by `SHEETBRAIN_CORPUS`, one formula a line, or makes a
//! small list itself. Every formula is checked by itself: no result is shared between copies.

use std::hint::black_box;
use std::time::{Duration, Instant};

use analyzer::ast::{Formula, Tree};
use analyzer::parser::{Locale, parse, parse_into};
use analyzer::policy::{Compiled, Incremental, Lexicon, compile};
use analyzer::rule::{Context, Surroundings};
use analyzer_bench::formulas;

const ROUNDS: usize = 31;

/// How many formulas are read before it is the next one's turn.
const TURN: usize = 500;

/// Rules that an organization could have: twenty-five sentences and as many patterns.
const POLICY: &str = r#"
Do not use INDIRECT.
Do not use OFFSET.
Do not use volatile functions.
VLOOKUP must use exact match.
HLOOKUP must use exact match.
MATCH must use exact match.
No formula may nest more than 3 IFs.
Formulas must have at most 300 characters.
Formulas must have at most 12 operators.
Formulas must have at most 15 references.
Formulas must have at most 6 levels of nesting.
IMPORTRANGE must be wrapped in IFERROR.
GOOGLEFINANCE must be wrapped in IFERROR.
Formulas must not use references to whole columns.
Formulas must not use error values.
Formulas must not use array literals.
Formulas must not use percent signs.
Formulas must not use exponentiation.
Formulas must not use custom functions.
Formulas must not use URLs built from cell values.
Formulas must not use empty arguments.
Formulas must not use error masking with IFERROR or IFNA.
Formulas must not use hard-coded numbers other than 0, 1 and 100.
Ranges in VLOOKUP must be absolute.
Use XLOOKUP instead of HLOOKUP.

```yaml
rules:
  - match: VLOOKUP($K, $R, $C)
  - match: IF($X="", "", $X)
  - match: IF(ISERROR($X), $Y, $X)
  - match: SUM($X)
    where: [{hole: $X, kind: operation}]
  - match: SUM(..., 0, ...)
  - match: AVERAGE(@R:cell)
  - match: ROUND($X, $N)
    where: [{hole: $N, moreThan: 4}]
  - match: $A/$B
    notInside: IFERROR($MATCH, ...)
    where: [{hole: $B, kind: range}]
  - match: $X*0
  - match: $X^1
  - match: $X+0
  - match: --$X
  - match: $X&""
  - match: INDEX($A, MATCH($K, $R, 0))
  - match: IF($C, TRUE, FALSE)
  - match: NOT(NOT($X))
  - match: MAX($X)
  - match: MIN($X, $X)
  - match: AND($X)
  - match: OR(..., TRUE, ...)
  - match: IF($A, IF($B, ...), ...)
  - match: COUNTIF($R, "*")
  - match: IMPORTDATA($U)
    where: [{hole: $U, notHost: example.com}]
  - match: CONCATENATE($A, $B)
  - match: PMT($R, ...)
    where: [{hole: $R, kind: number}]
```
"#;

fn main() {
    let formulas = formulas::list();
    let policy = compile(POLICY, &Lexicon::english());
    let rules = policy.enforced_rules().count();
    let trees: Vec<Tree> = formulas
        .iter()
        .map(|formula| parse(formula, Locale::default()))
        .collect();
    println!(
        "{} formulas, {rules} rules, {ROUNDS} rounds",
        formulas.len()
    );
    for sentence in &policy.sentences {
        if let Some(note) = &sentence.note {
            println!("not enforced: {} ({note})", sentence.text);
        }
    }

    let mut rounds: [Vec<f64>; 3] = Default::default();
    let (mut found, mut tree, mut surroundings) = (0, Tree::default(), Surroundings::default());
    for round in 0..=ROUNDS {
        let mut times = [Duration::ZERO; 3];
        found = 0;
        for (turn, parsed) in formulas.chunks(TURN).zip(trees.chunks(TURN)) {
            times[0] += timed(|| {
                for formula in turn {
                    black_box(formualizer_parse::parse(black_box(formula)).is_ok());
                }
            });
            times[1] += timed(|| {
                for (source, tree) in turn.iter().zip(parsed) {
                    found += check(&policy, &mut surroundings, source, tree);
                }
            });
            times[2] += timed(|| {
                for source in turn {
                    parse_into(&mut tree, source, Locale::default());
                    black_box(check(&policy, &mut surroundings, source, &tree));
                }
            });
        }
        // The first round only warms up.
        if round > 0 {
            for (rounds, time) in rounds.iter_mut().zip(times) {
                rounds.push(time.as_secs_f64());
            }
        }
    }
    println!("{found} findings");
    recompile();
    let names = [
        "formualizer-parse 4.1.0, parsing",
        "analyzer, rules on parsed formulas",
        "analyzer, parsing and rules",
    ];
    for (name, own) in names.iter().zip(&rounds) {
        let ratio = rounds[0].iter().zip(own).map(|(base, own)| base / own);
        println!(
            "{name:<36} {:>8.1} ms {:>6.2}x",
            median(own.clone()) * 1000.0,
            median(ratio.collect())
        );
    }
}

/// How long a policy of a hundred sentences takes to compile, and to compile again after a change
/// of one letter.
fn recompile() {
    let sentences: Vec<&str> = POLICY.lines().skip(1).take(25).collect();
    let mut text: String = (0..4)
        .flat_map(|round| sentences.iter().map(move |one| (round, one)))
        .map(|(round, one)| format!("{} Part {round} explains it.\n", one))
        .collect();
    let lexicon = Lexicon::english();
    let full = median(
        (0..ROUNDS)
            .map(|_| timed(|| drop(black_box(compile(&text, &lexicon)))).as_secs_f64())
            .collect(),
    );
    let mut incremental = Incremental::new(Lexicon::english());
    incremental.compile(&text);
    let again = (0..ROUNDS).map(|_| {
        text.push('x');
        timed(|| drop(black_box(incremental.compile(&text)))).as_secs_f64()
    });
    let again = median(again.collect());
    println!(
        "compiling 200 sentences: {:.1} ms; again after a letter: {:.1} ms, {:.0} times as fast",
        full * 1000.0,
        again * 1000.0,
        full / again
    );
}

fn check(policy: &Compiled, surroundings: &mut Surroundings, source: &str, tree: &Tree) -> usize {
    if !tree.errors().is_empty() {
        return 0;
    }
    let formula = Formula { source, tree };
    surroundings.read(formula);
    let context = Context {
        formula,
        surroundings,
        settings: &[],
        locale: Locale::default(),
    };
    let mut found = Vec::new();
    policy.check(&context, &mut found);
    found.len()
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
