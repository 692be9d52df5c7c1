-- What was audited: one row an audit, its findings beside it, the month's count and the keys
-- under which a request may be repeated.

CREATE TABLE public.audit_logs (
    -- UUIDv7, made before the row is written: a batch that is sent again counts once.
    id               uuid             NOT NULL DEFAULT gen_random_uuid(),
    organization_id  uuid             NOT NULL,
    user_id          uuid,
    formula_count    integer          NOT NULL,
    compliant_count  integer          NOT NULL,
    issues_found     integer          NOT NULL,
    duration_ms      double precision NOT NULL,
    -- NULL: nothing was found.
    highest_severity text,
    -- Findings by rule: {"approximate-lookup": 3}.
    rules            jsonb            NOT NULL DEFAULT '{}',
    -- SHA-256 of the formulas with their cells, and of the rule set.
    input_hash       bytea,
    ruleset_hash     bytea,
    engine           text,
    created_at       timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT audit_logs_pkey PRIMARY KEY (id, created_at),
    CONSTRAINT audit_logs_highest_severity_check
        CHECK (highest_severity IN ('info', 'low', 'medium', 'high')),
    CONSTRAINT audit_logs_organization_id_fkey FOREIGN KEY (organization_id)
        REFERENCES public.organizations (id) ON DELETE CASCADE,
    CONSTRAINT audit_logs_user_id_fkey FOREIGN KEY (user_id)
        REFERENCES public.users (id) ON DELETE SET NULL
) PARTITION BY RANGE (created_at);

CREATE INDEX idx_audit_logs_org_created ON public.audit_logs (organization_id, created_at DESC, id DESC);
CREATE INDEX idx_audit_logs_user_created ON public.audit_logs (user_id, created_at DESC);

-- Where rows go when nobody made the month's partition in time: late, but never lost.
CREATE TABLE sheetbrain.audit_logs_default PARTITION OF public.audit_logs DEFAULT;

-- Same columns in the same order; no keys, so that history stays when an organization goes.
CREATE TABLE public.audit_logs_archive (LIKE public.audit_logs INCLUDING DEFAULTS);

-- Makes the partitions from the month of `start` on, `months` of them, and moves there what
-- waited in the default partition. Returns how many it made.
CREATE FUNCTION sheetbrain.ensure_audit_log_partitions(start timestamptz, months integer)
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

SELECT sheetbrain.ensure_audit_log_partitions(now(), 3);

CREATE TABLE sheetbrain.audit_findings (
    organization_id uuid        NOT NULL,
    audit_id        uuid        NOT NULL,
    -- The findings of one audit, without any formula's text.
    findings        jsonb       NOT NULL,
    created_at      timestamptz NOT NULL,
    CONSTRAINT audit_findings_pkey PRIMARY KEY (organization_id, audit_id),
    CONSTRAINT audit_findings_organization_id_fkey FOREIGN KEY (organization_id)
        REFERENCES public.organizations (id) ON DELETE CASCADE
);

-- Rows come in the order of their time, so the smallest kind of index finds those past retention.
CREATE INDEX audit_findings_created_at_idx ON sheetbrain.audit_findings USING brin (created_at);

CREATE TABLE public.audit_usage (
    organization_id uuid        NOT NULL,
    -- The calendar month in UTC: 2026-11.
    month_year      text        NOT NULL,
    count           integer     NOT NULL DEFAULT 0,
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT audit_usage_pkey PRIMARY KEY (organization_id, month_year),
    CONSTRAINT audit_usage_month_year_check CHECK (month_year ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
    CONSTRAINT audit_usage_count_check CHECK (count >= 0),
    CONSTRAINT audit_usage_organization_id_fkey FOREIGN KEY (organization_id)
        REFERENCES public.organizations (id) ON DELETE CASCADE
) WITH (fillfactor = 70);

CREATE TABLE sheetbrain.idempotency_keys (
    organization_id uuid        NOT NULL,
    key             text        NOT NULL,
    request_hash    bytea       NOT NULL,
    audit_id        uuid        NOT NULL,
    created_at      timestamptz NOT NULL,
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (organization_id, key),
    CONSTRAINT idempotency_keys_organization_id_fkey FOREIGN KEY (organization_id)
        REFERENCES public.organizations (id) ON DELETE CASCADE
);

CREATE INDEX idempotency_keys_created_at_idx ON sheetbrain.idempotency_keys (created_at);
