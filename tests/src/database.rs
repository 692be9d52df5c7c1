//! Databases of tests: one each, copied from a template whose schema is up to date.

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use uuid::Uuid;

/// The template that tests copy; made by the first test that needs it.
const TEMPLATE: &str = "sheetbrain_template";

/// The cluster that the test command started.
#[must_use]
pub fn cluster() -> PgConnectOptions {
    let url = variable("SHEETBRAIN_TEST_POSTGRES");
    url.parse()
        .expect("SHEETBRAIN_TEST_POSTGRES is not an address of PostgreSQL")
}

/// A variable that the test command sets.
pub(crate) fn variable(name: &str) -> String {
    #[expect(
        clippy::disallowed_methods,
        reason = "how the test command says where things are"
    )]
    let value = std::env::var(name);
    value.unwrap_or_else(|_| panic!("{name} is not set: run the tests with `cargo xtask test`"))
}

/// Makes a new database with the schema in it.
pub async fn create() -> PgConnectOptions {
    let name = format!("test_{}", random_id().simple());
    let mut connection = cluster()
        .connect()
        .await
        .expect("the test cluster does not answer");
    // One at a time: a template can not be copied while somebody is connected to it.
    execute(&mut connection, "SELECT pg_advisory_lock(7140)").await;
    let exists: bool = sqlx_scalar(
        &mut connection,
        &format!(
            "SELECT EXISTS (SELECT FROM pg_database WHERE datname = '{TEMPLATE}' AND datistemplate)"
        ),
    )
    .await;
    if !exists {
        make_template(&mut connection).await;
    }
    execute(
        &mut connection,
        &format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}"),
    )
    .await;
    execute(&mut connection, "SELECT pg_advisory_unlock(7140)").await;
    connection.close().await.unwrap();
    cluster().database(&name)
}

/// Makes a new database without any schema.
pub async fn create_empty() -> PgConnectOptions {
    let name = format!("test_{}", random_id().simple());
    let mut connection = cluster()
        .connect()
        .await
        .expect("the test cluster does not answer");
    execute(&mut connection, &format!("CREATE DATABASE {name}")).await;
    connection.close().await.unwrap();
    cluster().database(&name)
}

async fn make_template(connection: &mut PgConnection) {
    execute(connection, &format!("DROP DATABASE IF EXISTS {TEMPLATE}")).await;
    execute(connection, &format!("CREATE DATABASE {TEMPLATE}")).await;
    crate::program::migrate(&cluster().database(TEMPLATE)).await;
    execute(
        connection,
        &format!("ALTER DATABASE {TEMPLATE} IS_TEMPLATE true"),
    )
    .await;
}

async fn execute(connection: &mut PgConnection, statement: &str) {
    sqlx::raw_sql(AssertSqlSafe(statement))
        .execute(connection)
        .await
        .unwrap();
}

async fn sqlx_scalar(connection: &mut PgConnection, statement: &str) -> bool {
    use sqlx::Row;
    let row = sqlx::raw_sql(AssertSqlSafe(statement))
        .fetch_one(connection)
        .await
        .unwrap();
    row.get(0)
}

/// A pool to look into a database with.
pub async fn open(options: PgConnectOptions) -> PgPool {
    PgPoolOptions::new()
        .max_connections(4)
        .connect_with(options)
        .await
        .unwrap()
}

/// An id that no other test has.
#[must_use]
pub fn random_id() -> Uuid {
    #[expect(
        clippy::disallowed_methods,
        reason = "tests run side by side on one cluster"
    )]
    Uuid::new_v4()
}
