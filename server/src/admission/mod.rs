//! What must hold before and after the analysis of a request: the organization's rate before, the
//! month's quota with the record of the audit after. Both are exact with any number of servers,
//! because both are decided in the database; both are cheap, because whatever waits at the same
//! moment is decided together. When the database is away, nothing is admitted.

mod batch;
pub mod bodies;
mod lease;
pub mod rate;
pub mod recorder;
mod writer;
