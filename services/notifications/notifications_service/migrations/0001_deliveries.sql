-- Whom messages are for: names, e-mail and postal address as contracts tells them, encrypted as one.
CREATE TABLE recipients (
    brand text NOT NULL,
    member_id uuid NOT NULL,
    version bigint NOT NULL,
    person_sealed bytea NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (brand, member_id)
);

-- Letters that leave the house together, as one folder of PDFs.
CREATE TABLE print_batches (
    id uuid PRIMARY KEY,
    brand text NOT NULL,
    state text NOT NULL CHECK (state IN ('printing', 'handed_over', 'empty')),
    created_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    leased_until timestamptz NOT NULL,
    handed_over_at timestamptz,
    pdfs_removed_at timestamptz
);

CREATE INDEX print_batches_printing ON print_batches (leased_until) WHERE state = 'printing';
CREATE INDEX print_batches_kept ON print_batches (handed_over_at)
WHERE state = 'handed_over' AND pdfs_removed_at IS NULL;

-- One message to one person for one cause. `next_attempt_at` is set while something is still to be tried by itself: a
-- planned delivery's due time, or the end of the lease of one that is being sent. `content_sealed` (a token or a code, and
-- where it goes) is blanked as soon as it has served or is given up.
CREATE TABLE deliveries (
    id uuid PRIMARY KEY,
    brand text NOT NULL,
    purpose text NOT NULL CHECK (purpose IN ('password_reset', 'posted_code')),
    channel text NOT NULL CHECK (channel IN ('email', 'letter')),
    member_id uuid NOT NULL,
    cause uuid NOT NULL,
    state text NOT NULL CHECK (
        state IN ('planned', 'sending', 'sent', 'possibly_sent', 'failed', 'batched', 'handed_over')
    ),
    attempts integer NOT NULL DEFAULT 0,
    leased_until timestamptz,
    next_attempt_at timestamptz,
    give_up_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    message_id text,
    masked_address text,
    content_sealed bytea,
    print_batch_id uuid REFERENCES print_batches (id),
    failure text,
    last_reply text,
    traceparent text,
    created_at timestamptz NOT NULL,
    batched_at timestamptz,
    sent_at timestamptz,
    failed_at timestamptz,
    UNIQUE (brand, purpose, member_id, cause),
    CHECK (content_sealed IS NULL OR state NOT IN ('sent', 'handed_over', 'failed'))
);

CREATE INDEX deliveries_due ON deliveries (channel, next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX deliveries_give_up ON deliveries (give_up_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX deliveries_of_member ON deliveries (brand, member_id, created_at, id);
CREATE INDEX deliveries_of_batch ON deliveries (print_batch_id) WHERE print_batch_id IS NOT NULL;

-- Every attempt. Of a relay's answer only the codes are kept: its words may quote an address.
CREATE TABLE delivery_attempts (
    delivery_id uuid NOT NULL REFERENCES deliveries (id),
    position bigint GENERATED ALWAYS AS IDENTITY,
    tried_at timestamptz NOT NULL,
    outcome text NOT NULL,
    reply text,
    queue_id text,
    PRIMARY KEY (delivery_id, position)
);
