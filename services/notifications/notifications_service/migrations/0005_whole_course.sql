-- A delivery's whole course: its lane, the instants of every state, and what came after the relay or the print provider had it.
-- Everything added may be missing: the release before goes on writing while this one starts.
ALTER TABLE deliveries
ADD COLUMN lane smallint NOT NULL DEFAULT 1, -- 0 urgent, 1 ordinary, 2 bulk (domain/lanes.py)
ADD COLUMN address_digest bytea, -- keyed digest of the e-mail address, or of the address block: what suppressions are found by
ADD COLUMN rendered_at timestamptz,
ADD COLUMN delayed_at timestamptz, -- first told to wait: by the relay, or by a delivery report
ADD COLUMN promised_until timestamptz, -- of a letter: the end of the promise to hand it over
ADD COLUMN posted_at timestamptz,
ADD COLUMN returned_at timestamptz,
ADD COLUMN stopped_at timestamptz,
ADD COLUMN provider_reference text; -- of a letter, in the print provider's words

-- The new states are more than the former ones: what wrote under the former constraint still can.
-- squawk-ignore ban-drop-constraint
ALTER TABLE deliveries DROP CONSTRAINT deliveries_state_check;
ALTER TABLE deliveries ADD CONSTRAINT deliveries_state_check CHECK (
    state IN (
        'planned', 'rendered', 'sending', 'sent', 'possibly_sent', 'delayed', 'failed',
        'batched', 'handed_over', 'posted', 'returned', 'stopped'
    )
) NOT VALID;
ALTER TABLE deliveries ADD CONSTRAINT deliveries_secret_is_blanked CHECK (
    content_sealed IS NULL OR state NOT IN ('posted', 'returned', 'stopped')
) NOT VALID;

-- Which relay was spoken to.
ALTER TABLE delivery_attempts ADD COLUMN relay text;

-- Mails are claimed lane by lane. Deliveries are few while this runs: writes wait for one pass over the table.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX deliveries_due_mails ON deliveries (lane, next_attempt_at)
WHERE channel = 'email' AND next_attempt_at IS NOT NULL;

-- E-mail addresses at which nothing arrives, one row each time; one that is lifted stays as evidence.
CREATE TABLE suppressed_addresses (
    id uuid PRIMARY KEY,
    brand text NOT NULL,
    member_id uuid NOT NULL,
    address_digest bytea NOT NULL,
    masked_address text NOT NULL,
    reason text NOT NULL, -- a stable code, such as no-such-address
    status text, -- the reply or the report's status, such as 550 5.1.1
    delivery_id uuid NOT NULL REFERENCES deliveries (id),
    suppressed_at timestamptz NOT NULL,
    lifted_at timestamptz
);
CREATE UNIQUE INDEX suppressed_addresses_now ON suppressed_addresses (brand, address_digest) WHERE lifted_at IS NULL;
CREATE INDEX suppressed_addresses_listed ON suppressed_addresses (brand, suppressed_at, id);

-- Postal addresses from which a letter came back: nothing more is posted there until contracts tells another one.
CREATE TABLE closed_addresses (
    brand text NOT NULL,
    member_id uuid NOT NULL,
    address_digest bytea NOT NULL,
    reason text NOT NULL,
    delivery_id uuid NOT NULL REFERENCES deliveries (id),
    closed_at timestamptz NOT NULL,
    PRIMARY KEY (brand, member_id, address_digest)
);
CREATE INDEX closed_addresses_listed ON closed_addresses (brand, closed_at);

-- What staff did here, for good: nothing of it is changed or removed but by who may change the table.
CREATE TABLE staff_deeds (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
    brand text NOT NULL,
    staff text NOT NULL, -- the subject of the staff token
    kind text NOT NULL,
    object_id uuid, -- what it was done to
    member_id uuid,
    reason_sealed bytea -- in the person's own words, which may name the member; context: the deed's id
);
CREATE INDEX staff_deeds_of_member ON staff_deeds (brand, member_id, at);

CREATE FUNCTION refuse_to_change_staff_deeds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'staff deeds are kept as they are';
END
$$;
CREATE TRIGGER keep_staff_deeds BEFORE UPDATE OR DELETE OR TRUNCATE ON staff_deeds
FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_staff_deeds();
