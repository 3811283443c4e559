-- The last day that the back office's file says, if any. `end_date` is the earliest of it and of the days of the terminations that
-- stand: one that is undone leaves what the file says and the others.
ALTER TABLE contracts ADD COLUMN file_end_date date;

UPDATE contracts SET file_end_date = end_date WHERE end_date IS NOT NULL;

UPDATE contracts SET file_end_date = ended.former_end_date
FROM (
    SELECT DISTINCT ON (member_id) member_id, former_end_date, effective_date FROM terminations
    WHERE state = 'registered' AND ends_contract ORDER BY member_id, decided_at
) AS ended
WHERE contracts.member_id = ended.member_id AND contracts.end_date <= ended.effective_date;

-- A termination is no choice that a file may take back, as an address is.
UPDATE members SET chosen = chosen - 'end_date' WHERE chosen ? 'end_date';
