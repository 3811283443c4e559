-- Addresses that signed-in members ask for: not theirs until whoever reads the mail gives back its code, and undone from the
-- former address for some days after. What is encrypted is blanked once it has served (store/email_changes.py).
CREATE TABLE email_changes (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id),
    code_digest bytea NOT NULL,
    email_digest bytea NOT NULL,
    email_sealed bytea,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    tries integer NOT NULL DEFAULT 0,
    used_at timestamptz,
    cancelled_at timestamptz,
    former_digest bytea,
    former_sealed bytea,
    undo_digest bytea UNIQUE,
    undo_until timestamptz,
    undone_at timestamptz -- or void, since an earlier change was undone
);

-- A member waits for one code: asking again cancels the former.
CREATE UNIQUE INDEX email_changes_living ON email_changes (account_id) WHERE used_at IS NULL AND cancelled_at IS NULL;
CREATE INDEX email_changes_account ON email_changes (account_id, created_at);
CREATE INDEX email_changes_expires_at ON email_changes (expires_at);
