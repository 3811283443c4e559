-- People known apart from the member have an account and a recipient of their own: beneficiary.autonomous tells them.
-- `email` is the person's own, recorded by the back office or chosen in the account (of which `account_version` is the sequence).
-- `look_on` is the day on which the loop looks whether there is something to tell; nobody named one: at once. `told_digest` is
-- the keyed digest of what was told last, `told_version` how often something was.
ALTER TABLE beneficiaries
ADD COLUMN email text,
ADD COLUMN account_version bigint NOT NULL DEFAULT 0,
ADD COLUMN look_on date DEFAULT '-infinity',
ADD COLUMN told_version bigint NOT NULL DEFAULT 0,
ADD COLUMN told_digest bytea;

-- Children are looked at on the day on which they are 16, the others in the first minutes.
UPDATE beneficiaries SET look_on = autonomous_from;

-- Made in place: a second for a million rows.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX beneficiaries_to_look_at ON beneficiaries (look_on) WHERE look_on IS NOT NULL;

-- Every refusal of autonomy and every withdrawal of one (code de la mutualité, L114-2): who recorded it, and what proves it.
CREATE TABLE autonomy_changes (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
    beneficiary_id uuid NOT NULL,
    refused boolean NOT NULL,
    refused_on date, -- of a refusal
    recorded_by text NOT NULL CHECK (recorded_by IN ('person', 'staff')),
    proof_sealed bytea, -- of what staff record; context: the row's id
    CHECK (refused = (refused_on IS NOT NULL))
);

CREATE INDEX autonomy_changes_of_person ON autonomy_changes (beneficiary_id, at);

CREATE FUNCTION refuse_to_change_autonomy_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history of autonomy is kept as it is';
END
$$;

CREATE TRIGGER keep_autonomy_changes BEFORE UPDATE OR DELETE OR TRUNCATE ON autonomy_changes
FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_autonomy_changes();
