//! What every end-to-end test needs: the real program on a database of its own, and a Clerk whose
//! webhooks are really signed.
//!
//! A test starts a server, talks to it over HTTP and looks into its database with SQL; nothing
//! here reaches into the server. Failing to prepare a test is a failed test, so things here panic.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a test that can not be prepared has failed"
)]

pub mod answer;
pub mod bouncer;
pub mod clerk;
pub mod database;
pub mod issuer;
pub mod load;
pub mod measured;
pub mod order;
pub mod program;
pub mod stripe;

pub use answer::Answer;
pub use clerk::Clerk;
pub use program::{Server, Start};

/// The two formulas of the operators' guide.
pub const GUIDE_FORMULAS: [&str; 2] = ["=SUM(A1:A10)", "=VLOOKUP(B2, Sheet1!A:B, 2, FALSE)"];
