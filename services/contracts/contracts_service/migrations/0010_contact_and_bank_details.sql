-- What is known of a member's addresses beside the addresses themselves. Every program that writes a member has this trigger's help:
-- an import, the member and identity's events change addresses in ways of their own, and none may forget to note since when.
-- `…_since`: when this address took another's place; null: it came with the first file. `email_verified_at`: when it was last proved.
-- `email_check_on`: the civil day (Paris) of the next yearly question (code de la mutualité, L221-6-5); `email_check_id`,
-- `email_asked_at` and `email_reply_by` are of the last one, `email_unconfirmed_since` of one that nobody answered.
ALTER TABLE members
ADD COLUMN delivery_preference text NOT NULL DEFAULT 'electronic',
ADD COLUMN address_since timestamptz,
ADD COLUMN email_since timestamptz,
ADD COLUMN email_verified_at timestamptz,
ADD COLUMN email_check_on date,
ADD COLUMN email_check_id uuid,
ADD COLUMN email_asked_at timestamptz,
ADD COLUMN email_reply_by date,
ADD COLUMN email_unconfirmed_since timestamptz,
ADD COLUMN email_undeliverable_since timestamptz,
ADD CONSTRAINT members_delivery_preference CHECK (delivery_preference IN ('electronic', 'paper')) NOT VALID;

-- Addresses at which a member was before. Which of them is believed is decided in domain/trusted_contact.py.
CREATE TABLE former_addresses (
    member_id uuid NOT NULL REFERENCES members (id),
    position bigint GENERATED ALWAYS AS IDENTITY,
    address jsonb NOT NULL,
    known_since timestamptz, -- null: it came with the first file
    replaced_at timestamptz NOT NULL,
    PRIMARY KEY (member_id, position)
);

-- The first question about an address of which nobody knows whether it was ever proved: spread over a year by the member's id, so
-- that a first import of the whole stock does not ask everybody on one day.
CREATE FUNCTION first_email_check(member_id uuid, known_since timestamptz) RETURNS date LANGUAGE sql STABLE
RETURN (known_since AT TIME ZONE 'Europe/Paris')::date + 1 + (uuid_hash_extended(member_id, 0) & 1048575)::integer % 365;

CREATE FUNCTION note_addresses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.email_check_on := first_email_check(NEW.id, NEW.created_at);
        RETURN NEW;
    END IF;
    IF lower(NEW.email) IS DISTINCT FROM lower(OLD.email) THEN
        NEW.email_since := NEW.changed_at;
        NEW.email_check_on := first_email_check(NEW.id, NEW.changed_at);
        NEW.email_verified_at := NULL;
        NEW.email_asked_at := NULL;
        NEW.email_reply_by := NULL;
        NEW.email_unconfirmed_since := NULL;
        NEW.email_undeliverable_since := NULL;
    END IF;
    IF NEW.address IS DISTINCT FROM OLD.address THEN
        NEW.address_since := NEW.changed_at;
        INSERT INTO former_addresses (member_id, address, known_since, replaced_at)
        VALUES (OLD.id, OLD.address, OLD.address_since, NEW.changed_at);
    END IF;
    RETURN NEW;
END
$$;

-- Of those who are known already: an address that came from an account took another's place at the latest then.
UPDATE members SET
    email_since = CASE WHEN account_version > 0 THEN changed_at END,
    email_check_on = first_email_check(id, now());

CREATE TRIGGER note_addresses BEFORE INSERT OR UPDATE OF email, address ON members
FOR EACH ROW EXECUTE FUNCTION note_addresses();

-- Made in place: a second for a million rows.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX members_email_check ON members (brand, email_check_on) WHERE email IS NOT NULL;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX members_email_asked ON members (brand, email_asked_at) WHERE email_asked_at IS NOT NULL;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX members_email_reply ON members (brand, email_reply_by) WHERE email_reply_by IS NOT NULL;

-- Whoever is known apart from the member has a telephone number and a choice of their own; the postal address is the member's.
ALTER TABLE beneficiaries
ADD COLUMN phone text,
ADD COLUMN delivery_preference text NOT NULL DEFAULT 'electronic',
ADD COLUMN email_since timestamptz,
ADD CONSTRAINT beneficiaries_delivery_preference CHECK (delivery_preference IN ('electronic', 'paper')) NOT VALID;

CREATE FUNCTION note_own_email() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF lower(NEW.email) IS DISTINCT FROM lower(OLD.email) THEN
        NEW.email_since := now();
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER note_own_email BEFORE UPDATE OF email ON beneficiaries FOR EACH ROW EXECUTE FUNCTION note_own_email();

-- The bank account of a person, and those before it: pending → in_force → replaced; a change that was stopped is cancelled, by
-- the person, an adviser, or another change. What is sealed has the row's id as its context; `iban_digest` is keyed, and says
-- whether the same account was given again. A change that is told by post waits for longer (`in_force_on`).
CREATE TABLE bank_details (
    id uuid PRIMARY KEY,
    brand text NOT NULL,
    member_id uuid NOT NULL, -- whose contract it is
    person_id uuid NOT NULL, -- the member's or the beneficiary's id
    state text NOT NULL CHECK (state IN ('pending', 'in_force', 'replaced', 'cancelled')),
    version bigint NOT NULL DEFAULT 1, -- of the state
    iban_sealed bytea NOT NULL,
    holder_sealed bytea NOT NULL,
    bic_sealed bytea,
    iban_digest bytea NOT NULL,
    requested_at timestamptz NOT NULL,
    in_force_on date NOT NULL, -- a civil day in Paris
    in_force_at timestamptz, -- when it was put into force
    ended_at timestamptz,
    cancelled_by text CHECK (cancelled_by IN ('person', 'staff', 'another-change'))
);

CREATE UNIQUE INDEX bank_details_pending ON bank_details (person_id) WHERE state = 'pending';
CREATE UNIQUE INDEX bank_details_in_force ON bank_details (person_id) WHERE state = 'in_force';
CREATE INDEX bank_details_of_person ON bank_details (person_id, requested_at);
CREATE INDEX bank_details_of_member ON bank_details (member_id);
CREATE INDEX bank_details_due ON bank_details (in_force_on) WHERE state = 'pending';
