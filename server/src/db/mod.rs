//! All SQL of the server: free async functions, one file a resource. Nothing here knows HTTP.
//!
//! Every statement is checked against the schema when the server is compiled (`.sqlx`). A function
//! that reads or writes an organization's data takes a [`tenancy::TenantTx`], which sees nothing
//! else; one that crosses organizations takes a connection of a [`tenancy::WriterPool`].

pub mod audits;
pub mod backup;
pub mod billing;
pub mod clerk;
pub mod compiled;
pub mod history;
pub mod identity;
pub mod keys;
pub mod maintenance;
pub mod policies;
pub mod rate_limits;
pub mod rulesets;
pub mod schema;
pub mod subscriptions;
pub mod suppressions;
pub mod tenancy;
pub mod usage;
mod webhook_events;

pub use tenancy::{Connections, KeptTx, KeptWriter, OwnerPool, TenantPool, TenantTx, WriterPool};
