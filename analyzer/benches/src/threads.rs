//! The same work on one thread and on two, taking turns.

use std::hint::black_box;
use std::time::{Duration, Instant};

use analyzer::ast::Tree;
use analyzer::audit::Auditor;
use analyzer::cell::Position;
use analyzer::parser::{Locale, parse_into};
use analyzer::rule::Preset;
use analyzer::ruleset::RuleSet;
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

use crate::race::{median, per_second, ratios};

/// How many formulas one thread takes at a time.
const CHUNK: usize = 2_000;

/// Prints how many times as fast two threads are as one at parsing and at auditing the formulas, and
/// at work that shares nothing and touches no memory: what the processors give at that moment.
pub fn run(formulas: &[String], rounds: usize) -> Result<(), ThreadPoolBuildError> {
    let pool = |threads| ThreadPoolBuilder::new().num_threads(threads).build();
    let pools = [pool(1)?, pool(2)?];
    let rules = RuleSet::of(&[Preset::Recommended]);
    println!(
        "\nthreads: {} distinct formulas, {rounds} rounds",
        formulas.len()
    );
    println!(
        "{:<24} {:>12} {:>12} {:>7} {:>8}",
        "", "1 thread/s", "2 threads/s", "ratio", "fastest"
    );
    compare("arithmetic alone", &pools, formulas, rounds, &count_all);
    compare("parse, reused arena", &pools, formulas, rounds, &parse_all);
    compare(
        "audit, recommended",
        &pools,
        formulas,
        rounds,
        &|formulas| audit_all(&rules, formulas),
    );
    Ok(())
}

fn compare(
    name: &str,
    pools: &[ThreadPool; 2],
    formulas: &[String],
    rounds: usize,
    work: &(impl Fn(&[String]) -> usize + Sync),
) {
    let mut times = [Vec::new(), Vec::new()];
    for round in 0..=rounds {
        for (pool, times) in pools.iter().zip(&mut times) {
            let start = Instant::now();
            let done = pool.install(|| work(formulas));
            let time = start.elapsed();
            assert_eq!(done, formulas.len(), "every formula is valid");
            if round > 0 {
                times.push(time);
            }
        }
    }
    let [one, two] = &times;
    let speed = |times: &[Duration]| {
        let seconds = times.iter().map(Duration::as_secs_f64).collect();
        per_second(formulas.len(), median(seconds))
    };
    // Other work on the machine only ever slows a round down, and two threads more than one.
    let fastest = |times: &[Duration]| times.iter().min().map_or(0.0, Duration::as_secs_f64);
    println!(
        "{name:<24} {:>12.0} {:>12.0} {:>6.2}x {:>7.2}x",
        speed(one),
        speed(two),
        median(ratios(one, two)),
        fastest(one) / fastest(two),
    );
}

/// Takes about as long as auditing, in registers alone.
fn count_all(formulas: &[String]) -> usize {
    let count = |formulas: &[String]| {
        for formula in formulas {
            let mut state = formula.len() as u64 | 1;
            for _ in 0..600 {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
            }
            black_box(state);
        }
        formulas.len()
    };
    formulas.par_chunks(CHUNK).map(count).sum()
}

fn parse_all(formulas: &[String]) -> usize {
    let read = |formulas: &[String]| {
        let mut tree = Tree::default();
        let valid = formulas.iter().filter(|source| {
            parse_into(&mut tree, source, Locale::default());
            tree.errors().is_empty()
        });
        valid.count()
    };
    formulas.par_chunks(CHUNK).map(read).sum()
}

fn audit_all(rules: &RuleSet, formulas: &[String]) -> usize {
    let cell = Position { column: 1, row: 1 };
    let audit = |formulas: &[String]| {
        let mut auditor = Auditor::new(rules, Locale::default());
        let audited = formulas
            .iter()
            .filter(|source| auditor.audit(source, cell).is_ok());
        audited.count()
    };
    formulas.par_chunks(CHUNK).map(audit).sum()
}
