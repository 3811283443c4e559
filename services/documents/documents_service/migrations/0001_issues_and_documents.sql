-- What is to be issued, and what became of it: one row for each version of a member that was heard. `content` is what the
-- document will say, encrypted; it is blanked once the document exists or is no longer wanted.
CREATE TABLE issues (
    id uuid PRIMARY KEY,
    brand text NOT NULL,
    member_id uuid NOT NULL,
    kind text NOT NULL,
    member_version bigint NOT NULL,
    status text NOT NULL CHECK (status IN ('planned', 'done', 'failed', 'superseded', 'unchanged', 'not_due')),
    facts_digest bytea,
    content bytea,
    traceparent text,
    planned_at timestamptz NOT NULL,
    next_attempt_at timestamptz NOT NULL,
    leased_until timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    failure text,
    ended_at timestamptz,
    UNIQUE (brand, member_id, kind, member_version),
    CHECK (status <> 'planned' OR content IS NOT NULL),
    CHECK (status IN ('planned', 'failed') OR content IS NULL)
);

CREATE INDEX issues_due ON issues (next_attempt_at) WHERE status = 'planned';
CREATE INDEX issues_failed ON issues (ended_at) WHERE status = 'failed';

-- What was issued. The bytes are in the storage, once and for ever; the row holds their digest, never a name or a number.
-- A document has the id of the issue that made it.
CREATE TABLE documents (
    id uuid PRIMARY KEY REFERENCES issues (id),
    brand text NOT NULL,
    member_id uuid NOT NULL,
    kind text NOT NULL,
    member_version bigint NOT NULL,
    state text NOT NULL CHECK (state IN ('valid', 'superseded', 'expired')),
    issued_at timestamptz NOT NULL,
    valid_from date NOT NULL,
    valid_until date NOT NULL,
    sha256 bytea NOT NULL,
    size bigint NOT NULL,
    storage_key text NOT NULL UNIQUE,
    template_version text NOT NULL,
    file_name text NOT NULL
);

CREATE INDEX documents_of_member ON documents (brand, member_id, issued_at DESC, id DESC);

-- Of all cards of a member, one at most is to be shown to a pharmacist.
CREATE UNIQUE INDEX documents_one_valid_card ON documents (brand, member_id)
WHERE kind = 'third_party_payment_card' AND state = 'valid';
