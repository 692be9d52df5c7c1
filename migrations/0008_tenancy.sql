-- Who may see and change what. `sheetbrain_app` works for one organization at a time, the one that
-- its transaction names in `app.org`, and sees nothing without. `sheetbrain_writer` works across
-- organizations and may do nothing but what Clerk's events and the record of audits need.
--
-- The owner is not held by these policies: operators see everything.

-- Makes a table one of tenants: rows of the transaction's organization are all the app sees and
-- writes. What it may do with them is granted beside this.
CREATE FUNCTION sheetbrain.separate_tenants(tenant_table regclass, organization_column name DEFAULT 'organization_id')
    RETURNS void LANGUAGE plpgsql SET search_path = '' AS $$
DECLARE
    -- In a sub-select, so that it is computed once for a statement and not for each row.
    own text := format('%I = (SELECT nullif(current_setting(''app.org'', true), '''')::uuid)', organization_column);
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('CREATE POLICY tenant ON %s TO sheetbrain_app USING (%s) WITH CHECK (%s)', tenant_table, own, own);
END
$$;

-- Lets the writer at all rows of a table, as far as it is granted anything there.
CREATE FUNCTION sheetbrain.open_to_writer(any_table regclass)
    RETURNS void LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', any_table);
    EXECUTE format('CREATE POLICY writer ON %s TO sheetbrain_writer USING (true) WITH CHECK (true)', any_table);
END
$$;

SELECT sheetbrain.separate_tenants('public.organizations', 'id'),
       sheetbrain.separate_tenants('public.subscriptions'),
       sheetbrain.separate_tenants('public.policies'),
       sheetbrain.separate_tenants('public.ingestion_logs'),
       sheetbrain.separate_tenants('public.audit_logs'),
       sheetbrain.separate_tenants('public.audit_logs_archive'),
       sheetbrain.separate_tenants('public.audit_usage'),
       sheetbrain.separate_tenants('public.rate_limit_buckets'),
       sheetbrain.separate_tenants('sheetbrain.memberships'),
       sheetbrain.separate_tenants('sheetbrain.policy_versions'),
       sheetbrain.separate_tenants('sheetbrain.audit_findings'),
       sheetbrain.separate_tenants('sheetbrain.idempotency_keys');

-- A person belongs to organizations by memberships, of which the app sees one organization's.
ALTER TABLE public.users ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON public.users FOR SELECT TO sheetbrain_app
    USING (id IN (SELECT m.user_id FROM sheetbrain.memberships m));

SELECT sheetbrain.open_to_writer('public.organizations'),
       sheetbrain.open_to_writer('public.users'),
       sheetbrain.open_to_writer('public.subscriptions'),
       sheetbrain.open_to_writer('public.audit_logs'),
       sheetbrain.open_to_writer('public.audit_usage'),
       sheetbrain.open_to_writer('public.rate_limit_buckets'),
       sheetbrain.open_to_writer('sheetbrain.memberships'),
       sheetbrain.open_to_writer('sheetbrain.clerk_objects'),
       sheetbrain.open_to_writer('sheetbrain.webhook_events'),
       sheetbrain.open_to_writer('sheetbrain.audit_findings'),
       sheetbrain.open_to_writer('sheetbrain.idempotency_keys');

GRANT USAGE ON SCHEMA public, sheetbrain TO sheetbrain_app, sheetbrain_writer;

GRANT SELECT ON public.organizations, public.users, public.audit_logs, public.audit_logs_archive,
    public.audit_usage, public.rate_limit_buckets, sheetbrain.memberships, sheetbrain.policy_versions,
    sheetbrain.audit_findings TO sheetbrain_app;
GRANT SELECT, INSERT ON public.ingestion_logs TO sheetbrain_app;
GRANT SELECT, INSERT, UPDATE ON public.subscriptions TO sheetbrain_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON public.policies TO sheetbrain_app;
GRANT EXECUTE ON FUNCTION public.get_org_stats(uuid) TO sheetbrain_app;

-- Identities, as Clerk's events tell them.
GRANT SELECT, INSERT, DELETE ON public.organizations, public.users, sheetbrain.memberships TO sheetbrain_writer;
GRANT UPDATE (name, slug, created_at, updated_at) ON public.organizations TO sheetbrain_writer;
GRANT UPDATE (email, name, organization_id, created_at, updated_at) ON public.users TO sheetbrain_writer;
GRANT UPDATE (role, joined_at) ON sheetbrain.memberships TO sheetbrain_writer;
GRANT SELECT, INSERT, UPDATE ON sheetbrain.clerk_objects TO sheetbrain_writer;
GRANT SELECT, INSERT ON sheetbrain.webhook_events TO sheetbrain_writer;

-- The batch that records audits, and the rate of requests.
GRANT SELECT (organization_id, plan, status) ON public.subscriptions TO sheetbrain_writer;
GRANT SELECT (id, organization_id, created_at), INSERT ON public.audit_logs TO sheetbrain_writer;
GRANT SELECT (organization_id, audit_id), INSERT ON sheetbrain.audit_findings TO sheetbrain_writer;
GRANT SELECT, INSERT ON sheetbrain.idempotency_keys TO sheetbrain_writer;
GRANT SELECT, INSERT, UPDATE (count, updated_at) ON public.audit_usage TO sheetbrain_writer;
GRANT SELECT, INSERT, UPDATE ON public.rate_limit_buckets TO sheetbrain_writer;

-- What readiness looks at; the table is the migrator's own, which tools may do without.
DO $$
BEGIN
    IF to_regclass('sheetbrain._sqlx_migrations') IS NOT NULL THEN
        GRANT SELECT ON sheetbrain._sqlx_migrations TO sheetbrain_writer;
    END IF;
END
$$;

-- Triggers write for the owner: a version is kept and a rule set made stale whoever changed the
-- policy, and nobody needs the right to do either by hand.
ALTER FUNCTION sheetbrain.number_policy_version() SECURITY DEFINER;
ALTER FUNCTION sheetbrain.keep_policy_version() SECURITY DEFINER;
ALTER FUNCTION sheetbrain.raise_rules_version() SECURITY DEFINER;

-- A version is one of what the policy says: that its author was deleted makes none.
DROP TRIGGER policies_number_version ON public.policies;
CREATE TRIGGER policies_number_version
    BEFORE UPDATE OF title, content, category, department, tags, source ON public.policies
    FOR EACH ROW EXECUTE FUNCTION sheetbrain.number_policy_version();
DROP TRIGGER policies_keep_version ON public.policies;
CREATE TRIGGER policies_keep_version
    AFTER INSERT OR UPDATE OF title, content, category, department, tags, source ON public.policies
    FOR EACH ROW EXECUTE FUNCTION sheetbrain.keep_policy_version();
DROP TRIGGER policies_raise_rules_version ON public.policies;
CREATE TRIGGER policies_raise_rules_version
    AFTER INSERT OR DELETE OR UPDATE OF title, content, category, department, tags, source ON public.policies
    FOR EACH ROW EXECUTE FUNCTION sheetbrain.raise_rules_version();

-- A partition is reached through its table, whose policies hold; by its own name nobody gets in.
DO $$
DECLARE
    partition regclass;
BEGIN
    FOR partition IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'public.audit_logs'::regclass LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', partition);
    END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION sheetbrain.ensure_audit_log_partitions(start timestamptz, months integer)
    RETURNS integer LANGUAGE plpgsql SET search_path = '' SET timezone = 'UTC' AS $$
DECLARE
    made  integer := 0;
    first timestamptz;
    name  text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('sheetbrain.ensure_audit_log_partitions'));
    FOR step IN 0 .. months - 1 LOOP
        first := date_trunc('month', start) + make_interval(months => step);
        name := 'audit_logs_' || to_char(first, 'YYYY_MM');
        CONTINUE WHEN to_regclass('sheetbrain.' || name) IS NOT NULL;
        EXECUTE format(
            'CREATE TABLE sheetbrain.%I (LIKE public.audit_logs INCLUDING DEFAULTS INCLUDING CONSTRAINTS)',
            name);
        EXECUTE format('ALTER TABLE sheetbrain.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'WITH moved AS (DELETE FROM sheetbrain.audit_logs_default
                            WHERE created_at >= %L AND created_at < %L RETURNING *)
             INSERT INTO sheetbrain.%I SELECT * FROM moved',
            first, first + interval '1 month', name);
        EXECUTE format(
            'ALTER TABLE public.audit_logs ATTACH PARTITION sheetbrain.%I FOR VALUES FROM (%L) TO (%L)',
            name, first, first + interval '1 month');
        made := made + 1;
    END LOOP;
    RETURN made;
END
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA sheetbrain FROM PUBLIC;

-- Nobody else gets into `public`, whatever is made there later: without the schema, no table and no
-- function in it can be reached. (Before PostgreSQL 15 the schema may not be ours to close; its
-- tables are, and were never open.)
REVOKE ALL ON SCHEMA public FROM PUBLIC;

-- Supabase shows `public` to the web through these two roles.
DO $$
DECLARE
    role text;
    kind text;
BEGIN
    FOR role IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
        EXECUTE format('REVOKE ALL ON SCHEMA public FROM %I', role);
        FOREACH kind IN ARRAY ARRAY ['TABLES', 'SEQUENCES', 'FUNCTIONS'] LOOP
            EXECUTE format('REVOKE ALL ON ALL %s IN SCHEMA public FROM %I', kind, role);
            EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON %s FROM %I', kind, role);
        END LOOP;
    END LOOP;
END
$$;
