//! One organization never sees or changes another's data: not by any route, and not in SQL.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, ConnectOptions, Row};
use tests::program::{Start, program, send, who};
use tests::{Server, database};

/// Cross-tenant tries in the test command, and in a longer run.
const TRIES: usize = 500;

fn tries() -> usize {
    #[expect(
        clippy::disallowed_methods,
        reason = "how a longer run is asked for, which is no setting of the server"
    )]
    let wanted = std::env::var("SHEETBRAIN_TENANT_TRIES").ok();
    wanted.map_or(TRIES, |wanted| wanted.parse().expect("a number"))
}

/// Numbers without an order, the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

/// An organization with a policy, an audit, an API key and a subscription.
async fn furnished(server: &Server) -> (String, String) {
    let member = server.member("org:admin").await;
    let policy = json!({"title": "Secret plans", "content": "VLOOKUP must use exact match."});
    for (path, body) in [
        ("/api/ingest", policy),
        ("/api/billing", json!({"plan": "free"})),
        (
            "/api/keys",
            json!({"scopes": ["read"], "name": "Secret plans"}),
        ),
        (
            "/api/suppressions",
            json!({"rule": "nested-if", "sheet": "Secret plans", "reason": "Secret plans"}),
        ),
    ] {
        let answer = server.post(who(&member), path, &body).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.text);
    }
    let _ = server
        .audit(who(&member), &["=VLOOKUP(A1,B:C,2)"])
        .await
        .expect(200);
    member
}

/// Every id in every table that the organization has rows in.
async fn ids_of(server: &Server, organization: &str) -> Vec<String> {
    let own = format!("(SELECT id FROM organizations WHERE clerk_org_id = '{organization}')");
    let ids = server
        .sql(&format!(
            "SELECT string_agg(id, ' ') FROM (
                SELECT id::text FROM policies WHERE organization_id = {own}
                UNION SELECT id::text FROM audit_logs WHERE organization_id = {own}
                UNION SELECT id FROM sheetbrain.api_keys WHERE organization_id = {own}
                UNION SELECT id::text FROM subscriptions WHERE organization_id = {own}
                UNION SELECT id::text FROM sheetbrain.suppressions WHERE organization_id = {own}
                UNION SELECT 'sha256:' || encode(hash, 'hex') FROM sheetbrain.rulesets WHERE organization_id = {own}
                UNION SELECT user_id::text FROM sheetbrain.memberships WHERE organization_id = {own}
                UNION SELECT {own}::text) AS ids"
        ))
        .await;
    ids.split(' ').map(str::to_owned).collect()
}

/// What must not change, for one organization.
async fn state_of(server: &Server, organization: &str) -> String {
    let own = format!("(SELECT id FROM organizations WHERE clerk_org_id = '{organization}')");
    server
        .sql(&format!(
            "SELECT jsonb_build_array(
                (SELECT jsonb_agg(to_jsonb(p) ORDER BY p.id) FROM policies p WHERE p.organization_id = {own}),
                (SELECT jsonb_agg(to_jsonb(k) ORDER BY k.id) FROM sheetbrain.api_keys k WHERE k.organization_id = {own}),
                (SELECT jsonb_agg(to_jsonb(s)) FROM subscriptions s WHERE s.organization_id = {own}),
                (SELECT jsonb_agg(to_jsonb(s)) FROM sheetbrain.suppressions s WHERE s.organization_id = {own}),
                (SELECT jsonb_agg(to_jsonb(r)) FROM sheetbrain.organization_rules r WHERE r.organization_id = {own}),
                (SELECT jsonb_agg(to_jsonb(c) ORDER BY c.policy_id) FROM sheetbrain.compiled_policies c WHERE c.organization_id = {own}),
                (SELECT count(*) FROM audit_logs a WHERE a.organization_id = {own}))"
        ))
        .await
}

