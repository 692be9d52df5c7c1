-- What operators call by hand, and what nobody else may.

-- Parameters are read as $1 and $2: a name could be taken for a column's.
CREATE FUNCTION public.get_org_stats(org_id uuid)
    RETURNS TABLE (
        total_users         bigint,
        total_policies      bigint,
        total_audits        bigint,
        audits_this_month   bigint,
        plan                text,
        subscription_status text
    )
    LANGUAGE sql STABLE SET search_path = '' AS $$
    SELECT
        (SELECT count(*) FROM public.users u
         WHERE u.organization_id = o.id
            OR EXISTS (SELECT FROM sheetbrain.memberships m
                       WHERE m.organization_id = o.id AND m.user_id = u.id)),
        (SELECT count(*) FROM public.policies p WHERE p.organization_id = o.id),
        (SELECT count(*) FROM public.audit_logs a WHERE a.organization_id = o.id),
        coalesce((SELECT au.count FROM public.audit_usage au
                  WHERE au.organization_id = o.id
                    AND au.month_year = to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM')), 0)::bigint,
        coalesce(s.plan, 'free'),
        coalesce(s.status, 'none')
    FROM public.organizations o
    LEFT JOIN public.subscriptions s ON s.organization_id = o.id
    WHERE o.id = $1
$$;

-- Counts one audit and returns the month's new count.
CREATE FUNCTION public.increment_audit_usage(org_id uuid, month text)
    RETURNS integer LANGUAGE sql SET search_path = '' AS $$
    INSERT INTO public.audit_usage AS au (organization_id, month_year, count)
    VALUES ($1, $2, 1)
    ON CONFLICT ON CONSTRAINT audit_usage_pkey
        DO UPDATE SET count = au.count + 1, updated_at = now()
    RETURNING au.count
$$;

-- Deletes the buckets whose window is over and returns how many they were.
CREATE FUNCTION public.cleanup_expired_rate_limits()
    RETURNS integer LANGUAGE sql SET search_path = '' AS $$
    WITH deleted AS (
        DELETE FROM public.rate_limit_buckets b WHERE b.window_reset_at < now() RETURNING 1
    )
    SELECT count(*)::integer FROM deleted
$$;

-- Functions are callable by everyone unless that is taken back.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA sheetbrain FROM PUBLIC;
REVOKE ALL ON SCHEMA sheetbrain FROM PUBLIC;

-- Supabase shows `public` to the web through these two roles and grants them new objects.
DO $$
DECLARE
    role text;
BEGIN
    FOR role IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
        EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA public FROM %I', role);
        EXECUTE format('REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM %I', role);
        EXECUTE format('REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM %I', role);
        EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM %I', role);
        EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON FUNCTIONS FROM %I', role);
    END LOOP;
END
$$;
