//! The handle on a running cluster, and how handles share it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::account::Account;
use crate::binaries::Binaries;
use crate::client::Client;
use crate::configuration::Configuration;
use crate::error::Error;
use crate::folder::Folder;
use crate::locks::{Control, Membership};
use crate::options::{Location, Options};
use crate::postmaster::{Arrival, Manner, Postmaster, State};
use crate::{ROLE, initialise, socket};

/// A share in a running cluster. Dropping it is [`Cluster::stop`] with errors only logged.
#[derive(Debug)]
pub struct Cluster {
    postmaster: Postmaster,
    socket_dir: PathBuf,
    origin: Origin,
    ephemeral: bool,
    /// `None` once the handle has left.
    membership: Option<Membership>,
}

/// How a handle found its cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// There was none; it was made and started.
    Initialised,
    /// It was there and was started.
    Started,
    /// It ran already.
    Joined,
}

/// What stopping a handle did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// This was the last handle, and the cluster has stopped.
    Stopped,
    /// Other handles use the cluster, which runs on.
    LeftRunning,
}

impl Cluster {
    /// Starts the cluster, making it first when there is none, or joins it when it runs.
    ///
    /// Blocks: about a second for a new cluster, a fifth of one otherwise, longer after a crash or
    /// while another process starts or stops the same cluster.
    ///
    /// # Errors
    ///
    /// Every variant of [`Error`] but [`Error::NotStopped`].
    pub fn start(options: &Options) -> Result<Self, Error> {
        match &options.location {
            Location::Persistent(path) => Self::start_in(Folder::open(path)?, false, options),
            Location::Ephemeral { parent } => {
                remove_abandoned(parent, options);
                let folder = Folder::ephemeral(parent)?;
                Self::start_in(folder.clone(), true, options).inspect_err(|_| discard(&folder))
            }
        }
    }

    fn start_in(folder: Folder, ephemeral: bool, options: &Options) -> Result<Self, Error> {
        let control = Control::acquire(folder.path())?;
        let membership = Membership::join(folder.path(), &control)?;
        let account = Account::for_cluster(&folder.cluster())?;
        folder.admit(&account)?;
        folder.remove_unfinished_clusters()?;
        let data_major = folder.data_major()?;
        let binaries = options
            .search
            .find(data_major, &account, &folder.cluster())?;
        let configuration = Configuration {
            socket_dir: &socket::folder_for(folder.path()),
            durability: options.durability,
            max_connections: options.max_connections,
        };
        if data_major.is_none() {
            initialise::initialise(&folder, &account, &binaries, &configuration)?;
        }
        let postmaster = Postmaster {
            folder,
            account,
            binaries,
        };
        if postmaster.state() == State::Stopped {
            postmaster.folder.prepare_log(&postmaster.account)?;
            socket::prepare(configuration.socket_dir, &postmaster.account)?;
            configuration.write(&postmaster.folder.cluster(), &postmaster.account)?;
        }
        let (socket_dir, arrival) = postmaster.start_or_join()?;
        let origin = match arrival {
            Arrival::Joined => Origin::Joined,
            Arrival::Started if data_major.is_none() => Origin::Initialised,
            Arrival::Started => Origin::Started,
        };
        tracing::info!(
            data_dir = %postmaster.folder.path().display(),
            postgres = postmaster.binaries.major(),
            ?origin,
            "PostgreSQL is ready"
        );
        Ok(Self {
            postmaster,
            socket_dir,
            origin,
            ephemeral,
            membership: Some(membership),
        })
    }

    /// The URL of a database of this cluster, such as [`crate::DATABASE`], for libpq and sqlx.
    ///
    /// It holds no secret: who may open the socket is decided by the folder's mode.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        socket::url(&self.socket_dir, ROLE, database)
    }

    /// How this handle found the cluster.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// The data folder, links resolved.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        self.postmaster.folder.path()
    }

    /// The programs that run the cluster; others such as `pg_dump` are usually beside them.
    #[must_use]
    pub fn binaries(&self) -> &Binaries {
        &self.postmaster.binaries
    }

    /// The client programs beside them.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::of_cluster(&self.postmaster.binaries, &self.postmaster.account)
    }

    /// Gives the handle back. The last one stops the cluster, ending open connections, and removes
    /// it when it is ephemeral.
    ///
    /// # Errors
    ///
    /// [`Error::NotStopped`] when PostgreSQL is still there after a minute, [`Error::Io`] when the
    /// data folder has gone or can not be removed.
    pub fn stop(mut self) -> Result<Stopped, Error> {
        self.leave()
    }

    fn leave(&mut self) -> Result<Stopped, Error> {
        let Some(membership) = self.membership.take() else {
            return Ok(Stopped::LeftRunning);
        };
        let data_dir = self.postmaster.folder.path();
        let control = Control::acquire(data_dir)?;
        if !membership.leave(data_dir, &control)? {
            return Ok(Stopped::LeftRunning);
        }
        if self.ephemeral {
            self.postmaster.stop(Manner::Immediate)?;
            self.postmaster.folder.remove()?;
        } else {
            self.postmaster.stop(Manner::Fast)?;
        }
        remove_empty(&self.socket_dir);
        Ok(Stopped::Stopped)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Err(error) = self.leave() {
            tracing::warn!(%error, "a handle on PostgreSQL was not given back cleanly");
        }
    }
}

/// Removes the folder of the socket; one that a short path made needed lies outside the data.
fn remove_empty(socket_dir: &Path) {
    if let Err(error) = fs::remove_dir(socket_dir)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::debug!(folder = %socket_dir.display(), %error, "the socket folder stays");
    }
}

/// Stops and removes throw-away clusters whose process was killed.
///
/// Only those of the same account, and only when their locks are free. A cluster that is just
/// being made has no `users.lock` yet, and from then on somebody holds it.
fn remove_abandoned(parent: &Path, options: &Options) {
    for folder in Folder::ephemeral_ones(parent) {
        if let Err(error) = remove_if_abandoned(&folder, options)
            && folder.path().exists()
        {
            tracing::warn!(folder = %folder.path().display(), %error, "an abandoned cluster stays");
        }
    }
}

fn remove_if_abandoned(folder: &Folder, options: &Options) -> Result<(), Error> {
    if !folder.has_had_users() {
        return Ok(());
    }
    let Some(control) = Control::acquire_if_free(folder.path())? else {
        return Ok(());
    };
    if !Membership::join(folder.path(), &control)?.leave(folder.path(), &control)? {
        return Ok(());
    }
    // Without readable data there is nothing to stop: a removal was killed half-way.
    if let Ok(Some(major)) = folder.data_major() {
        let account = Account::for_cluster(&folder.cluster())?;
        let binaries = options
            .search
            .find(Some(major), &account, &folder.cluster())?;
        let folder = folder.clone();
        Postmaster {
            folder,
            account,
            binaries,
        }
        .stop(Manner::Immediate)?;
    }
    tracing::info!(folder = %folder.path().display(), "removing an abandoned cluster");
    folder.remove()
}

/// Removes a throw-away folder after a start that failed; the error says what happened.
fn discard(folder: &Folder) {
    if let Err(error) = folder.remove() {
        tracing::warn!(%error, "a throw-away folder stays");
    }
}