#[tokio::test]
async fn no_route_gives_or_changes_anything_of_another_organization() {
    let server = Start::default()
        .with("RATE_LIMIT_REQUESTS", "1000000")
        .server()
        .await;
    let (victim, other) = (furnished(&server).await, server.member("org:admin").await);
    let ids = ids_of(&server, &victim.0).await;
    let before = state_of(&server, &victim.0).await;
    let api = send(server.request(Method::GET, "/openapi.json"))
        .await
        .expect(200)
        .json;
    let operations: Vec<(Method, String)> = api["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap().keys();
            methods.map(|method| {
                let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
                (method, path.clone())
            })
        })
        .filter(|(_, path)| path.starts_with("/api/") && !path.starts_with("/api/rules"))
        .collect();
    let mut numbers = Numbers(7);
    let mut refused_by_id = 0;
    for number in 0..tries() {
        let (method, path) = &operations[number % operations.len()];
        let id = &ids[numbers.below(ids.len())];
        let addressed = path.replace("{id}", id);
        let query = ["", "?id=", "?cursor=", "?user="][numbers.below(4)];
        let query = if query.is_empty() {
            String::new()
        } else {
            format!("{query}{id}")
        };
        let body = [
            json!({"title": "T", "content": "C"}),
            json!({"title": "T", "content": "C", "organizationId": id}),
            json!({"formulas": ["=A1"], "organizationId": id, "organization": id}),
            json!({"id": id, "organization": id}),
        ];
        let request = server
            .request_as(who(&other), method.clone(), &format!("{addressed}{query}"))
            .json(&body[numbers.below(body.len())]);
        let answer = send(request).await;
        let what = format!(
            "{method} {addressed}{query}: {} {}",
            answer.status, answer.text
        );
        assert!(!answer.text.contains("Secret plans"), "{what}");
        assert!(
            !answer.text.contains(&victim.0) && !answer.text.contains(&victim.1),
            "{what}"
        );
        assert!(!answer.status.is_server_error(), "{what}");
        if path.contains("{id}") {
            let status = answer.status.as_u16();
            assert!(status == 404 || status == 400, "{what}");
            refused_by_id += usize::from(status == 404);
        }
    }
    assert!(refused_by_id > tries() / 20, "{refused_by_id}");
    assert_eq!(state_of(&server, &victim.0).await, before);
}

/// A connection as the server has one, for an organization or for none.
async fn as_role(server: &Server, role: &str, organization: Option<&str>) -> PgConnection {
    let mut connection = server.database.connect().await.unwrap();
    let organization = organization.unwrap_or_default();
    let own = server
        .sql(&format!(
            "SELECT id FROM organizations WHERE clerk_org_id = '{organization}'"
        ))
        .await;
    let settings = format!("SET ROLE {role}; SET app.org = '{own}'");
    sqlx::raw_sql(AssertSqlSafe(settings))
        .execute(&mut connection)
        .await
        .unwrap();
    connection
}

async fn run(connection: &mut PgConnection, statement: &str) -> Result<u64, String> {
    let done = sqlx::raw_sql(AssertSqlSafe(statement.to_owned()))
        .execute(connection)
        .await;
    done.map(|done| done.rows_affected())
        .map_err(|error| error.to_string())
}

/// Tables and views of the two schemas, partitions left out or alone.
async fn tables(server: &Server, partitions: bool) -> BTreeSet<String> {
    let names = server
        .sql(&format!(
            "SELECT string_agg(format('%I.%I', n.nspname, c.relname), ' ') FROM pg_class c
             JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname IN ('public', 'sheetbrain') AND c.relkind IN ('r', 'p', 'v', 'm')
               AND c.relispartition = {partitions}"
        ))
        .await;
    names.split(' ').map(str::to_owned).collect()
}

