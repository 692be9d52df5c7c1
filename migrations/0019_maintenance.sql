-- What `sheetbrain maintain` needs: it moves audits past retention from the log to the archive, and
-- that changes no figure.

-- Every audit of the organization counts, wherever it is kept.
CREATE OR REPLACE FUNCTION public.get_org_stats(org_id uuid)
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
        (SELECT count(*) FROM public.audit_logs a WHERE a.organization_id = o.id)
            + (SELECT count(*) FROM public.audit_logs_archive a WHERE a.organization_id = o.id),
        coalesce((SELECT au.count FROM public.audit_usage au
                  WHERE au.organization_id = o.id
                    AND au.month_year = to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM')), 0)::bigint,
        coalesce(s.plan, 'free'),
        coalesce(s.status, 'none')
    FROM public.organizations o
    LEFT JOIN public.subscriptions s ON s.organization_id = o.id
    WHERE o.id = $1
$$;

CREATE INDEX audit_logs_archive_organization_id_created_at_idx
    ON public.audit_logs_archive (organization_id, created_at DESC);

-- As for findings: rows come in the order of their time.
CREATE INDEX audit_formulas_created_at_idx ON sheetbrain.audit_formulas USING brin (created_at);

-- Passes over buckets that a request holds: it waits for nobody, and requests that lock several
-- buckets can not wait for it in a circle.
CREATE OR REPLACE FUNCTION public.cleanup_expired_rate_limits()
    RETURNS integer LANGUAGE sql SET search_path = '' AS $$
    WITH expired AS MATERIALIZED (
        SELECT b.organization_id FROM public.rate_limit_buckets b
        WHERE b.window_reset_at < now()
        ORDER BY b.organization_id
        FOR UPDATE SKIP LOCKED
    ), deleted AS (
        DELETE FROM public.rate_limit_buckets b USING expired e
        WHERE b.organization_id = e.organization_id RETURNING 1
    )
    SELECT count(*)::integer FROM deleted
$$;

-- Removes the partitions of months that ended before a time and that have no row any more; returns
-- how many. The log is locked for as long as that takes, and not waited for: where somebody reads
-- for long, a later call removes them.
CREATE FUNCTION sheetbrain.drop_empty_audit_log_partitions(before timestamptz)
    RETURNS integer LANGUAGE plpgsql SET search_path = '' SET timezone = 'UTC' AS $$
DECLARE
    dropped  integer := 0;
    name     text;
    is_empty boolean;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('sheetbrain.ensure_audit_log_partitions'));
    PERFORM set_config('lock_timeout', '100ms', true);
    FOR name IN
        SELECT c.relname FROM pg_inherits i
        JOIN pg_class c ON c.oid = i.inhrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE i.inhparent = 'public.audit_logs'::regclass AND n.nspname = 'sheetbrain'
          AND c.relname ~ '^audit_logs_[0-9]{4}_[0-9]{2}$'
          AND to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month' <= before
        ORDER BY c.relname
    LOOP
        -- Without the lock first, so that a partition that holds rows costs nobody anything.
        EXECUTE format('SELECT NOT EXISTS (SELECT FROM sheetbrain.%I)', name) INTO is_empty;
        CONTINUE WHEN NOT is_empty;
        LOCK TABLE ONLY public.audit_logs IN ACCESS EXCLUSIVE MODE;
        EXECUTE format('SELECT NOT EXISTS (SELECT FROM sheetbrain.%I)', name) INTO is_empty;
        CONTINUE WHEN NOT is_empty;
        EXECUTE format('DROP TABLE sheetbrain.%I', name);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
EXCEPTION WHEN lock_not_available THEN
    RETURN 0;
END
$$;

-- Supabase gives what is made in `public` to the two roles that it shows to the web; they get
-- nothing. Also called when a backup was restored, where no migration runs that would do it.
CREATE FUNCTION sheetbrain.close_public()
    RETURNS void LANGUAGE plpgsql SET search_path = '' AS $$
DECLARE
    role text;
    kind text;
BEGIN
    REVOKE ALL ON SCHEMA public FROM PUBLIC;
    FOR role IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
        EXECUTE format('REVOKE ALL ON SCHEMA public FROM %I', role);
        FOREACH kind IN ARRAY ARRAY ['TABLES', 'SEQUENCES', 'FUNCTIONS'] LOOP
            EXECUTE format('REVOKE ALL ON ALL %s IN SCHEMA public FROM %I', kind, role);
            EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON %s FROM %I', kind, role);
        END LOOP;
    END LOOP;
END
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA sheetbrain FROM PUBLIC;
