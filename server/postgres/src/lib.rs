//! A private PostgreSQL cluster: found, initialised, started, joined and stopped.
//!
//! [`Cluster::start`] looks for PostgreSQL's programs, makes a cluster in the data folder when
//! there is none, and starts it or joins the one that runs there already. The handles of all
//! processes count: the last one stops the cluster. The cluster listens on a Unix socket only.
//!
//! Everything here blocks and knows no async runtime: call it from a blocking thread. The crate
//! reads no environment variables and runs no SQL but the `CREATE DATABASE` of a new cluster;
//! settings come in as [`Options`]. README.md tells how the locks and accounts work.

#[cfg(not(unix))]
compile_error!(
    "embedded-postgres needs Unix sockets and file locks: on Windows, build and run it in WSL"
);

mod account;
mod binaries;
mod client;
mod cluster;
mod configuration;
mod error;
mod folder;
mod initialise;
mod locks;
mod options;
mod postmaster;
mod socket;

pub use binaries::{Binaries, Search};
pub use client::Client;
pub use cluster::{Cluster, Origin, Stopped};
pub use error::{Error, LookedAt};
pub use folder::has_cluster;
pub use options::{Durability, Location, Options, default_data_dir};

/// The database that a new cluster has.
pub const DATABASE: &str = "sheetbrain";

/// The superuser of the cluster; everyone who can reach its socket may connect as this role.
pub const ROLE: &str = "sheetbrain";
