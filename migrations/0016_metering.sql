-- What Stripe's meter is to be told: the audits that a month's count rose by since the last report.
-- Made from the counts, not with them, so that no audit waits for it; a row is written before it is
-- sent and always sent under the same name, so that Stripe counts it once.

CREATE TABLE sheetbrain.meter_outbox (
    organization_id uuid        NOT NULL,
    month_year      text        NOT NULL,
    -- The month's count that Stripe will know of with this row.
    upto            integer     NOT NULL,
    -- What it rose by.
    value           integer     NOT NULL,
    customer_id     text        NOT NULL,
    occurred_at     timestamptz NOT NULL,
    attempts        integer     NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL,
    sent_at         timestamptz,
    -- Why Stripe will never take it.
    refused         text,
    CONSTRAINT meter_outbox_pkey PRIMARY KEY (organization_id, month_year, upto),
    CONSTRAINT meter_outbox_value_check CHECK (value > 0),
    CONSTRAINT meter_outbox_organization_id_fkey FOREIGN KEY (organization_id)
        REFERENCES public.organizations (id) ON DELETE CASCADE
);

CREATE INDEX meter_outbox_next_attempt_at_idx ON sheetbrain.meter_outbox (next_attempt_at)
    WHERE sent_at IS NULL AND refused IS NULL;

SELECT sheetbrain.separate_tenants('sheetbrain.meter_outbox'),
       sheetbrain.open_to_writer('sheetbrain.meter_outbox');

GRANT SELECT, INSERT, DELETE, UPDATE (attempts, next_attempt_at, sent_at, refused)
    ON sheetbrain.meter_outbox TO sheetbrain_writer;
