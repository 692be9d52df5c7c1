//! Rules as the compiler makes them, of a demand or of what an author wrote: with their words and
//! with formulas that they are tried on.

use super::form::{Form, FormError};
use super::rule::{Demand, Level, PolicyRule};
use super::scope::Scope;
use super::{examples, paraphrase};

impl PolicyRule {
    /// The rule of a demand, with its paraphrase and its examples.
    #[must_use]
    pub fn new(demand: Demand, level: Level) -> Self {
        Self {
            level,
            severity: level.severity(),
            paraphrase: paraphrase::render(&demand, level),
            tests: examples::of(&demand),
            ..Self::bare(demand)
        }
    }

    /// The same rule where it holds only there.
    #[must_use]
    pub fn within(mut self, scope: &Scope) -> Self {
        if let Some(place) = paraphrase::place(scope) {
            self.paraphrase = format!("{place}: {}", self.paraphrase);
        }
        self.scope = scope.clone();
        self
    }
}

impl TryFrom<Form> for PolicyRule {
    type Error = FormError;

    fn try_from(form: Form) -> Result<Self, FormError> {
        let written = Self::as_written(form)?;
        let made = Self::new(written.demand.clone(), written.level).within(&written.scope);
        let mut tests = made.tests;
        examples::add(&mut tests, written.tests);
        Ok(Self {
            paraphrase: made.paraphrase,
            tests,
            ..written
        })
    }
}
