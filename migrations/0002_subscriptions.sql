-- What an organization has booked.

CREATE TABLE public.subscriptions (
    id                     uuid        NOT NULL DEFAULT gen_random_uuid(),
    organization_id        uuid        NOT NULL,
    stripe_customer_id     text,
    stripe_subscription_id text,
    plan                   text        NOT NULL,
    status                 text        NOT NULL,
    current_period_start   timestamptz,
    current_period_end     timestamptz,
    cancel_at              timestamptz,
    created_at             timestamptz NOT NULL DEFAULT now(),
    updated_at             timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT subscriptions_pkey PRIMARY KEY (id),
    CONSTRAINT subscriptions_organization_id_key UNIQUE (organization_id),
    CONSTRAINT subscriptions_plan_check CHECK (plan IN ('free', 'pro', 'enterprise')),
    CONSTRAINT subscriptions_status_check CHECK (status IN (
        'active', 'trialing', 'past_due', 'canceled', 'unpaid', 'incomplete', 'incomplete_expired',
        'paused'
    )),
    CONSTRAINT subscriptions_organization_id_fkey FOREIGN KEY (organization_id)
        REFERENCES public.organizations (id) ON DELETE CASCADE
);
