-- What somebody has asked about their data (GDPR art. 17 and 18): `erasure` cannot be done while the law has us keep them, and
-- restricts them until the day on which they leave; `restriction` alone can be taken back.
CREATE TABLE data_requests (
    id uuid PRIMARY KEY,
    brand text NOT NULL,
    member_id uuid NOT NULL, -- whose contract it is
    person_id uuid NOT NULL, -- whose data they are: the member's or the beneficiary's id
    kind text NOT NULL CHECK (kind IN ('erasure', 'restriction')),
    asked_at timestamptz NOT NULL,
    recorded_by text, -- the subject of the staff token; null: the person
    ended_at timestamptz -- taken back
);

CREATE UNIQUE INDEX data_requests_open ON data_requests (person_id, kind) WHERE ended_at IS NULL;
CREATE INDEX data_requests_of_member ON data_requests (member_id);

-- That the space of an ex-member will be closed, told two months before (code de la mutualité, L221-6-6). Of whoever came to us
-- with an access that had ended already, or would within these two months, nothing is told: `announced_at` is null.
CREATE TABLE removal_notices (
    member_id uuid PRIMARY KEY,
    version bigint NOT NULL,
    end_date date NOT NULL, -- the contract's, when it was looked at: another one is looked at again
    announced_at timestamptz
);

-- Made in place: a second for a million rows.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX contracts_ended ON contracts (end_date) WHERE end_date IS NOT NULL;

-- Proof that data were erased: what, how much, under which rule, and nobody's name. The member's id says nothing any more.
CREATE TABLE purge_journal (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
    brand text NOT NULL,
    rule text NOT NULL,
    member_id uuid NOT NULL,
    removed jsonb NOT NULL -- table → rows
);

CREATE INDEX purge_journal_by_brand ON purge_journal (brand, at, id);

CREATE FUNCTION refuse_to_change_purge_journal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the journal of the purge is kept as it is';
END
$$;

CREATE TRIGGER keep_purge_journal BEFORE UPDATE OR DELETE OR TRUNCATE ON purge_journal
FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_purge_journal();

-- Whose data have left: a file that still tells a contract that had ended by then does not bring them back. `number_digest` is
-- keyed, over brand and membership number.
CREATE TABLE purged_members (
    brand text NOT NULL,
    number_digest bytea NOT NULL,
    end_date date NOT NULL,
    purged_at timestamptz NOT NULL,
    PRIMARY KEY (brand, number_digest)
);

-- The history of a person's autonomy leaves with the person, and not before.
CREATE FUNCTION keep_autonomy_of_known_people() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM beneficiaries WHERE id = OLD.beneficiary_id) THEN
        RAISE EXCEPTION 'the history of autonomy is kept as it is';
    END IF;
    RETURN OLD;
END
$$;

DROP TRIGGER keep_autonomy_changes ON autonomy_changes;

CREATE TRIGGER keep_autonomy_changes BEFORE TRUNCATE ON autonomy_changes
FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_autonomy_changes();

CREATE TRIGGER keep_autonomy_of_known_people BEFORE DELETE ON autonomy_changes
FOR EACH ROW EXECUTE FUNCTION keep_autonomy_of_known_people();
