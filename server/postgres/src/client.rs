//! PostgreSQL's client programs, such as `pg_dump`: for a cluster of this crate, or for a server
//! elsewhere. Nothing here knows what they do.

use std::path::Path;
use std::process::Command;

use crate::account::Account;
use crate::binaries::{Binaries, Search};
use crate::error::Error;

/// Client programs of one version, and the account that runs them.
#[derive(Debug, Clone)]
pub struct Client {
    binaries: Binaries,
    account: Account,
}

impl Client {
    /// The programs that run a cluster, as the account that runs it.
    pub(crate) fn of_cluster(binaries: &Binaries, account: &Account) -> Self {
        Self {
            binaries: binaries.clone(),
            account: account.clone(),
        }
    }

    /// The major version, such as 15.
    #[must_use]
    pub fn major(&self) -> u32 {
        self.binaries.major()
    }

    /// A call of one of the programs, such as `pg_dump`, with nothing in its environment but where
    /// ordinary tools are. Files are best handed over open: the account may not reach their paths.
    ///
    /// # Errors
    ///
    /// [`Error::NoClient`] when the program is not beside the others.
    pub fn command(&self, program: &str) -> Result<Command, Error> {
        let path = self.binaries.program(program);
        if !path.is_file() {
            return Err(Error::NoClient {
                program: program.to_owned(),
                folder: self.binaries.dir().to_owned(),
                major: self.major(),
            });
        }
        Ok(self.account.command(&path, Path::new("/")))
    }
}

impl Search {
    /// `pg_dump` and `pg_restore` for a server of this major version, which may be elsewhere: of
    /// the same version if they are here, otherwise of a newer one. The caller's account runs them.
    ///
    /// # Errors
    ///
    /// [`Error::NoClients`] when there are none.
    pub fn client(&self, server_major: u32) -> Result<Client, Error> {
        let account = Account::own();
        let binaries = self.find_clients(server_major, &account)?;
        Ok(Client { binaries, account })
    }
}
