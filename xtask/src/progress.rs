//! Steps: a header for each, what came of it, and the summary at the end.
//!
//! Knows no step; the only module that prints.
#![expect(clippy::print_stdout, reason = "progress is what this program is for")]

use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};

use crate::Chores;

/// One piece of work.
#[derive(Clone, Copy)]
pub(crate) struct Step {
    /// A short name, as `--only` takes it.
    pub(crate) name: &'static str,
    /// The steps without whose success this one makes no sense.
    pub(crate) needs: &'static [&'static str],
    /// Does it.
    pub(crate) run: fn(&mut Chores) -> Result<()>,
}

/// What came of a step.
enum Outcome {
    Passed,
    Failed(anyhow::Error),
    /// The steps that it needs and that did not pass.
    Skipped(Vec<&'static str>),
}

/// What came of all steps, in their order.
pub(crate) struct Summary {
    outcomes: Vec<(&'static str, Outcome, Duration)>,
}

/// Runs the steps in their order. One that fails stops only the steps that need it; an interrupt
/// stops them all.
pub(crate) fn run_steps<'a>(
    chores: &mut Chores,
    steps: impl IntoIterator<Item = &'a Step>,
) -> Summary {
    let steps: Vec<_> = steps.into_iter().collect();
    let begun = Instant::now();
    let mut summary = Summary {
        outcomes: Vec::with_capacity(steps.len()),
    };
    for (index, step) in steps.iter().enumerate() {
        let place = format!("[{}/{}]", index + 1, steps.len());
        let missing = summary.missing(step);
        let started = Instant::now();
        let outcome = if chores.runner.interrupted() {
            Outcome::Failed(anyhow!("interrupted before it began"))
        } else if missing.is_empty() {
            println!("{place} {} (after {})", step.name, short(begun.elapsed()));
            match (step.run)(chores) {
                Ok(()) => Outcome::Passed,
                Err(error) => {
                    println!("{place} {} FAILED: {error:#}", step.name);
                    Outcome::Failed(error)
                }
            }
        } else {
            Outcome::Skipped(missing)
        };
        summary
            .outcomes
            .push((step.name, outcome, started.elapsed()));
    }
    summary
}

impl Summary {
    /// Whether every step passed.
    pub(crate) fn passed(&self) -> bool {
        self.outcomes
            .iter()
            .all(|(_, outcome, _)| matches!(outcome, Outcome::Passed))
    }

    /// Prints a line for each step and then how many passed.
    pub(crate) fn print(&self) {
        println!();
        let (mut passed, mut failed, mut skipped) = (0, 0, 0);
        for (name, outcome, duration) in &self.outcomes {
            let duration = short(*duration);
            match outcome {
                Outcome::Passed => {
                    passed += 1;
                    println!("passed   {duration:>8}  {name}");
                }
                Outcome::Failed(error) => {
                    failed += 1;
                    println!("FAILED   {duration:>8}  {name}: {error:#}");
                }
                Outcome::Skipped(missing) => {
                    skipped += 1;
                    println!("skipped  {:>8}  {name}: needs {}", "", missing.join(", "));
                }
            }
        }
        println!("\n{passed} passed, {failed} failed, {skipped} skipped");
    }

    fn missing(&self, step: &Step) -> Vec<&'static str> {
        self.outcomes
            .iter()
            .filter(|(name, outcome, _)| {
                step.needs.contains(name) && !matches!(outcome, Outcome::Passed)
            })
            .map(|(name, ..)| *name)
            .collect()
    }
}

/// Says something while a step runs.
pub(crate) fn note(text: &str) {
    println!("{text}");
}

fn short(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds < 60 {
        format!("{:.1} s", duration.as_secs_f64())
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}
