-- Code of the release before inserts people without these two days: their defaults would tell a child as autonomous. They are
-- computed from the birth date, as domain/autonomy.py does: of an incomplete one the first day that it allows counts.
CREATE FUNCTION sixteen_years_after(birth_date text) RETURNS date LANGUAGE sql IMMUTABLE AS $$
    SELECT (
        make_date(
            substr(birth_date, 1, 4)::int,
            CASE WHEN substr(birth_date, 6, 2)::int BETWEEN 1 AND 12 THEN substr(birth_date, 6, 2)::int ELSE 1 END,
            CASE WHEN substr(birth_date, 6, 2)::int BETWEEN 1 AND 12 THEN greatest(substr(birth_date, 9, 2)::int, 1) ELSE 1 END
        ) + interval '16 years'
    )::date
$$;

CREATE FUNCTION compute_autonomy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.autonomous_from := sixteen_years_after(NEW.birth_date);
    NEW.look_on := NEW.autonomous_from;
    RETURN NEW;
END
$$;

CREATE TRIGGER compute_autonomy BEFORE INSERT ON beneficiaries
FOR EACH ROW WHEN (NEW.autonomous_from = '-infinity') EXECUTE FUNCTION compute_autonomy();

-- Whoever was told as autonomous in the meantime is looked at again at once: what was told is put right.
UPDATE beneficiaries SET
    autonomous_from = sixteen_years_after(birth_date),
    look_on = CASE WHEN told_version > 0 THEN '-infinity' ELSE sixteen_years_after(birth_date) END
WHERE autonomous_from = '-infinity';

-- As in 0011, but for deletions: anybody with a name and a number can send a request about a contract that has ended long ago.
-- One that came after the end, and did not set it, proves nothing about the contract and leaves with its member.
CREATE OR REPLACE FUNCTION keep_termination_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    passing text[] := ARRAY['evidence_sealed', 'secret_digest', 'state', 'closed_at'];
    decision text[] := ARRAY[
        'member_id', 'decided_at', 'motive', 'requalified', 'effective_date', 'refund_by', 'reason', 'articles',
        'former_end_date', 'ends_contract'
    ];
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.received_at > now() - interval '5 years' AND (OLD.ends_contract IS TRUE OR NOT EXISTS (
            SELECT FROM contracts
            WHERE contracts.member_id = OLD.member_id AND end_date < (OLD.received_at AT TIME ZONE 'Europe/Paris')::date
        )) THEN
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
