//! `cargo xtask queries`: what the schema says of every SQL query of the server, kept in `.sqlx` so
//! that a build needs no database; and the step that fails when those files are stale.
//!
//! The files are made by sqlx's own macros, on a throw-away PostgreSQL with the migrations in it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use embedded_postgres::{Cluster, DATABASE, Options};

use crate::Chores;
use crate::prerequisites::{POSTGRES, TOOLS};
use crate::progress::Step;

/// The steps of `cargo xtask queries`.
pub(crate) const REFRESH: [Step; 3] = [
    TOOLS,
    POSTGRES,
    Step {
        name: "queries",
        needs: &["tools", "postgresql"],
        run: |chores| describe_into(chores, &chores.workspace.queries()),
    },
];

/// Fails when `.sqlx` is not what the schema says now.
pub(crate) const UP_TO_DATE: Step = Step {
    name: "queries",
    needs: &["program", "postgresql"],
    run: |chores| {
        let described = chores.workspace.described_queries();
        describe_into(chores, &described)?;
        ensure!(
            read(&described)? == read(&chores.workspace.queries())?,
            "the folder .sqlx does not fit the queries and the schema any more: cargo xtask queries"
        );
        Ok(())
    },
};

/// Writes one file for each query into `folder`, which is emptied first.
fn describe_into(chores: &mut Chores, folder: &Path) -> Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    std::fs::create_dir_all(folder)?;
    let cluster = Cluster::start(&Options {
        search: chores.postgres.clone(),
        ..Options::ephemeral("/tmp")
    })?;
    let described = migrate(chores, &cluster).and_then(|()| expand(chores, &cluster, folder));
    let stopped = cluster.stop();
    described?;
    stopped.context("the queries are described, but their database did not stop")?;
    Ok(())
}

/// Puts the schema into the database, with psql: the server, which migrates, is not built yet.
fn migrate(chores: &mut Chores, cluster: &Cluster) -> Result<()> {
    let mut files: Vec<_> = std::fs::read_dir(chores.workspace.migrations())?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "sql"));
    files.sort();
    let mut psql = Command::new(cluster.binaries().program("psql"));
    psql.args([
        "--no-psqlrc",
        "--quiet",
        "--set=ON_ERROR_STOP=1",
        "--output=/dev/null",
    ])
    .arg(cluster.url(DATABASE));
    for file in files {
        psql.arg("--file").arg(file);
    }
    chores.runner.run(&mut psql)
}

/// Compiles the server with the macros talking to the database.
fn expand(chores: &mut Chores, cluster: &Cluster, folder: &Path) -> Result<()> {
    // A flag that is new each time: cargo would not compile again what it finds unchanged.
    let cluster_dir = cluster.data_dir().display();
    chores.runner.run(
        Command::new("cargo")
            .args(["rustc", "--package", "server", "--lib", "--"])
            .args([
                "--cfg",
                &format!("queries_described_by=\"{cluster_dir}\""),
                "--allow",
                "unexpected_cfgs",
            ])
            .env("SQLX_OFFLINE", "false")
            .env("SQLX_OFFLINE_DIR", folder)
            .env("DATABASE_URL", cluster.url(DATABASE))
            .current_dir(chores.workspace.root()),
    )
}

fn read(folder: &Path) -> Result<BTreeMap<String, String>> {
    std::fs::read_dir(folder)?
        .map(|entry| {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            Ok((name, std::fs::read_to_string(entry.path())?))
        })
        .collect()
}
