-- Indexes are made in place: a million rows take a second or two, in which sign-ins wait.

-- The address as contracts told it last: one that the member chose since stays until contracts tells another.
ALTER TABLE accounts ADD COLUMN told_email_digest bytea;
UPDATE accounts SET told_email_digest = email_digest;

-- Members who were here before accounts were welcomed by mail are not welcomed now.
ALTER TABLE accounts ADD COLUMN welcomed_at timestamptz;
UPDATE accounts SET welcomed_at = created_at;

-- squawk-ignore require-concurrent-index-creation
CREATE INDEX accounts_membership ON accounts (brand, membership_digest);
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX accounts_to_welcome ON accounts (brand, effective_from)
WHERE welcomed_at IS NULL AND password_hash IS NULL AND email_digest IS NOT NULL;

-- A mailed token leads to choosing a password: after forgetting it, as a welcome, or to activate the access that was asked for
-- with an address (kept here until whoever reads its mail has proved to be there).
ALTER TABLE reset_tokens ADD COLUMN purpose text NOT NULL DEFAULT 'reset';
ALTER TABLE reset_tokens ADD COLUMN cause uuid;
ALTER TABLE reset_tokens ADD COLUMN email_digest bytea;
ALTER TABLE reset_tokens ADD COLUMN email_sealed bytea;
ALTER TABLE reset_tokens ADD COLUMN terms_version text;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX reset_tokens_cause ON reset_tokens (cause);

-- Why a letter left (asked by the member, by an adviser, or since a mail came back), for its quotas.
ALTER TABLE posted_codes ADD COLUMN origin text NOT NULL DEFAULT 'member';
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX posted_codes_account ON posted_codes (account_id, created_at);

-- Who has been told that the account is locked.
ALTER TABLE tries ADD COLUMN lock_told_at timestamptz;

-- What a member recognises a session by, and how it began.
ALTER TABLE sessions ADD COLUMN acr text NOT NULL DEFAULT 'password';
ALTER TABLE sessions ADD COLUMN device text;
ALTER TABLE sessions ADD COLUMN device_id uuid;
ALTER TABLE sessions ADD COLUMN last_used_at timestamptz;
