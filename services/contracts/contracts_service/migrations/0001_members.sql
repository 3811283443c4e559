-- A member of a brand: who it is and where to reach the person. Social-security numbers and statement identifiers are kept
-- encrypted (context: the row's id); a number is looked up by its keyed digest, and two people may have the same one.
CREATE TABLE members (
    id uuid PRIMARY KEY,
    brand text NOT NULL,
    membership_number text NOT NULL,
    version bigint NOT NULL,
    fingerprint bytea NOT NULL,
    nir_sealed bytea NOT NULL,
    nir_digest bytea NOT NULL,
    title text,
    last_name text NOT NULL,
    birth_name text,
    first_name text,
    birth_date text NOT NULL,
    email text,
    phone text,
    address jsonb NOT NULL,
    statement_identifier_sealed bytea,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    UNIQUE (brand, membership_number)
);

CREATE INDEX members_nir ON members (brand, nir_digest);

-- The member's contract. Dates are civil dates in Europe/Paris, the end included.
CREATE TABLE contracts (
    id uuid PRIMARY KEY,
    member_id uuid NOT NULL UNIQUE REFERENCES members (id),
    product text NOT NULL,
    kind text NOT NULL,
    effective_date date NOT NULL,
    renewal_date date,
    end_date date,
    responsible boolean NOT NULL,
    guarantees jsonb NOT NULL
);

-- The people whom a contract covers beside the member. Who has gone keeps a row and an id: the person may come back.
CREATE TABLE beneficiaries (
    id uuid PRIMARY KEY,
    contract_id uuid NOT NULL REFERENCES contracts (id),
    place integer NOT NULL,
    first_name text,
    last_name text NOT NULL,
    birth_date text NOT NULL,
    birth_rank integer NOT NULL,
    relation text NOT NULL,
    nir_sealed bytea,
    nir_digest bytea,
    created_at timestamptz NOT NULL,
    removed_at timestamptz
);

CREATE INDEX beneficiaries_contract ON beneficiaries (contract_id);
