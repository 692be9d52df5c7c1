-- Written policies, every version of them, and the log of what was ingested.

CREATE TABLE public.policies (
    id              uuid        NOT NULL DEFAULT gen_random_uuid(),
    organization_id uuid        NOT NULL,
    title           text        NOT NULL,
    content         text        NOT NULL,
    category        text,
    -- NULL: applies to every department.
    department      text,
    tags            text[]      NOT NULL DEFAULT '{}',
    -- Where the text came from: 'text', or the name of the file.
    source          text        NOT NULL DEFAULT 'text',
    version         integer     NOT NULL DEFAULT 1,
    created_by      uuid,
    updated_by      uuid,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT policies_pkey PRIMARY KEY (id),
    CONSTRAINT policies_org_title_key UNIQUE (organization_id, title),
    CONSTRAINT policies_organization_id_fkey FOREIGN KEY (organization_id)
        REFERENCES public.organizations (id) ON DELETE CASCADE,
    CONSTRAINT policies_created_by_fkey FOREIGN KEY (created_by)
        REFERENCES public.users (id) ON DELETE SET NULL,
    CONSTRAINT policies_updated_by_fkey FOREIGN KEY (updated_by)
        REFERENCES public.users (id) ON DELETE SET NULL
);

CREATE INDEX policies_organization_id_created_at_idx
    ON public.policies (organization_id, created_at DESC, id DESC);

CREATE TABLE sheetbrain.policy_versions (
    policy_id       uuid        NOT NULL,
    version         integer     NOT NULL,
    organization_id uuid        NOT NULL,
    title           text        NOT NULL,
    content         text        NOT NULL,
    category        text,
    department      text,
    tags            text[]      NOT NULL,
    source          text        NOT NULL,
    created_by      uuid,
    created_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT policy_versions_pkey PRIMARY KEY (policy_id, version),
    CONSTRAINT policy_versions_policy_id_fkey FOREIGN KEY (policy_id)
        REFERENCES public.policies (id) ON DELETE CASCADE,
    CONSTRAINT policy_versions_organization_id_fkey FOREIGN KEY (organization_id)
        REFERENCES public.organizations (id) ON DELETE CASCADE,
    CONSTRAINT policy_versions_created_by_fkey FOREIGN KEY (created_by)
        REFERENCES public.users (id) ON DELETE SET NULL
);

CREATE TABLE public.ingestion_logs (
    id              uuid             NOT NULL DEFAULT gen_random_uuid(),
    organization_id uuid             NOT NULL,
    user_id         uuid,
    -- NULL when the ingestion failed, or when the policy was deleted since.
    policy_id       uuid,
    -- Bytes received.
    document_size   bigint           NOT NULL,
    duration_ms     double precision NOT NULL,
    success         boolean          NOT NULL,
    error           text,
    created_at      timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT ingestion_logs_pkey PRIMARY KEY (id),
    CONSTRAINT ingestion_logs_organization_id_fkey FOREIGN KEY (organization_id)
        REFERENCES public.organizations (id) ON DELETE CASCADE,
    CONSTRAINT ingestion_logs_user_id_fkey FOREIGN KEY (user_id)
        REFERENCES public.users (id) ON DELETE SET NULL,
    CONSTRAINT ingestion_logs_policy_id_fkey FOREIGN KEY (policy_id)
        REFERENCES public.policies (id) ON DELETE SET NULL
);

CREATE INDEX ingestion_logs_organization_id_created_at_idx
    ON public.ingestion_logs (organization_id, created_at DESC);

-- The triggers below hold also for a policy that is changed by hand, in SQL.

CREATE FUNCTION sheetbrain.number_policy_version() RETURNS trigger
    LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    NEW.version := OLD.version + 1;
    RETURN NEW;
END
$$;

CREATE TRIGGER policies_number_version
    BEFORE UPDATE ON public.policies
    FOR EACH ROW EXECUTE FUNCTION sheetbrain.number_policy_version();

CREATE FUNCTION sheetbrain.keep_policy_version() RETURNS trigger
    LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    INSERT INTO sheetbrain.policy_versions (policy_id, version, organization_id, title, content,
        category, department, tags, source, created_by, created_at)
    VALUES (NEW.id, NEW.version, NEW.organization_id, NEW.title, NEW.content,
        NEW.category, NEW.department, NEW.tags, NEW.source, NEW.updated_by, NEW.updated_at);
    RETURN NULL;
END
$$;

CREATE TRIGGER policies_keep_version
    AFTER INSERT OR UPDATE ON public.policies
    FOR EACH ROW EXECUTE FUNCTION sheetbrain.keep_policy_version();

-- Makes every server load the organization's rules again.
CREATE FUNCTION sheetbrain.raise_rules_version() RETURNS trigger
    LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    UPDATE public.organizations
    SET rules_version = rules_version + 1
    WHERE id = coalesce(NEW.organization_id, OLD.organization_id);
    RETURN NULL;
END
$$;

CREATE TRIGGER policies_raise_rules_version
    AFTER INSERT OR UPDATE OR DELETE ON public.policies
    FOR EACH ROW EXECUTE FUNCTION sheetbrain.raise_rules_version();
