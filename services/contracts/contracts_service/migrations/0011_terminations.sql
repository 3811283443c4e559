-- The texts that were shown to whoever asked for a termination, by the SHA-256 of their canonical JSON: never changed, never deleted.
CREATE TABLE termination_texts (
    digest bytea PRIMARY KEY,
    version text NOT NULL,
    content jsonb NOT NULL,
    kept_at timestamptz NOT NULL
);

-- What somebody is about to ask for: it is gone when it is confirmed, replaced or lapsed. A member has one at a time; whoever has
-- not signed in opens it with a secret, kept by its digest.
CREATE TABLE termination_drafts (
    id uuid PRIMARY KEY,
    brand text NOT NULL,
    member_id uuid UNIQUE REFERENCES members (id),
    secret_digest bytea,
    version bigint NOT NULL,
    entry_sealed bytea NOT NULL, -- what was entered; context: the draft's id
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    lapses_at timestamptz NOT NULL,
    CHECK ((member_id IS NULL) = (secret_digest IS NOT NULL))
);

CREATE INDEX termination_drafts_lapsing ON termination_drafts (lapses_at);

-- A request that was received: what came, and when, is evidence for five years after the contract's end (its id is the draft's).
-- received (nobody has looked yet who it is) → to_identify (nobody was recognised) → registered (it has an effect), routed (to the
-- employer) or not_open (it has none); registered → contested (by the member) or cancelled (by the back office).
CREATE TABLE terminations (
    id uuid PRIMARY KEY,
    brand text NOT NULL,
    use text NOT NULL CHECK (use IN ('termination', 'withdrawal')),
    channel text NOT NULL CHECK (
        channel IN (
            'member_online', 'public_online', 'letter', 'email', 'declaration', 'extrajudicial', 'replacement_insurer', 'mutual'
        )
    ),
    received_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by text, -- the subject of the staff token
    text_digest bytea REFERENCES termination_texts (digest), -- of what was shown on line
    recap_digest bytea NOT NULL, -- SHA-256 of the recap in `evidence_sealed`, whose nonce keeps it from being guessed
    evidence_sealed bytea NOT NULL, -- what was entered, and the recap that was confirmed; context: the row's id
    secret_digest bytea, -- opens the answer to whoever has not signed in
    state text NOT NULL CHECK (
        state IN ('received', 'to_identify', 'registered', 'routed', 'not_open', 'contested', 'cancelled')
    ),
    member_id uuid REFERENCES members (id),
    decided_at timestamptz,
    motive text, -- the one that it was decided under
    requalified boolean, -- as an infra-annual termination (R221-5 II)
    effective_date date, -- the last day of cover
    refund_by date,
    reason text, -- a code: why requalified, routed or not open
    articles text [],
    former_end_date date, -- the contract's last day before, if any: what an undone termination puts back
    ends_contract boolean, -- whether the contract's end was set by it
    closed_at timestamptz,
    CHECK ((state IN ('received', 'to_identify')) = (decided_at IS NULL) OR state = 'cancelled'),
    CHECK (state NOT IN ('registered', 'routed', 'not_open', 'contested') OR member_id IS NOT NULL),
    CHECK (state NOT IN ('registered', 'contested') OR effective_date IS NOT NULL),
    CHECK ((state IN ('contested', 'cancelled')) = (closed_at IS NOT NULL))
);

CREATE INDEX terminations_of_member ON terminations (member_id, received_at DESC, id DESC);
CREATE INDEX terminations_by_state ON terminations (brand, state, received_at DESC, id DESC);
CREATE INDEX terminations_to_decide ON terminations (received_at) WHERE state = 'received';

-- What became of a request, step by step, the fate of its acknowledgement included.
CREATE TABLE termination_steps (
    id uuid PRIMARY KEY,
    termination_id uuid NOT NULL REFERENCES terminations (id) ON DELETE CASCADE,
    at timestamptz NOT NULL,
    kind text NOT NULL CHECK (
        kind IN ('received', 'identified', 'decided', 'contested', 'cancelled', 'acknowledgement_failed')
    ),
    done_by text NOT NULL CHECK (done_by IN ('member', 'anybody', 'staff', 'service')),
    detail jsonb NOT NULL DEFAULT '{}' -- codes, never a person
);