#[tokio::test]
async fn in_sql_an_organization_sees_its_own_rows_and_nobody_elses() {
    let server = Server::start().await;
    let (victim, other) = (furnished(&server).await, furnished(&server).await);
    let mut nobody = as_role(&server, "sheetbrain_app", None).await;
    let mut own = as_role(&server, "sheetbrain_app", Some(&other.0)).await;
    let mut seen = 0;
    for table in tables(&server, false).await {
        let all = run(&mut own, &format!("SELECT FROM {table}")).await;
        let none = run(&mut nobody, &format!("SELECT FROM {table}")).await;
        match (all, none) {
            (Ok(rows), Ok(none)) => {
                seen += rows;
                assert_eq!(none, 0, "{table} without an organization");
            }
            (Err(refused), Err(_)) => {
                assert!(refused.contains("permission denied"), "{table}: {refused}");
            }
            differ => panic!("{table}: {differ:?}"),
        }
        let column = if table == "public.organizations" {
            "id"
        } else {
            "organization_id"
        };
        let foreign =
            format!("SELECT FROM {table} WHERE {column} <> current_setting('app.org')::uuid");
        if let Ok(rows) = run(&mut own, &foreign).await {
            assert!(rows == 0 || table == "public.users", "{table}");
        }
    }
    assert!(seen > 8, "{seen} rows: the test looked at nothing");
    let person = format!("SELECT FROM users WHERE clerk_user_id = '{}'", victim.1);
    assert_eq!(run(&mut own, &person).await, Ok(0));
}

#[tokio::test]
async fn in_sql_nothing_is_written_for_another_organization() {
    let server = Server::start().await;
    let (victim, other) = (furnished(&server).await, server.member("org:admin").await);
    let before = state_of(&server, &victim.0).await;
    let id = server
        .sql(&format!(
            "SELECT id FROM organizations WHERE clerk_org_id = '{}'",
            victim.0
        ))
        .await;
    let mut own = as_role(&server, "sheetbrain_app", Some(&other.0)).await;
    for insert in [
        format!("INSERT INTO policies (organization_id, title, content) VALUES ('{id}', 'T', 'C')"),
        format!(
            "INSERT INTO subscriptions (organization_id, plan, status) VALUES ('{id}', 'pro', 'active')"
        ),
        format!(
            "INSERT INTO ingestion_logs (organization_id, document_size, duration_ms, success) VALUES ('{id}', 1, 1, true)"
        ),
        format!(
            "INSERT INTO sheetbrain.suppressions (id, organization_id, rule, sheet, reason, created_at) VALUES (gen_random_uuid(), '{id}', 'x', 'x', 'x', now())"
        ),
        format!(
            "INSERT INTO sheetbrain.organization_rules (organization_id, presets, rules, locked, keep_formulas, updated_at) VALUES ('{id}', '{{}}', '[]', '{{}}', true, now())"
        ),
        format!(
            "INSERT INTO sheetbrain.api_keys (id, organization_id, name, scopes, hash, created_at) VALUES ('x', '{id}', 'x', '{{read}}', sha256('x'), now())"
        ),
    ] {
        let refused = run(&mut own, &insert).await.unwrap_err();
        assert!(
            refused.contains("row-level security"),
            "{insert}: {refused}"
        );
    }
    for write in [
        format!("UPDATE policies SET title = 'taken' WHERE organization_id = '{id}'"),
        "UPDATE policies SET title = 'taken'".to_owned(),
        "DELETE FROM policies".to_owned(),
        "UPDATE subscriptions SET plan = 'enterprise'".to_owned(),
        "UPDATE sheetbrain.api_keys SET revoked_at = now()".to_owned(),
        "DELETE FROM sheetbrain.suppressions".to_owned(),
        "UPDATE sheetbrain.compiled_policies SET compiled = '{}'".to_owned(),
        "UPDATE sheetbrain.organization_rules SET locked = '{}'".to_owned(),
    ] {
        assert_eq!(run(&mut own, &write).await, Ok(0), "{write}");
    }
    for forbidden in [
        "INSERT INTO audit_logs (organization_id, formula_count, compliant_count, issues_found, duration_ms) VALUES (current_setting('app.org')::uuid, 1, 1, 0, 1)",
        "UPDATE audit_usage SET count = 0",
        "DELETE FROM audit_logs",
        "UPDATE organizations SET name = 'x'",
        "INSERT INTO sheetbrain.memberships (clerk_membership_id, organization_id, user_id, role, joined_at) SELECT 'x', current_setting('app.org')::uuid, id, 'admin', now() FROM users",
        "SELECT hash FROM sheetbrain.api_keys",
        "SELECT secret FROM sheetbrain.signing_keys",
        "SELECT FROM sheetbrain.audit_logs_default",
        "TRUNCATE policies",
        "CREATE TABLE public.mine (x integer)",
        "SELECT increment_audit_usage(current_setting('app.org')::uuid, '2026-11')",
    ] {
        let refused = run(&mut own, forbidden).await.unwrap_err();
        assert!(
            refused.contains("permission denied"),
            "{forbidden}: {refused}"
        );
    }
    assert_eq!(state_of(&server, &victim.0).await, before);
}

