-- Findings that somebody silenced, with who, when and why.

CREATE TABLE sheetbrain.suppressions (
    id              uuid        NOT NULL,
    organization_id uuid        NOT NULL,
    -- Either one finding, wherever its formula stands …
    fingerprint     text,
    -- … or all findings of a rule (which a fingerprint's may be known of, too) …
    rule            text,
    -- … in a range, or on a sheet.
    cells           text,
    sheet           text,
    reason          text        NOT NULL,
    expires_at      timestamptz,
    -- NULL: a program, or a person who is gone.
    created_by      uuid,
    created_at      timestamptz NOT NULL,
    -- To the day.
    last_matched_on date,
    CONSTRAINT suppressions_pkey PRIMARY KEY (id),
    CONSTRAINT suppressions_reason_check CHECK (reason <> ''),
    CONSTRAINT suppressions_target_check CHECK (
        num_nonnulls(fingerprint, cells, sheet) = 1 AND (fingerprint IS NOT NULL OR rule IS NOT NULL)),
    CONSTRAINT suppressions_organization_id_fkey FOREIGN KEY (organization_id)
        REFERENCES public.organizations (id) ON DELETE CASCADE,
    CONSTRAINT suppressions_created_by_fkey FOREIGN KEY (created_by)
        REFERENCES public.users (id) ON DELETE SET NULL
);

CREATE INDEX suppressions_organization_id_created_at_idx
    ON sheetbrain.suppressions (organization_id, created_at DESC, id DESC);

CREATE TRIGGER suppressions_raise_rules_version
    AFTER INSERT OR DELETE OR UPDATE OF fingerprint, rule, cells, sheet, expires_at ON sheetbrain.suppressions
    FOR EACH ROW EXECUTE FUNCTION sheetbrain.raise_rules_version();

SELECT sheetbrain.separate_tenants('sheetbrain.suppressions');
GRANT SELECT, INSERT, DELETE, UPDATE (last_matched_on) ON sheetbrain.suppressions TO sheetbrain_app;
