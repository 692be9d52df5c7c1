//! The routes, one file a resource: its router on top, then its handlers, then their types.

pub mod audit;
pub mod billing;
pub mod health;
pub mod ingest;
pub mod keys;
pub mod me;
pub mod pages;
pub mod policies;
pub mod problems;
pub mod rules;
pub mod usage;
pub mod webhook;
