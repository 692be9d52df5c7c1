//! What stands for `policy` where the analyzer is made without policies: a policy that does not
//! exist, and a plan without rules. Does nothing.
#![expect(
    clippy::unused_self,
    reason = "it is called as the plan of policies is"
)]

#[path = "policy/violation.rs"]
mod violation;

use std::convert::Infallible;

pub use violation::Violation;

use crate::cell::Position;
use crate::digest::Digest;
use crate::rule::Context;

/// A compiled policy, of which there is none.
#[derive(Clone, Debug)]
pub struct Compiled(Infallible);

/// The plan of no policies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan;

/// What a rule of a policy found, which none does.
pub(crate) type Told = (u32, Violation);

impl Compiled {
    pub(crate) fn plan_of<'a>(_policies: impl IntoIterator<Item = &'a Self>) -> Plan {
        Plan
    }

    pub(crate) fn digest(&self, _digest: &mut Digest) {
        match self.0 {}
    }

    pub(crate) fn citation(&self, _sentence: u32) -> Option<&str> {
        match self.0 {}
    }
}

impl Plan {
    pub(crate) fn is_empty(self) -> bool {
        true
    }

    pub(crate) fn policy_of(self, _number: u32) -> u32 {
        u32::MAX
    }

    pub(crate) fn holds_at(self, _number: u32, _sheet: Option<&str>, _cell: Position) -> bool {
        false
    }

    pub(crate) fn that_see_text(self) -> &'static [u32] {
        &[]
    }

    pub(crate) fn run(self, _context: &Context<'_>, _told: &mut Vec<Told>) {}

    pub(crate) fn run_one(self, _number: u32, _context: &Context<'_>, _told: &mut Vec<Told>) {}
}
