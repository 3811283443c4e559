-- Amounts are whole cents, signed: a reversal is a negative line. What grows with time is partitioned by the calendar year of a
-- civil date; `usecases/make_year_partitions.py` makes the coming years' partitions. The last partition has no upper bound and is
-- no DEFAULT one, so that PostgreSQL reads partitions in the order of their dates and stops at the end of a page.
-- Neither lines nor what is made of them have foreign keys: the look-ups would cost an import a third of its speed, and whatever
-- removes a contract removes its lines first.

-- A reimbursement as the file told it last. `line_key` is the first half of SHA-256 over brand, source and line_id: the identity of
-- a line in one short index. What was withheld from the mandatory share is computed when the line is saved
-- (domain/withheld_amounts.py). `rate` is in hundredths of a percent.
CREATE TABLE reimbursements (
    id uuid NOT NULL,
    care_date date NOT NULL,
    line_key uuid NOT NULL,
    person_id uuid NOT NULL, -- the member's or the beneficiary's id
    contract_id uuid NOT NULL,
    statement_id uuid,
    revision bigint NOT NULL,
    amount_spent bigint NOT NULL,
    mandatory_share bigint NOT NULL,
    complementary_share bigint NOT NULL,
    remaining_cost bigint NOT NULL,
    flat_contribution bigint NOT NULL,
    deductible bigint NOT NULL,
    base bigint,
    rate bigint,
    paid_on date,
    source text NOT NULL,
    line_id text NOT NULL,
    act text NOT NULL,
    provider text,
    payee text,
    saved_at timestamptz NOT NULL,
    PRIMARY KEY (person_id, care_date, id),
    UNIQUE (line_key, care_date)
) PARTITION BY RANGE (care_date);

CREATE INDEX reimbursements_id ON reimbursements (id);
CREATE INDEX reimbursements_statement ON reimbursements (statement_id, person_id, care_date, id)
WHERE statement_id IS NOT NULL;

-- What a line was before a higher revision replaced it; whose it was then is who may see it.
CREATE TABLE reimbursement_revisions (
    reimbursement_id uuid NOT NULL,
    care_date date NOT NULL,
    revision bigint NOT NULL,
    person_id uuid NOT NULL,
    contract_id uuid NOT NULL,
    statement_id uuid,
    amount_spent bigint NOT NULL,
    mandatory_share bigint NOT NULL,
    complementary_share bigint NOT NULL,
    remaining_cost bigint NOT NULL,
    flat_contribution bigint NOT NULL,
    deductible bigint NOT NULL,
    base bigint,
    rate bigint,
    paid_on date,
    act text NOT NULL,
    provider text,
    payee text,
    saved_at timestamptz NOT NULL,
    replaced_at timestamptz NOT NULL,
    PRIMARY KEY (reimbursement_id, care_date, revision)
) PARTITION BY RANGE (care_date);

-- A contribution as the file told it last. Partitioned by the day on which it is due: what a member looks for, what an unpaid one
-- counts from (code de la mutualité, L221-7) and what the two years of L221-11 run from. `line_key`: over brand and reference.
CREATE TABLE contributions (
    id uuid NOT NULL,
    due_date date NOT NULL,
    line_key uuid NOT NULL,
    contract_id uuid NOT NULL,
    version bigint NOT NULL,
    reference text NOT NULL,
    period_start date NOT NULL,
    period_end date NOT NULL,
    amount bigint NOT NULL,
    tax_amount bigint NOT NULL,
    status text NOT NULL,
    paid_on date,
    method text,
    saved_at timestamptz NOT NULL,
    PRIMARY KEY (contract_id, due_date, id),
    UNIQUE (line_key, due_date)
) PARTITION BY RANGE (due_date);

-- What a contribution was before a line said something else.
CREATE TABLE contribution_changes (
    contribution_id uuid NOT NULL,
    due_date date NOT NULL,
    version bigint NOT NULL,
    contract_id uuid NOT NULL,
    period_start date NOT NULL,
    period_end date NOT NULL,
    amount bigint NOT NULL,
    tax_amount bigint NOT NULL,
    status text NOT NULL,
    paid_on date,
    method text,
    saved_at timestamptz NOT NULL,
    replaced_at timestamptz NOT NULL,
    PRIMARY KEY (contribution_id, due_date, version)
) PARTITION BY RANGE (due_date);

-- The years from 2010 to the one after the next; everything before and everything after have a partition each.
DO $$
DECLARE
    parent text;
    next_year int := extract(year FROM now() AT TIME ZONE 'Europe/Paris')::int + 1;
BEGIN
    FOREACH parent IN ARRAY ARRAY['reimbursements', 'reimbursement_revisions', 'contributions', 'contribution_changes'] LOOP
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (MINVALUE) TO (%L)',
            parent || '_before', parent, '2010-01-01');
        FOR year IN 2010 .. next_year + 1 LOOP
            EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                parent || '_' || year, parent, make_date(year, 1, 1), make_date(year + 1, 1, 1));
        END LOOP;
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (MAXVALUE)',
            parent || '_after', parent, make_date(next_year + 2, 1, 1));
    END LOOP;
END
$$;

-- A statement as lines name it, such as D202509. Lists are ordered by `dated_on`, which never changes: domain/statement_day.py.
-- `told_version` counts what was told of it.
CREATE TABLE statements (
    id uuid PRIMARY KEY,
    contract_id uuid NOT NULL,
    identifier text NOT NULL,
    dated_on date NOT NULL,
    told_version bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    UNIQUE (contract_id, identifier)
);

-- The lines of one person on a statement, summed. `touched_at`: there is something new that its reader was not told.
CREATE TABLE statement_parts (
    statement_id uuid NOT NULL,
    person_id uuid NOT NULL,
    dated_on date NOT NULL, -- the statement's
    lines bigint NOT NULL,
    amount_spent bigint NOT NULL,
    mandatory_share bigint NOT NULL,
    complementary_share bigint NOT NULL,
    remaining_cost bigint NOT NULL,
    first_care_date date NOT NULL,
    last_care_date date NOT NULL,
    latest_paid_on date,
    touched_at timestamptz,
    PRIMARY KEY (statement_id, person_id)
) WITH (fillfactor = 80);

CREATE INDEX statement_parts_person ON statement_parts (person_id, dated_on, statement_id);
CREATE INDEX statement_parts_to_tell ON statement_parts (touched_at) WHERE touched_at IS NOT NULL;

-- The lines of a person in one civil year of care, summed: no list and no counter sums lines.
CREATE TABLE reimbursement_years (
    person_id uuid NOT NULL,
    year bigint NOT NULL,
    lines bigint NOT NULL,
    amount_spent bigint NOT NULL,
    mandatory_share bigint NOT NULL,
    complementary_share bigint NOT NULL,
    remaining_cost bigint NOT NULL,
    flat_contribution bigint NOT NULL,
    deductible bigint NOT NULL,
    PRIMARY KEY (person_id, year)
) WITH (fillfactor = 80);

-- The contributions of a contract that are due in one civil year, summed; what counts as called, paid and unpaid is in
-- domain/contribution_status.py.
CREATE TABLE contribution_years (
    contract_id uuid NOT NULL,
    year bigint NOT NULL,
    lines bigint NOT NULL,
    amount bigint NOT NULL,
    called bigint NOT NULL,
    paid bigint NOT NULL,
    unpaid bigint NOT NULL,
    tax_amount bigint NOT NULL,
    PRIMARY KEY (contract_id, year)
) WITH (fillfactor = 80);
