-- How programs and the add-on show who they are.

CREATE TABLE sheetbrain.api_keys (
    -- The part of the key that names it: no secret.
    id              text        NOT NULL,
    organization_id uuid        NOT NULL,
    -- Two keys that are alive may have one name: the one that goes and the one that comes.
    name            text        NOT NULL,
    scopes          text[]      NOT NULL,
    -- SHA-256 of the whole key, which is not kept.
    hash            bytea       NOT NULL,
    -- NULL: made on the command line, or by a person who is gone.
    created_by      uuid,
    created_at      timestamptz NOT NULL,
    expires_at      timestamptz,
    revoked_at      timestamptz,
    -- To the minute.
    last_used_at    timestamptz,
    CONSTRAINT api_keys_pkey PRIMARY KEY (id),
    CONSTRAINT api_keys_scopes_check CHECK (cardinality(scopes) > 0),
    CONSTRAINT api_keys_hash_check CHECK (length(hash) = 32),
    CONSTRAINT api_keys_organization_id_fkey FOREIGN KEY (organization_id)
        REFERENCES public.organizations (id) ON DELETE CASCADE,
    CONSTRAINT api_keys_created_by_fkey FOREIGN KEY (created_by)
        REFERENCES public.users (id) ON DELETE SET NULL
);

CREATE INDEX api_keys_organization_id_created_at_idx
    ON sheetbrain.api_keys (organization_id, created_at DESC, id DESC);

-- A person at another provider of identities, once matched by a verified address and then known by
-- what that provider never changes.
CREATE TABLE sheetbrain.external_identities (
    issuer     text        NOT NULL,
    subject    text        NOT NULL,
    user_id    uuid        NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT external_identities_pkey PRIMARY KEY (issuer, subject),
    CONSTRAINT external_identities_user_id_fkey FOREIGN KEY (user_id)
        REFERENCES public.users (id) ON DELETE CASCADE
);

CREATE INDEX external_identities_user_id_idx ON sheetbrain.external_identities (user_id);
CREATE INDEX users_lower_email_idx ON public.users (lower(email));

-- What the server signs its own short tokens with, shared by all servers of the database.
CREATE TABLE sheetbrain.signing_keys (
    purpose    text        NOT NULL,
    secret     bytea       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT signing_keys_pkey PRIMARY KEY (purpose),
    CONSTRAINT signing_keys_secret_check CHECK (length(secret) >= 32)
);

SELECT sheetbrain.separate_tenants('sheetbrain.api_keys'),
       sheetbrain.open_to_writer('sheetbrain.api_keys'),
       sheetbrain.open_to_writer('sheetbrain.external_identities'),
       sheetbrain.open_to_writer('sheetbrain.signing_keys');

GRANT SELECT (id, organization_id, name, scopes, created_by, created_at, expires_at, revoked_at, last_used_at),
    INSERT, UPDATE (revoked_at) ON sheetbrain.api_keys TO sheetbrain_app;
GRANT SELECT, UPDATE (last_used_at) ON sheetbrain.api_keys TO sheetbrain_writer;
GRANT SELECT, INSERT ON sheetbrain.external_identities, sheetbrain.signing_keys TO sheetbrain_writer;
