//! `sheetbrain key create`: an API key for a program, made by whoever runs the server.

use std::io::Write;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use time::Duration;

use crate::clock::Clock;
use crate::config::DatabaseSettings;
use crate::database::Database;
use crate::db;
use crate::identity::permissions::Scope;
use crate::routes::keys::{WantedKey, create};

#[derive(Debug, Subcommand)]
pub(super) enum KeyCommand {
    /// Make an API key and print it, once
    Create(Box<CreateArguments>),
}

#[derive(Args, Debug)]
pub(super) struct CreateArguments {
    /// The organization, by its id at Clerk (org_…) or here
    #[arg(long, value_name = "ORG")]
    org: String,

    /// What the key may be used for; several may be given
    #[arg(long, required = true, num_args = 1.., value_delimiter = ',', value_name = "SCOPE")]
    scope: Vec<Scope>,

    /// What the key is called. Two of one name may be alive, for a rotation
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// Days until the key ends by itself
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36500))]
    days: Option<u32>,

    #[command(flatten)]
    database: DatabaseSettings,
}

pub(super) async fn run(command: KeyCommand) -> anyhow::Result<()> {
    let KeyCommand::Create(arguments) = command;
    arguments.database.check()?;
    if arguments.database.ephemeral {
        bail!("a key of a database that is thrown away would open nothing: leave out --ephemeral");
    }
    let database = Database::open(&arguments.database).await?;
    let made = make(&database, *arguments).await;
    database.close().await?;
    let key = made?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{key}")?;
    out.flush()?;
    tracing::info!("this is the only time that the key is shown");
    Ok(())
}

async fn make(database: &Database, arguments: CreateArguments) -> anyhow::Result<String> {
    let now = Clock::system().now();
    let expires_at = arguments.days.map(|days| now + Duration::days(days.into()));
    let wanted = WantedKey::new(arguments.name, arguments.scope, expires_at, now)
        .map_err(|error| anyhow::anyhow!("{}", error.detail()))?;
    let mut transaction = database.connections.writer().begin().await?;
    let organization = db::identity::find_organization(&mut transaction, &arguments.org)
        .await?
        .with_context(|| {
            format!(
                "organization {} is not known here: it arrives through Clerk's webhook organization.created",
                arguments.org
            )
        })?;
    transaction.commit().await?;
    let mut tenant = database.connections.tenants().begin(organization).await?;
    let created = create(&mut tenant, None, &wanted, now)
        .await
        .map_err(|error| anyhow::anyhow!("{}", error.detail()))?;
    tenant.commit().await?;
    Ok(created.key)
}
