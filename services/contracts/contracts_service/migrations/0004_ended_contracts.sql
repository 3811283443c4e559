-- What was told of a contract's end: `end_told` is the last day that was told, `end_version` how often one was. An end that is
-- corrected is told again.
ALTER TABLE contracts
ADD COLUMN end_told date,
ADD COLUMN end_version bigint NOT NULL DEFAULT 0;

-- What had ended before there was anything to tell is history.
UPDATE contracts SET end_told = end_date WHERE end_date < (now() AT TIME ZONE 'Europe/Paris')::date;

-- The index holds few rows: writes wait for one pass over the table.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX contracts_end_to_tell ON contracts (end_date)
WHERE end_date IS NOT NULL AND end_told IS DISTINCT FROM end_date;
