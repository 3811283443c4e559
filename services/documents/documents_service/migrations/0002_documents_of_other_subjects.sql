-- A document may be about something else than its member: a termination. `member_version` is the version of that then; its name
-- is from when a document was always about a member. Where there is no subject it is the member: the release before writes none.
-- The lane is 0 for what somebody waits for, 1 for what has happened, 2 for what very many get (domain/lanes.py).
ALTER TABLE issues
ADD COLUMN subject_id uuid,
ADD COLUMN lane smallint NOT NULL DEFAULT 2;
ALTER TABLE documents
ADD COLUMN subject_id uuid,
ADD COLUMN title text, -- in French; without one that of its kind
ADD COLUMN told_sealed bytea; -- what goes with the bytes of a document that is brought to the person, to bring it again: encrypted

-- Two terminations of one member both begin with version 1. Nobody reads the constraint's name, and what wrote under it still can.
-- squawk-ignore ban-drop-constraint
ALTER TABLE issues DROP CONSTRAINT issues_brand_member_id_kind_member_version_key;
-- Issues are few while this runs: writes wait for one pass over the table.
-- squawk-ignore require-concurrent-index-creation
CREATE UNIQUE INDEX issues_once ON issues (brand, member_id, kind, coalesce(subject_id, member_id), member_version);

-- squawk-ignore require-concurrent-index-creation
CREATE INDEX issues_due_by_lane ON issues (lane, next_attempt_at) WHERE status = 'planned';
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX issues_due;

-- What holds for cards holds for every kind: of all that is said about one thing, one document at most is valid.
-- squawk-ignore require-concurrent-index-creation
CREATE UNIQUE INDEX documents_one_valid ON documents (brand, member_id, kind, coalesce(subject_id, member_id))
WHERE state = 'valid';
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX documents_one_valid_card;

-- Members whose next card goes ahead of all others: somebody was added to their contract. The row waits for the member's version
-- from which on that is so, where the news of the addition was faster.
CREATE TABLE hurried_cards (
    brand text NOT NULL,
    member_id uuid NOT NULL,
    member_version bigint NOT NULL,
    PRIMARY KEY (brand, member_id)
);
