//! The routes, one file a resource: its router on top, then its handlers, then their types.

pub mod audit;
pub mod audits;
pub mod billing;
mod cursor;
pub mod docs;
mod document;
pub mod health;
pub mod ingest;
pub mod keys;
pub mod me;
pub mod metrics;
pub mod pages;
pub mod policies;
pub mod problems;
pub mod rule_pages;
pub mod rules;
pub mod rulesets;
pub mod stripe;
pub mod suppressions;
pub mod usage;
pub mod webhook;
