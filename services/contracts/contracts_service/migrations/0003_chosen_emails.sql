-- The address that a member chose stays until the file's own address changes: `file_email_digest` is the keyed digest of what
-- the file said last. Rows without one have had no other address than the file's. `account_version` is the sequence of the last
-- event that brought a chosen address: an older one that comes later changes nothing.
ALTER TABLE members
ADD COLUMN file_email_digest bytea,
ADD COLUMN account_version bigint NOT NULL DEFAULT 0;
