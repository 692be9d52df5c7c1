-- How many requests of an organization were admitted in the current window.

CREATE TABLE public.rate_limit_buckets (
    organization_id uuid        NOT NULL,
    request_count   integer     NOT NULL DEFAULT 0,
    window_reset_at timestamptz NOT NULL,
    -- How many of the requests that were asked for last were admitted: several at a time are.
    last_granted    integer     NOT NULL DEFAULT 0,
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT rate_limit_buckets_pkey PRIMARY KEY (organization_id),
    CONSTRAINT rate_limit_buckets_request_count_check CHECK (request_count >= 0),
    CONSTRAINT rate_limit_buckets_organization_id_fkey FOREIGN KEY (organization_id)
        REFERENCES public.organizations (id) ON DELETE CASCADE
) WITH (fillfactor = 70);
