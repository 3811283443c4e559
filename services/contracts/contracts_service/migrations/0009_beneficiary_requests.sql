-- A member asks that the contract covers somebody, or does not cover them any more. awaiting_documents → submitted → accepted or
-- refused; the member may take it back (cancelled) and time may (lapsed). Names and birth date are kept as those of beneficiaries.
CREATE TABLE beneficiary_requests (
    id uuid PRIMARY KEY,
    member_id uuid NOT NULL REFERENCES members (id),
    brand text NOT NULL,
    version bigint NOT NULL, -- the sequence of what is told of the request
    change text NOT NULL CHECK (change IN ('addition', 'removal')),
    state text NOT NULL
    CHECK (state IN ('awaiting_documents', 'submitted', 'accepted', 'refused', 'cancelled', 'lapsed')),
    beneficiary_id uuid, -- whom to remove, or who was added
    relation text NOT NULL,
    first_name text,
    last_name text NOT NULL,
    birth_date text NOT NULL,
    birth_rank bigint NOT NULL,
    nir_sealed bytea, -- gone when the request is over, nobody looks it up; context: the request's id
    cause text, -- of a removal
    asked jsonb NOT NULL, -- the documents: [{"kind", "required"}], as the brand's rules were on that day
    uploads bigint NOT NULL DEFAULT 0, -- tries, good and bad
    requested_date date NOT NULL, -- what the member asked for: the first day of cover, or the last one
    effective_date date, -- what was decided
    apply_on date, -- accepted, and the contract does not say so yet: the day on which it will
    created_at timestamptz NOT NULL,
    submitted_at timestamptz,
    decided_at timestamptz,
    decided_by text, -- the subject of the staff token
    refusal_sealed bytea, -- for the member; context: the request's id
    closed_at timestamptz, -- cancelled or lapsed
    applied_at timestamptz,
    CHECK ((state IN ('accepted', 'refused')) = (decided_at IS NOT NULL)),
    CHECK ((state IN ('cancelled', 'lapsed')) = (closed_at IS NOT NULL)),
    CHECK ((state = 'accepted') = (effective_date IS NOT NULL)),
    CHECK ((state = 'refused') = (refusal_sealed IS NOT NULL)),
    CHECK (state = 'accepted' OR apply_on IS NULL)
);

CREATE INDEX beneficiary_requests_of_member ON beneficiary_requests (member_id, created_at, id);
CREATE INDEX beneficiary_requests_by_state ON beneficiary_requests (brand, state, created_at, id);
CREATE INDEX beneficiary_requests_to_apply ON beneficiary_requests (apply_on) WHERE apply_on IS NOT NULL;

-- What a member has sent to prove it, as we have written it anew: never the bytes that came. Deleted with the verdict; what it was,
-- its digest and the verdict stay.
CREATE TABLE supporting_documents (
    id uuid PRIMARY KEY,
    request_id uuid NOT NULL REFERENCES beneficiary_requests (id),
    kind text NOT NULL,
    media_type text NOT NULL,
    size bigint NOT NULL,
    sha256 bytea NOT NULL, -- of what we keep, as is `size`
    content_sealed bytea, -- under a key of its own; context: the row's id
    received_at timestamptz NOT NULL,
    verdict text CHECK (verdict IN ('accepted', 'refused', 'cancelled', 'lapsed')),
    deleted_at timestamptz,
    UNIQUE (request_id, kind),
    CHECK ((verdict IS NULL) = (content_sealed IS NOT NULL)),
    CHECK ((verdict IS NULL) = (deleted_at IS NULL))
);

-- Ciphertext does not become smaller.
ALTER TABLE supporting_documents ALTER COLUMN content_sealed SET STORAGE EXTERNAL;
