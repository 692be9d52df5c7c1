-- Who exists: organizations, people and who belongs where. Clerk is the source; its webhooks are
-- the only writer besides `--demo`.

CREATE SCHEMA IF NOT EXISTS sheetbrain;

CREATE TABLE public.organizations (
    id            uuid        NOT NULL DEFAULT gen_random_uuid(),
    clerk_org_id  text        NOT NULL,
    name          text        NOT NULL,
    slug          text,
    -- Rises with every change of the organization's policies, so that a rule set held in memory
    -- can be recognised as stale inside the transaction that records an audit.
    rules_version bigint      NOT NULL DEFAULT 0,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT organizations_pkey PRIMARY KEY (id),
    CONSTRAINT organizations_clerk_org_id_key UNIQUE (clerk_org_id)
);

CREATE TABLE public.users (
    id              uuid        NOT NULL DEFAULT gen_random_uuid(),
    clerk_user_id   text        NOT NULL,
    email           text,
    name            text,
    -- The organization joined last; what a person may do is decided by sheetbrain.memberships.
    organization_id uuid,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT users_clerk_user_id_key UNIQUE (clerk_user_id),
    CONSTRAINT users_organization_id_fkey FOREIGN KEY (organization_id)
        REFERENCES public.organizations (id) ON DELETE SET NULL
);

CREATE INDEX users_organization_id_idx ON public.users (organization_id);
CREATE INDEX users_created_at_idx ON public.users (created_at DESC);

CREATE TABLE sheetbrain.memberships (
    clerk_membership_id text        NOT NULL,
    organization_id     uuid        NOT NULL,
    user_id             uuid        NOT NULL,
    role                text        NOT NULL,
    joined_at           timestamptz NOT NULL,
    CONSTRAINT memberships_pkey PRIMARY KEY (clerk_membership_id),
    CONSTRAINT memberships_role_check CHECK (role IN ('viewer', 'editor', 'admin')),
    CONSTRAINT memberships_organization_id_fkey FOREIGN KEY (organization_id)
        REFERENCES public.organizations (id) ON DELETE CASCADE,
    CONSTRAINT memberships_user_id_fkey FOREIGN KEY (user_id)
        REFERENCES public.users (id) ON DELETE CASCADE
);

CREATE INDEX memberships_organization_id_user_id_idx
    ON sheetbrain.memberships (organization_id, user_id);
CREATE INDEX memberships_user_id_idx ON sheetbrain.memberships (user_id);

-- What is known of each of Clerk's objects, so that events may come late, twice or in any order.
-- A row outlives its object: a deleted id is never used again, and a late event must not revive it.
CREATE TABLE sheetbrain.clerk_objects (
    clerk_id   text        NOT NULL,
    -- Where the newest data applied came from: 0, an object mentioned by a membership; 1, an event
    -- of its own. Then the time of the change, the time of the event, and the event's id.
    origin     smallint    NOT NULL,
    changed_at bigint      NOT NULL,
    sent_at    bigint      NOT NULL,
    event_id   text        NOT NULL,
    deleted    boolean     NOT NULL DEFAULT false,
    CONSTRAINT clerk_objects_pkey PRIMARY KEY (clerk_id)
);

-- Every webhook event once, in the transaction of its effect.
CREATE TABLE sheetbrain.webhook_events (
    source      text        NOT NULL,
    event_id    text        NOT NULL,
    event_type  text        NOT NULL,
    received_at timestamptz NOT NULL,
    CONSTRAINT webhook_events_pkey PRIMARY KEY (source, event_id)
);

CREATE INDEX webhook_events_received_at_idx ON sheetbrain.webhook_events (received_at);
