-- What was done to accounts, by whom: written with the decision, chained by a keyed hash a moment later (usecases/chain_deeds.py),
-- in the order of `position`, so that a row that was altered or taken out shows.
CREATE TABLE deeds (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL,
    occurred_at timestamptz NOT NULL,
    brand text NOT NULL,
    account_id uuid,
    kind text NOT NULL,
    actor text NOT NULL,
    details jsonb NOT NULL,
    sealed bytea, -- who of the staff, and why: encrypted, bound to the row's id
    position bigint,
    hash bytea
);

CREATE UNIQUE INDEX deeds_position ON deeds (position);
CREATE INDEX deeds_unchained ON deeds (number) WHERE position IS NULL;
CREATE INDEX deeds_account ON deeds (account_id, number);