CREATE INDEX termination_steps_of_termination ON termination_steps (termination_id, at);

-- What came stays as it came, what was decided stays as it was decided. Another ring key may wrap what is sealed (see 0013), and
-- after five years the purge, which knows when the contract has ended, may delete.
CREATE FUNCTION keep_termination_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    passing text[] := ARRAY['evidence_sealed', 'secret_digest', 'state', 'closed_at'];
    decision text[] := ARRAY[
        'member_id', 'decided_at', 'motive', 'requalified', 'effective_date', 'refund_by', 'reason', 'articles',
        'former_end_date', 'ends_contract'
    ];
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.received_at > now() - interval '5 years' THEN
            RAISE EXCEPTION 'the evidence of a termination is kept';
        END IF;
        RETURN OLD;
    END IF;
    IF to_jsonb(OLD) - passing - decision IS DISTINCT FROM to_jsonb(NEW) - passing - decision
        OR (OLD.decided_at IS NOT NULL AND to_jsonb(OLD) - passing IS DISTINCT FROM to_jsonb(NEW) - passing)
        OR (OLD.closed_at IS NOT NULL AND (OLD.state, OLD.closed_at) IS DISTINCT FROM (NEW.state, NEW.closed_at))
        OR (OLD.evidence_sealed IS DISTINCT FROM NEW.evidence_sealed AND (
            get_byte(OLD.evidence_sealed, 0) = 1 AND get_byte(NEW.evidence_sealed, 0) = 1
            AND substring(OLD.evidence_sealed FROM position(':'::bytea IN OLD.evidence_sealed) + 61)
                = substring(NEW.evidence_sealed FROM position(':'::bytea IN NEW.evidence_sealed) + 61)
        ) IS NOT TRUE)
    THEN
        RAISE EXCEPTION 'the evidence of a termination is kept as it is';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER keep_termination_evidence BEFORE UPDATE OR DELETE ON terminations
FOR EACH ROW EXECUTE FUNCTION keep_termination_evidence();

CREATE FUNCTION refuse_to_change_termination_records() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is kept as it is', TG_TABLE_NAME;
END
$$;

CREATE TRIGGER keep_terminations_whole BEFORE TRUNCATE ON terminations
FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_termination_records();

CREATE TRIGGER keep_termination_texts BEFORE UPDATE OR DELETE OR TRUNCATE ON termination_texts
FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_termination_records();

-- Steps leave with their termination only.
CREATE TRIGGER keep_termination_steps BEFORE UPDATE OR TRUNCATE ON termination_steps
FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_termination_records();

CREATE FUNCTION keep_termination_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM terminations WHERE id = OLD.termination_id) THEN
        RAISE EXCEPTION 'the steps of a termination are kept as they are';
    END IF;
    RETURN OLD;
END
$$;

CREATE TRIGGER keep_termination_step BEFORE DELETE ON termination_steps
FOR EACH ROW EXECUTE FUNCTION keep_termination_step();

-- When the notice of a contract's renewal was sent (L221-10-1): of a renewal that is not here nobody can prove that it was told.
CREATE TABLE renewal_notices (
    member_id uuid NOT NULL REFERENCES members (id),
    renewal_date date NOT NULL,
    sent_on date NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by text NOT NULL, -- the subject of the staff token
    PRIMARY KEY (member_id, renewal_date)
);

-- How often a network has called what is open to everybody, hour by hour: the network is kept by a keyed digest.
CREATE TABLE public_calls (
    network bytea NOT NULL,
    hour timestamptz NOT NULL,
    calls bigint NOT NULL,
    PRIMARY KEY (network, hour)
);

CREATE INDEX public_calls_by_hour ON public_calls (hour);
