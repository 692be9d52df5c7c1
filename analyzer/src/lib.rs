//! Parses Google Sheets formulas and audits them against rules and written policies.
//!
//! Text becomes a tree, a tree becomes a template, templates are checked by rules and policies,
//! and what they find becomes a report. No I/O, no clock, no globals: the same input gives the
//! same bytes, in the server, on the command line and in the browser.

pub mod ast;
pub mod audit;
pub mod cell;
mod condition;
mod constant;
mod digest;
mod dispatch;
pub mod explain;
mod extent;
pub mod finding;
pub mod fix;
mod flow;
pub mod format;
pub mod functions;
mod groups;
#[cfg(feature = "enforcement")]
pub mod json;
mod kind;
mod link;
mod meaning;
pub mod names;
mod nearest;
pub mod parser;
#[cfg_attr(not(feature = "enforcement"), path = "no_policy.rs")]
pub mod policy;
pub mod print;
pub mod report;
pub mod rule;
pub mod rules;
pub mod ruleset;
pub mod scope;
mod setting;
mod sort;
pub mod span;
mod subtree;
pub mod template;
mod written;