#[tokio::test]
async fn the_writer_reaches_nothing_but_identities_and_the_record_of_audits() {
    let server = Server::start().await;
    let _ = furnished(&server).await;
    let mut writer = as_role(&server, "sheetbrain_writer", None).await;
    for forbidden in [
        "SELECT FROM policies",
        "SELECT FROM sheetbrain.policy_versions",
        "SELECT FROM ingestion_logs",
        "SELECT FROM audit_logs_archive",
        "SELECT findings FROM sheetbrain.audit_findings",
        "SELECT rules FROM audit_logs",
        "SELECT stripe_customer_id FROM subscriptions",
        "UPDATE subscriptions SET plan = 'enterprise'",
        "UPDATE organizations SET rules_version = 0",
        "UPDATE audit_logs SET formula_count = 0",
        "DELETE FROM audit_logs",
        "DELETE FROM audit_usage",
        "UPDATE sheetbrain.api_keys SET hash = sha256('x')",
        "DELETE FROM sheetbrain.webhook_events",
    ] {
        let refused = run(&mut writer, forbidden).await.unwrap_err();
        assert!(
            refused.contains("permission denied"),
            "{forbidden}: {refused}"
        );
    }
}

#[tokio::test]
async fn every_table_is_under_row_level_security() {
    let server = Server::start().await;
    let bare = "SELECT string_agg(c.oid::regclass::text, ' ') FROM pg_class c
                JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname IN ('public', 'sheetbrain') AND c.relkind IN ('r', 'p')
                  AND NOT c.relrowsecurity AND c.relname <> '_sqlx_migrations'";
    assert_eq!(server.sql(bare).await, "");
    let without_policy = "SELECT string_agg(c.oid::regclass::text, ' ') FROM pg_class c
                JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id'
                JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname IN ('public', 'sheetbrain') AND c.relkind IN ('r', 'p') AND NOT c.relispartition
                  AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'tenant')";
    assert_eq!(server.sql(without_policy).await, "");
    assert!(
        !tables(&server, true).await.is_empty(),
        "there are partitions"
    );
}

#[tokio::test]
async fn nobody_else_gets_into_the_schemas() {
    let server = Server::start().await;
    let stranger = format!("stranger_{}", database::random_id().simple());
    server.execute(&format!("CREATE ROLE {stranger}; CREATE FUNCTION public.later() RETURNS integer LANGUAGE sql AS 'SELECT 1'")).await;
    let mut connection = server.database.connect().await.unwrap();
    run(&mut connection, &format!("SET ROLE {stranger}"))
        .await
        .unwrap();
    for forbidden in [
        "SELECT FROM public.policies",
        "SELECT public.later()",
        "SELECT FROM public.get_org_stats('00000000-0000-0000-0000-000000000000')",
        "SELECT FROM sheetbrain.memberships",
        "CREATE TABLE public.mine (x integer)",
    ] {
        let refused = run(&mut connection, forbidden).await.unwrap_err();
        assert!(
            refused.contains("permission denied"),
            "{forbidden}: {refused}"
        );
    }
    run(&mut connection, "RESET ROLE").await.unwrap();
    server.execute(&format!("DROP ROLE {stranger}")).await;
}

