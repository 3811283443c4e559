-- Terminations that were undone: what would tell of one that comes later is not planned any more.
CREATE TABLE cancelled_terminations (
    termination_id uuid PRIMARY KEY,
    brand text NOT NULL,
    member_id uuid NOT NULL,
    cancelled_at timestamptz NOT NULL
);
CREATE INDEX cancelled_terminations_of_member ON cancelled_terminations (brand, member_id);

-- What a message is about, where other news may stop it: the termination that it acknowledges. The cause may be a document.
ALTER TABLE deliveries ADD COLUMN subject_id uuid;

-- How many receipts of a day an address gets that anybody may have typed. It is kept by a keyed digest, for as long as the day.
CREATE TABLE receipts_of_the_day (
    mailbox_digest bytea NOT NULL,
    day date NOT NULL, -- Europe/Paris
    receipts bigint NOT NULL,
    PRIMARY KEY (mailbox_digest, day)
);
CREATE INDEX receipts_of_the_day_by_day ON receipts_of_the_day (day);

-- A message to an address of which nobody knows whose it is stands under its cause in the member's place: no member's removal takes
-- it away, so its own age does. Deliveries are few while this runs: writes wait for one pass over the table.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX deliveries_to_nobody ON deliveries (created_at) WHERE member_id = cause;
