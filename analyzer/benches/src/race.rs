//! Contenders that take turns over one list, and how their times are compared.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// How many formulas a contender reads before it is the next one's turn, so that nobody has a
/// quieter machine.
const TURN: usize = 500;

/// Takes a formula and its place in the list; says whether it was read without an error.
pub type Read = Box<dyn FnMut(&str, usize) -> bool>;

/// Something that reads formulas.
pub struct Contender {
    pub name: &'static str,
    /// Makes the reader that reads the list once: what it remembers does not outlive a round.
    pub start: Box<dyn Fn() -> Read>,
}

impl Contender {
    pub fn new(name: &'static str, start: impl Fn() -> Read + 'static) -> Self {
        Self {
            name,
            start: Box::new(start),
        }
    }
}

/// What a contender did.
struct Result {
    name: &'static str,
    rounds: Vec<Duration>,
    accepted: usize,
}

/// Lets the contenders read the list once a round, and prints the formulas per second of each
/// one's median round, and the median of how many times as fast it was as `baseline` in the same
/// round: what else the machine did then, it did to both.
pub fn run(
    title: &str,
    contenders: &[Contender],
    baseline: &str,
    formulas: &[String],
    rounds: usize,
) {
    let mut results: Vec<Result> = contenders
        .iter()
        .map(|contender| Result {
            name: contender.name,
            rounds: Vec::new(),
            accepted: 0,
        })
        .collect();
    // The first round only warms up, unless it is the only one.
    for round in 0..=rounds {
        if round == 0 && rounds == 1 {
            continue;
        }
        for (result, (time, accepted)) in results.iter_mut().zip(one_round(contenders, formulas)) {
            if round > 0 {
                result.rounds.push(time);
            }
            result.accepted = accepted;
        }
    }
    println!("\n{title}: {} formulas, {rounds} rounds", formulas.len());
    report(&results, baseline, formulas.len());
}

fn one_round(contenders: &[Contender], formulas: &[String]) -> Vec<(Duration, usize)> {
    let mut readers: Vec<Read> = contenders
        .iter()
        .map(|contender| (contender.start)())
        .collect();
    let mut totals = vec![(Duration::ZERO, 0); contenders.len()];
    for (turn, formulas) in formulas.chunks(TURN).enumerate() {
        for (read, (time, accepted)) in readers.iter_mut().zip(&mut totals) {
            let start = Instant::now();
            *accepted += (turn * TURN..)
                .zip(formulas)
                .filter(|(place, formula)| read(black_box(formula), *place))
                .count();
            *time += start.elapsed();
        }
    }
    totals
}

fn report(results: &[Result], baseline: &str, formulas: usize) {
    println!(
        "{:<38} {:>9} {:>11} {:>7}",
        "", "accepted", "formulas/s", "ratio"
    );
    let baseline = results
        .iter()
        .find(|result| result.name == baseline)
        .map_or(&[][..], |result| &result.rounds);
    for result in results {
        let seconds = median(result.rounds.iter().map(Duration::as_secs_f64).collect());
        let ratio = median(ratios(baseline, &result.rounds));
        println!(
            "{:<38} {:>9} {:>11.0} {ratio:>6.2}x",
            result.name,
            result.accepted,
            per_second(formulas, seconds),
        );
    }
}

/// How many times as fast each round was as the baseline's round beside it.
pub fn ratios(baseline: &[Duration], own: &[Duration]) -> Vec<f64> {
    let pairs = baseline.iter().zip(own);
    pairs
        .map(|(base, own)| base.div_duration_f64(*own))
        .collect()
}

pub fn per_second(formulas: usize, seconds: f64) -> f64 {
    f64::from(u32::try_from(formulas).unwrap_or(u32::MAX)) / seconds
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
