//! SheetBrain's server and command line.
//!
//! Identities come from Clerk, policies from their authors, formulas from callers; what the
//! analyzer says of them is recorded in PostgreSQL and answered. No analysis happens here.

pub mod admission;
pub mod analysis;
pub mod app;
pub mod billing;
pub mod cli;
pub mod clock;
pub mod config;
pub mod database;
pub mod db;
pub mod demo;
pub mod dump;
pub mod error;
pub mod extract;
pub mod identity;
pub mod maintenance;
pub mod metrics;
pub mod parallel;
pub mod peer;
pub mod plans;
pub mod problem;
pub mod routes;
pub mod rulesets;
pub mod serve;
pub mod state;
