-- What an organization's administrators chose of the built-in rules, and what every audit ran with.

-- No row: the recommended rules, nothing locked, no formulas kept.
CREATE TABLE sheetbrain.organization_rules (
    organization_id uuid        NOT NULL,
    presets         text[]      NOT NULL,
    -- What differs from the presets: [{"name", "enabled", "severity", "settings"}].
    rules           jsonb       NOT NULL,
    -- Rules whose findings nobody can suppress.
    locked          text[]      NOT NULL,
    -- Whether the formulas of audits are kept.
    keep_formulas   boolean     NOT NULL,
    updated_by      uuid,
    updated_at      timestamptz NOT NULL,
    CONSTRAINT organization_rules_pkey PRIMARY KEY (organization_id),
    CONSTRAINT organization_rules_organization_id_fkey FOREIGN KEY (organization_id)
        REFERENCES public.organizations (id) ON DELETE CASCADE,
    CONSTRAINT organization_rules_updated_by_fkey FOREIGN KEY (updated_by)
        REFERENCES public.users (id) ON DELETE SET NULL
);

CREATE TRIGGER organization_rules_raise_rules_version
    AFTER INSERT OR DELETE OR UPDATE OF presets, rules, locked, keep_formulas ON sheetbrain.organization_rules
    FOR EACH ROW EXECUTE FUNCTION sheetbrain.raise_rules_version();

-- The rule set behind each hash, so that an audit can be repeated.
CREATE TABLE sheetbrain.rulesets (
    organization_id uuid        NOT NULL,
    -- SHA-256, as in audit_logs.ruleset_hash.
    hash            bytea       NOT NULL,
    -- Its rules with their settings, its policies with theirs.
    definition      jsonb       NOT NULL,
    created_at      timestamptz NOT NULL,
    CONSTRAINT rulesets_pkey PRIMARY KEY (organization_id, hash),
    CONSTRAINT rulesets_hash_check CHECK (length(hash) = 32),
    CONSTRAINT rulesets_organization_id_fkey FOREIGN KEY (organization_id)
        REFERENCES public.organizations (id) ON DELETE CASCADE
);

-- The formulas of audits, of organizations that keep them.
CREATE TABLE sheetbrain.audit_formulas (
    organization_id uuid        NOT NULL,
    audit_id        uuid        NOT NULL,
    -- Whether the formulas are written with decimal commas.
    decimal_comma   boolean     NOT NULL,
    -- One of each template on each sheet: [{"sheet", "cell", "formula"}].
    formulas        jsonb       NOT NULL,
    created_at      timestamptz NOT NULL,
    CONSTRAINT audit_formulas_pkey PRIMARY KEY (organization_id, audit_id),
    CONSTRAINT audit_formulas_organization_id_fkey FOREIGN KEY (organization_id)
        REFERENCES public.organizations (id) ON DELETE CASCADE
);

CREATE INDEX audit_formulas_organization_id_created_at_idx
    ON sheetbrain.audit_formulas (organization_id, created_at DESC);

SELECT sheetbrain.separate_tenants('sheetbrain.organization_rules'),
       sheetbrain.separate_tenants('sheetbrain.rulesets'),
       sheetbrain.separate_tenants('sheetbrain.audit_formulas');
GRANT SELECT, INSERT, UPDATE ON sheetbrain.organization_rules TO sheetbrain_app;
GRANT SELECT, INSERT ON sheetbrain.rulesets TO sheetbrain_app;
GRANT SELECT, INSERT, DELETE ON sheetbrain.audit_formulas TO sheetbrain_app;
