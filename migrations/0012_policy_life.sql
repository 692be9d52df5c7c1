-- Drafts beside what is published, the rules that each version was compiled to, and a search over
-- what policies say.

ALTER TABLE public.policies
    -- What the row holds: 'published' is in force, 'draft' is not yet. A policy written by hand, in
    -- SQL, is in force like one sent over HTTP.
    ADD COLUMN status text NOT NULL DEFAULT 'published',
    -- The version in force, which is older than the row's while the row is a draft; NULL: none yet.
    ADD COLUMN published_version integer,
    -- What is searched. An index entry has a largest size, so a very long document is searched at
    -- its beginning.
    ADD COLUMN words tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('english', title), 'A')
        || setweight(to_tsvector('english', left(content, 150000)), 'B')) STORED,
    ADD CONSTRAINT policies_status_check CHECK (status IN ('draft', 'published'));

UPDATE public.policies SET published_version = version;

CREATE INDEX policies_words_idx ON public.policies USING gin (words);

ALTER TABLE sheetbrain.policy_versions
    ADD COLUMN status text NOT NULL DEFAULT 'published',
    ADD CONSTRAINT policy_versions_status_check CHECK (status IN ('draft', 'published'));

CREATE OR REPLACE FUNCTION sheetbrain.number_policy_version() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        NEW.version := OLD.version + 1;
        NEW.published_version := OLD.published_version;
    ELSE
        NEW.published_version := NULL;
    END IF;
    IF NEW.status = 'published' THEN
        NEW.published_version := NEW.version;
    END IF;
    RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION sheetbrain.keep_policy_version() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    INSERT INTO sheetbrain.policy_versions (policy_id, version, organization_id, title, content,
        category, department, tags, source, status, created_by, created_at)
    VALUES (NEW.id, NEW.version, NEW.organization_id, NEW.title, NEW.content,
        NEW.category, NEW.department, NEW.tags, NEW.source, NEW.status, NEW.updated_by, NEW.updated_at);
    RETURN NULL;
END
$$;

DROP TRIGGER policies_number_version ON public.policies;
CREATE TRIGGER policies_number_version
    BEFORE INSERT OR UPDATE OF title, content, category, department, tags, source, status ON public.policies
    FOR EACH ROW EXECUTE FUNCTION sheetbrain.number_policy_version();
DROP TRIGGER policies_keep_version ON public.policies;
CREATE TRIGGER policies_keep_version
    AFTER INSERT OR UPDATE OF title, content, category, department, tags, source, status ON public.policies
    FOR EACH ROW EXECUTE FUNCTION sheetbrain.keep_policy_version();

-- A draft changes no audit.
DROP TRIGGER policies_raise_rules_version ON public.policies;
CREATE TRIGGER policies_raise_rules_version
    AFTER INSERT OR DELETE ON public.policies
    FOR EACH ROW EXECUTE FUNCTION sheetbrain.raise_rules_version();
CREATE TRIGGER policies_raise_rules_version_of_changes
    AFTER UPDATE ON public.policies
    FOR EACH ROW WHEN (NEW.published_version IS DISTINCT FROM OLD.published_version)
    EXECUTE FUNCTION sheetbrain.raise_rules_version();

-- What a version was compiled to, and by what. It runs until a person accepts what a newer grammar
-- or vocabulary makes of the same text.
CREATE TABLE sheetbrain.compiled_policies (
    organization_id uuid        NOT NULL,
    policy_id       uuid        NOT NULL,
    version         integer     NOT NULL,
    grammar         integer     NOT NULL,
    lexicon         integer     NOT NULL,
    -- Its sentences with their rules, as the API shows them.
    compiled        jsonb       NOT NULL,
    compiled_at     timestamptz NOT NULL,
    CONSTRAINT compiled_policies_pkey PRIMARY KEY (organization_id, policy_id, version),
    CONSTRAINT compiled_policies_policy_id_fkey FOREIGN KEY (policy_id, version)
        REFERENCES sheetbrain.policy_versions (policy_id, version) ON DELETE CASCADE,
    CONSTRAINT compiled_policies_organization_id_fkey FOREIGN KEY (organization_id)
        REFERENCES public.organizations (id) ON DELETE CASCADE
);

CREATE INDEX compiled_policies_policy_id_version_idx ON sheetbrain.compiled_policies (policy_id, version);

-- The first compilation only keeps what audits run with anyway.
CREATE TRIGGER compiled_policies_raise_rules_version
    AFTER UPDATE ON sheetbrain.compiled_policies
    FOR EACH ROW EXECUTE FUNCTION sheetbrain.raise_rules_version();

SELECT sheetbrain.separate_tenants('sheetbrain.compiled_policies');
GRANT SELECT, INSERT, UPDATE ON sheetbrain.compiled_policies TO sheetbrain_app;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA sheetbrain FROM PUBLIC;
