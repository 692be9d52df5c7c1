-- What Stripe tells. Its events come late, twice and in any order, so what is kept of them is what
-- the newest one said, and what an organization has booked is worked out from that by one function,
-- whoever wrote last.

CREATE TABLE sheetbrain.stripe_customers (
    customer_id     text        NOT NULL,
    -- A customer is made for one organization and never given to another.
    organization_id uuid        NOT NULL,
    created_at      timestamptz NOT NULL,
    CONSTRAINT stripe_customers_pkey PRIMARY KEY (customer_id),
    CONSTRAINT stripe_customers_organization_id_fkey FOREIGN KEY (organization_id)
        REFERENCES public.organizations (id) ON DELETE CASCADE
);

CREATE INDEX stripe_customers_organization_id_idx
    ON sheetbrain.stripe_customers (organization_id, created_at, customer_id);

-- Subscriptions of customers that are not known (yet) too.
CREATE TABLE sheetbrain.stripe_subscriptions (
    subscription_id text     NOT NULL,
    customer_id     text,
    -- As the newest event of its own said; NULL before the first.
    plan            text,
    status          text,
    period_start    timestamptz,
    period_end      timestamptz,
    cancel_at       timestamptz,
    started_at      timestamptz,
    -- Which event that was. A deletion is final; of two in one second, the one further on in a
    -- subscription's life is the newer; the id decides what is left.
    deleted         boolean  NOT NULL DEFAULT false,
    said_at         bigint   NOT NULL DEFAULT -1,
    said_rank       smallint NOT NULL DEFAULT -1,
    said_by         text     NOT NULL DEFAULT '',
    -- What became of the newest invoice, and which event said so.
    invoice_at      bigint   NOT NULL DEFAULT -1,
    invoice_paid    boolean  NOT NULL DEFAULT false,
    invoice_by      text     NOT NULL DEFAULT '',
    CONSTRAINT stripe_subscriptions_pkey PRIMARY KEY (subscription_id)
);

CREATE INDEX stripe_subscriptions_customer_id_idx ON sheetbrain.stripe_subscriptions (customer_id);

-- Writes what the organization has booked with Stripe; leaves what was booked without alone.
CREATE FUNCTION sheetbrain.settle_subscription(organization uuid)
    RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
    INSERT INTO public.subscriptions AS booked (organization_id, stripe_customer_id,
        stripe_subscription_id, plan, status, current_period_start, current_period_end, cancel_at)
    SELECT $1, one.customer_id, one.subscription_id, one.plan, one.status, one.period_start,
           one.period_end, one.cancel_at
    FROM (
        SELECT s.customer_id, s.subscription_id, s.plan, s.period_start, s.period_end, s.cancel_at, s.started_at,
               -- An invoice may be heard of before the subscription that it changes.
               CASE WHEN s.deleted THEN 'canceled'
                    WHEN s.invoice_at >= s.said_at AND s.invoice_paid
                        AND s.status IN ('past_due', 'unpaid', 'incomplete') THEN 'active'
                    WHEN s.invoice_at >= s.said_at AND NOT s.invoice_paid
                        AND s.status = 'active' THEN 'past_due'
                    ELSE s.status
               END AS status
        FROM sheetbrain.stripe_subscriptions s
        JOIN sheetbrain.stripe_customers c ON c.customer_id = s.customer_id
        WHERE c.organization_id = $1 AND s.status IS NOT NULL
    ) AS one
    ORDER BY one.status IN ('active', 'trialing') DESC, one.status = 'past_due' DESC,
             array_position(ARRAY ['free', 'pro', 'enterprise'], one.plan) DESC,
             one.started_at DESC NULLS LAST, one.subscription_id DESC
    LIMIT 1
    ON CONFLICT ON CONSTRAINT subscriptions_organization_id_key DO UPDATE
        SET stripe_customer_id = excluded.stripe_customer_id,
            stripe_subscription_id = excluded.stripe_subscription_id, plan = excluded.plan,
            status = excluded.status, current_period_start = excluded.current_period_start,
            current_period_end = excluded.current_period_end, cancel_at = excluded.cancel_at,
            updated_at = now()
$$;

CREATE FUNCTION sheetbrain.settle_customer() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    PERFORM sheetbrain.settle_subscription(NEW.organization_id);
    RETURN NULL;
END
$$;

CREATE TRIGGER stripe_customers_settle
    AFTER INSERT ON sheetbrain.stripe_customers
    FOR EACH ROW EXECUTE FUNCTION sheetbrain.settle_customer();

CREATE FUNCTION sheetbrain.settle_stripe_subscription() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    -- A customer that an operator wrote into the organization's row by hand.
    INSERT INTO sheetbrain.stripe_customers (customer_id, organization_id, created_at)
    SELECT NEW.customer_id, b.organization_id, now()
    FROM public.subscriptions b
    WHERE b.stripe_customer_id = NEW.customer_id
    ORDER BY b.created_at, b.organization_id
    LIMIT 1
    ON CONFLICT DO NOTHING;
    PERFORM sheetbrain.settle_subscription(c.organization_id)
    FROM sheetbrain.stripe_customers c WHERE c.customer_id = NEW.customer_id;
    RETURN NULL;
END
$$;

CREATE TRIGGER stripe_subscriptions_settle
    AFTER INSERT OR UPDATE ON sheetbrain.stripe_subscriptions
    FOR EACH ROW EXECUTE FUNCTION sheetbrain.settle_stripe_subscription();

SELECT sheetbrain.separate_tenants('sheetbrain.stripe_customers'),
       sheetbrain.open_to_writer('sheetbrain.stripe_customers'),
       sheetbrain.open_to_writer('sheetbrain.stripe_subscriptions');

GRANT SELECT, INSERT ON sheetbrain.stripe_customers TO sheetbrain_app, sheetbrain_writer;
GRANT SELECT, INSERT, UPDATE ON sheetbrain.stripe_subscriptions TO sheetbrain_writer;
-- Until when a plan that is not paid any more still works.
GRANT SELECT (current_period_end) ON public.subscriptions TO sheetbrain_writer;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA sheetbrain FROM PUBLIC;
