-- Whose account has left, and at which version of theirs: an older event that is replayed does not bring them back. The ids are
-- random and say nothing; they leave after ninety days, as what was heard does.
CREATE TABLE forgotten_people (
    brand text NOT NULL,
    member_id uuid NOT NULL,
    version bigint NOT NULL,
    forgotten_at timestamptz NOT NULL,
    PRIMARY KEY (brand, member_id)
);

CREATE INDEX forgotten_people_by_day ON forgotten_people (forgotten_at);