/// A login of its own with a database of its own.
pub(crate) async fn operator(rights: &str) -> (String, sqlx::postgres::PgConnectOptions) {
    let options = database::create_empty().await;
    let name = format!("operator_{}", database::random_id().simple());
    let mut connection = options.connect().await.unwrap();
    let database: String = sqlx::raw_sql("SELECT current_database()::text")
        .fetch_one(&mut connection)
        .await
        .unwrap()
        .get(0);
    let made =
        format!("CREATE ROLE {name} LOGIN {rights}; ALTER DATABASE {database} OWNER TO {name}");
    run(&mut connection, &made).await.unwrap();
    (name.clone(), options.username(&name))
}

#[tokio::test]
async fn an_operator_with_createrole_needs_nothing_more() {
    let (name, options) = operator("CREATEROLE").await;
    let mut administrator = database::cluster().connect().await.unwrap();
    // From PostgreSQL 16 on, CREATEROLE is about roles of one's own making; these are the
    // cluster's by now, so the operator is given what their maker has.
    let maker = format!(
        "DO $$ BEGIN IF current_setting('server_version_num')::integer >= 160000 THEN
            EXECUTE 'GRANT sheetbrain_app, sheetbrain_writer TO {name} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE';
         END IF; END $$"
    );
    run(&mut administrator, &maker).await.unwrap();
    let server = Start::default().on(&options).server().await;
    let member = server.member("org:admin").await;
    let _ = server.audit(who(&member), &["=A1"]).await.expect(200);
}

#[tokio::test]
async fn an_operator_without_createrole_is_told_what_to_run() {
    let (name, options) = operator("").await;
    // The roles are the cluster's and exist by now; what is missing is the right to act as them.
    let mut command = program();
    let output = command
        .arg("migrate")
        .env("DATABASE_URL", options.to_url_lossy().as_str())
        .stderr(std::process::Stdio::piped())
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    let grant = format!("GRANT sheetbrain_app, sheetbrain_writer TO \"{name}\";");
    assert!(
        said.contains("CREATE ROLE sheetbrain_app NOLOGIN;") && said.contains(&grant),
        "{said}"
    );

    let mut administrator = database::cluster().connect().await.unwrap();
    run(&mut administrator, &grant).await.unwrap();
    let server = Start::default().on(&options).server().await;
    let member = server.member("org:admin").await;
    let _ = server.audit(who(&member), &["=A1"]).await.expect(200);
}

#[tokio::test]
async fn a_person_who_is_deleted_makes_no_new_version_of_a_policy() {
    let server = Server::start().await;
    let member = furnished(&server).await;
    server
        .receive(&server.clerk.deleted("user.deleted", &member.1))
        .await;
    assert_eq!(
        server
            .sql("SELECT version || ' ' || (created_by IS NULL) FROM policies")
            .await,
        "1 true"
    );
}

#[test]
fn the_pool_itself_is_known_only_to_the_transactions() {
    let sources = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/src");
    let mut folders = vec![sources];
    let mut checked = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = std::fs::read_to_string(&path).unwrap();
                let may = path.ends_with("db/tenancy.rs");
                assert!(may || !text.contains("PgPool"), "{}", path.display());
                checked += 1;
            }
        }
    }
    assert!(checked > 40, "{checked}");
}

#[tokio::test]
async fn an_answer_names_the_callers_own_organization() {
    let server = Server::start().await;
    let member = server.member("org:editor").await;
    let me = server.get(who(&member), "/api/me").await.expect(200).json;
    assert_eq!(me["organization"]["clerkId"], member.0.as_str());
    assert_eq!(me["user"]["clerkId"], member.1.as_str());
    assert_eq!(me["role"], "editor");
    assert_eq!(me["plan"], "free");
    assert_eq!(me["scopes"], Value::Null);
    assert_eq!(me["authenticatedBy"], "headers");
}
