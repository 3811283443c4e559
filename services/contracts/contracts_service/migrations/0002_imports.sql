-- An import: receiving → running → done, or failed. `claimed_until` is the lease of whoever receives or processes it;
-- `claim` names that one, so that a holder whose lease has run out cannot write any more.
CREATE TABLE imports (
    id uuid PRIMARY KEY,
    brand text NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    requested_by text NOT NULL,
    key_digest bytea,
    body_digest bytea,
    traceparent text,
    begun_at timestamptz NOT NULL,
    received_at timestamptz,
    finished_at timestamptz,
    claim uuid,
    claimed_until timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    lines bigint NOT NULL DEFAULT 0,
    last_line bigint NOT NULL DEFAULT 0,
    processed_through bigint NOT NULL DEFAULT 0,
    accepted bigint NOT NULL DEFAULT 0,
    unchanged bigint NOT NULL DEFAULT 0,
    refused bigint NOT NULL DEFAULT 0
);

-- Idempotency-Key: one import for one key of one member of staff.
CREATE UNIQUE INDEX imports_key ON imports (brand, requested_by, key_digest) WHERE key_digest IS NOT NULL;
CREATE INDEX imports_unfinished ON imports (brand, received_at, id) WHERE state IN ('receiving', 'running');

-- What was uploaded and not yet processed, encrypted (context: import and line). No content: the line was too long.
CREATE TABLE import_lines (
    import_id uuid NOT NULL REFERENCES imports (id),
    line_number bigint NOT NULL,
    content_sealed bytea,
    PRIMARY KEY (import_id, line_number)
);

-- The first refusals of an import: fields, codes and sentences, never a value.
CREATE TABLE import_errors (
    import_id uuid NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
    line_number bigint NOT NULL,
    fields jsonb NOT NULL,
    PRIMARY KEY (import_id, line_number)
);
