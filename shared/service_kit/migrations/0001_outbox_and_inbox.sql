-- The outbox: events written in the transaction of the decision that they tell. The relay publishes and marks them.
-- Partitioned by the day of recording, so that old days are dropped as a whole and never deleted row by row.
CREATE TABLE outbox (
    recorded_on date NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')::date,
    position bigint GENERATED ALWAYS AS IDENTITY,
    id uuid NOT NULL,
    type text NOT NULL,
    subject text NOT NULL,
    occurred_at timestamptz NOT NULL,
    data jsonb NOT NULL,
    sealed text,
    traceparent text,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    claimed_until timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    published_at timestamptz,
    PRIMARY KEY (recorded_on, position)
) PARTITION BY RANGE (recorded_on);

CREATE TABLE outbox_default PARTITION OF outbox DEFAULT;

CREATE INDEX outbox_unpublished ON outbox (position) WHERE published_at IS NULL;

-- The inbox: what was handled already. The day is the event's own, so that a redelivery meets the same partition.
CREATE TABLE inbox (
    event_day date NOT NULL,
    event_id uuid NOT NULL,
    event_type text NOT NULL,
    handled_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (event_day, event_id)
) PARTITION BY RANGE (event_day);

CREATE TABLE inbox_default PARTITION OF inbox DEFAULT;

-- Answers kept for a day, so that a POST that is sent twice is done once. No answer kept here holds a secret.
CREATE TABLE idempotency_keys (
    scope text NOT NULL,
    key_digest bytea NOT NULL,
    request_digest bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    status integer,
    answer jsonb,
    PRIMARY KEY (scope, key_digest)
);

CREATE INDEX idempotency_keys_created_at ON idempotency_keys (created_at);
