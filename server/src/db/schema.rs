//! The schema and the roles it needs.

use sqlx::migrate::{Migrate, MigrateError, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection};

use super::WriterPool;

/// Makes the roles; also a migration, so that whoever runs only those has them too.
const ROLES: &str = include_str!("../../../migrations/0007_roles.sql");

/// PostgreSQL's code for a right that is missing.
const INSUFFICIENT_PRIVILEGE: &str = "42501";

/// Why a schema can not be used.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// The database does not answer, or does not let this user in.
    #[error("the database can not be opened")]
    Unreachable(#[source] sqlx::Error),
    /// The roles are missing and this user may not make them.
    #[error(
        "the roles sheetbrain_app and sheetbrain_writer are missing, or {user} may not act as them, \
         and {user} may not change that. Let an administrator of the cluster run:\n\n{}",
        script(.user)
    )]
    NoRoles {
        /// The role that the server logs in with.
        user: String,
    },
    /// A role that row-level security does not hold.
    #[error(
        "the role {role} must be held by row-level security, but it {why}. Change that: {remedy}"
    )]
    UnsafeRole {
        /// The role.
        role: String,
        /// What is wrong with it.
        why: &'static str,
        /// What to do.
        remedy: String,
    },
    /// A migration failed.
    #[error(
        "the database's schema can not be brought up to date. It may belong to a newer version of this program"
    )]
    Migration(#[source] MigrateError),
}

/// What makes the roles for a user who may not.
fn script(user: &str) -> String {
    let user = format!("\"{}\"", user.replace('"', "\"\""));
    format!(
        "  CREATE ROLE sheetbrain_app NOLOGIN;\n  CREATE ROLE sheetbrain_writer NOLOGIN;\n  \
         GRANT sheetbrain_app, sheetbrain_writer TO {user};\n"
    )
}

/// The schema, as files that run in their order.
fn migrations() -> Migrator {
    let mut migrations = sqlx::migrate!("../migrations");
    // The lock would belong to a session, which behind PgBouncer is anybody's: `migrate` takes one
    // that belongs to its transaction.
    migrations.set_locking(false);
    migrations
}

/// Brings roles and schema up to date, all or nothing; two servers that start at the same time wait
/// for one another.
pub async fn migrate(options: &PgConnectOptions) -> Result<(), SchemaError> {
    // A connection of its own, without the limits of the pool: a migration may take its time.
    let mut connection = options.connect().await.map_err(SchemaError::Unreachable)?;
    let mut transaction = connection.begin().await.map_err(SchemaError::Unreachable)?;
    sqlx::query_scalar!("SELECT pg_advisory_xact_lock(hashtext('sheetbrain.migrate'))")
        .fetch_one(&mut *transaction)
        .await
        .map_err(SchemaError::Unreachable)?;
    ensure_roles(&mut transaction).await?;
    migrations()
        .run_direct(None, &mut *transaction, false)
        .await
        .map_err(SchemaError::Migration)?;
    transaction
        .commit()
        .await
        .map_err(|error| SchemaError::Migration(error.into()))
}

/// Migrations that a backup has run and this program does not know, or knows otherwise: what is in
/// it was made by a newer version.
#[must_use]
pub fn unknown_migrations(run: &[RunMigration]) -> Vec<i64> {
    let known = migrations();
    let is_known = |one: &RunMigration| {
        known
            .iter()
            .any(|other| other.version == one.version && *other.checksum == *one.checksum)
    };
    let unknown = run.iter().filter(|one| !is_known(one));
    unknown.map(|one| one.version).collect()
}

/// A migration that ran on a database.
#[derive(Debug, PartialEq, Eq)]
pub struct RunMigration {
    /// Its number.
    pub version: i64,
    /// Of its text.
    pub checksum: Vec<u8>,
}

/// Makes the roles that are missing, so that what is granted to them can be restored.
pub async fn make_roles(options: &PgConnectOptions) -> Result<(), SchemaError> {
    let mut connection = options.connect().await.map_err(SchemaError::Unreachable)?;
    ensure_roles(&mut connection).await
}

async fn ensure_roles(connection: &mut PgConnection) -> Result<(), SchemaError> {
    let user = sqlx::query_scalar!(r#"SELECT current_user::text AS "user!""#)
        .fetch_one(&mut *connection)
        .await
        .map_err(SchemaError::Unreachable)?;
    let mut attempt = connection.begin().await.map_err(SchemaError::Unreachable)?;
    if let Err(error) = sqlx::raw_sql(ROLES).execute(&mut *attempt).await {
        let code = error
            .as_database_error()
            .and_then(sqlx::error::DatabaseError::code);
        if code.as_deref() == Some(INSUFFICIENT_PRIVILEGE) {
            return Err(SchemaError::NoRoles { user });
        }
        return Err(SchemaError::Unreachable(error));
    }
    attempt.commit().await.map_err(SchemaError::Unreachable)?;
    refuse_unsafe_roles(connection).await
}

/// Roles belong to the cluster, so others may have made them, with rights that void every policy.
async fn refuse_unsafe_roles(connection: &mut PgConnection) -> Result<(), SchemaError> {
    let roles = sqlx::query!(
        r#"SELECT rolname::text AS "name!", rolsuper AS "is_super!", rolbypassrls AS "bypasses!",
                  rolname = current_user AS "is_user!"
           FROM pg_roles WHERE rolname IN ('sheetbrain_app', 'sheetbrain_writer')"#
    )
    .fetch_all(connection)
    .await
    .map_err(SchemaError::Unreachable)?;
    for role in roles {
        let name = &role.name;
        let (why, remedy) = if role.is_super {
            ("is a superuser", format!("ALTER ROLE {name} NOSUPERUSER"))
        } else if role.bypasses {
            ("has BYPASSRLS", format!("ALTER ROLE {name} NOBYPASSRLS"))
        } else if role.is_user {
            let remedy = "let DATABASE_URL name another role, which then owns the schema";
            ("is the one that the server logs in with", remedy.to_owned())
        } else {
            continue;
        };
        return Err(SchemaError::UnsafeRole {
            role: role.name,
            why,
            remedy,
        });
    }
    Ok(())
}

/// Whether the database answers and every migration has run.
pub async fn is_ready(db: &WriterPool) -> Result<bool, MigrateError> {
    let migrations = migrations();
    let mut transaction = db.begin().await?;
    let applied = transaction
        .list_applied_migrations(&migrations.table_name)
        .await?;
    transaction.commit().await?;
    Ok(migrations.iter().all(|migration| {
        applied
            .iter()
            .any(|other| other.version == migration.version)
    }))
}
