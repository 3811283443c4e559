-- Passkeys beside the password. An account has its own random handle, so that passkeys of two brands do not say that they are of
-- one person; it is the name by which an authenticator knows the account.
CREATE TABLE passkey_handles (
    account_id uuid PRIMARY KEY REFERENCES accounts (id),
    handle bytea NOT NULL UNIQUE
);

-- A public key that signs for an account. What its owner calls it may hold a name: encrypted, bound to the row's id.
CREATE TABLE passkeys (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id),
    brand text NOT NULL,
    credential_id bytea NOT NULL UNIQUE,
    public_key bytea NOT NULL, -- COSE (RFC 9052 § 7)
    sign_count bigint NOT NULL,
    backup_eligible boolean NOT NULL,
    backed_up boolean NOT NULL,
    label_sealed bytea NOT NULL,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz,
    last_refused_at timestamptz -- it signed, but its counter had gone back: there may be a copy
);

CREATE INDEX passkeys_account ON passkeys (account_id, created_at);

-- What an authenticator is to sign, until it has served or has expired: a challenge that has no row is good for nothing. Bound to
-- the session that asked, or to the id that was given out with it. Unlogged: after a crash members begin anew.
CREATE UNLOGGED TABLE passkey_challenges (
    digest bytea PRIMARY KEY,
    brand text NOT NULL,
    ceremony text NOT NULL,
    bound_to uuid NOT NULL,
    expires_at timestamptz NOT NULL
);
