-- From 16 on whoever a contract covers is known apart from the member, unless they have refused it expressly: the day of the
-- refusal and what proves it are kept (code de la mutualité, L114-2). A day that nobody has computed hides rather than shows.
ALTER TABLE beneficiaries
ADD COLUMN autonomous_from date NOT NULL DEFAULT '-infinity',
ADD COLUMN autonomy_refused_on date,
ADD COLUMN autonomy_refusal_proof_sealed bytea; -- context: the beneficiary's id

-- Of an incomplete birth date the first day that it allows counts: domain/autonomy.py.
UPDATE beneficiaries SET autonomous_from = (
    make_date(
        substr(birth_date, 1, 4)::int,
        CASE WHEN substr(birth_date, 6, 2)::int BETWEEN 1 AND 12 THEN substr(birth_date, 6, 2)::int ELSE 1 END,
        CASE WHEN substr(birth_date, 6, 2)::int BETWEEN 1 AND 12 THEN greatest(substr(birth_date, 9, 2)::int, 1) ELSE 1 END
    ) + interval '16 years'
)::date;

-- What staff did to whom, why, and when: written in the transaction of the act, kept as it is.
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
