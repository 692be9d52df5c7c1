//! End-to-end tests over HTTP: the real program, a real PostgreSQL, one database a test.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test ends at the first thing that is not as it should be"
)]

mod audit;
mod backup;
mod baseline;
mod billing;
mod cli;
mod cli_policy;
mod crash;
mod guide;
mod history;
mod identity;
mod keys;
mod limits;
mod maintain;
mod metrics;
mod openapi;
mod overload;
mod pages;
mod pgbouncer;
mod policies;
mod policy_life;
mod preview;
mod problems;
mod reports;
mod rulesets;
mod schema;
mod secrets;
mod startup;
mod suppressions;
mod tenancy;
mod tidy;
mod webhooks;
mod workbooks;
