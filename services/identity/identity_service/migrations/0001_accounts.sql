-- One account a member. Numbers and dates of birth are kept as keyed digests only (HMAC, key outside the database); the
-- e-mail address is encrypted, since mails must be sent to it.
CREATE TABLE accounts (
    id uuid PRIMARY KEY,
    brand text NOT NULL,
    member_id uuid NOT NULL,
    member_version bigint NOT NULL,
    nir_digest bytea NOT NULL,
    membership_digest bytea NOT NULL,
    birth_digest bytea NOT NULL,
    email_digest bytea,
    email_sealed bytea,
    statement_digest bytea,
    personal_digests bytea [] NOT NULL,
    effective_from date NOT NULL,
    ended_on date,
    password_hash text,
    password_changed_at timestamptz,
    version bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    UNIQUE (brand, member_id)
);

-- Not unique: a social-security number may belong to several memberships, an address to a couple.
CREATE INDEX accounts_nir ON accounts (brand, nir_digest);
CREATE INDEX accounts_email ON accounts (brand, email_digest);

-- How often somebody tried to come in: with an account's id, or with an id drawn from an identifier that nobody has. Everyone
-- who tries has a row, so that a known and an unknown identifier take the same statement and the same write.
CREATE TABLE tries (
    subject uuid PRIMARY KEY,
    failures integer NOT NULL,
    try_not_before timestamptz,
    day_began timestamptz NOT NULL,
    day_tries integer NOT NULL,
    last_try_at timestamptz NOT NULL
);

-- What was asked and not yet decided. The answer to the member is given before anybody looks who it is. A request for somebody
-- whom nobody knows is looked at again for some minutes: the event that enrols the member may still be on its way.
CREATE TABLE reset_requests (
    id uuid PRIMARY KEY,
    brand text NOT NULL,
    identifier_digests bytea [] NOT NULL,
    requested_at timestamptz NOT NULL,
    next_look_at timestamptz NOT NULL,
    traceparent text
);

CREATE INDEX reset_requests_next_look_at ON reset_requests (next_look_at);

CREATE TABLE reset_tokens (
    digest bytea PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);

CREATE INDEX reset_tokens_account ON reset_tokens (account_id);
CREATE INDEX reset_tokens_expires_at ON reset_tokens (expires_at);

CREATE TABLE posted_codes (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id),
    digest bytea NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    tries integer NOT NULL DEFAULT 0,
    used_at timestamptz,
    cancelled_at timestamptz
);

-- A member holds one code: a new one cancels the former.
CREATE UNIQUE INDEX posted_codes_living ON posted_codes (account_id) WHERE used_at IS NULL AND cancelled_at IS NULL;
CREATE INDEX posted_codes_expires_at ON posted_codes (expires_at);

CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    idle_until timestamptz NOT NULL,
    ended_at timestamptz,
    ended_because text
);

CREATE INDEX sessions_account ON sessions (account_id) WHERE ended_at IS NULL;
CREATE INDEX sessions_expires_at ON sessions (expires_at);

CREATE TABLE refresh_tokens (
    digest bytea PRIMARY KEY,
    session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    used_at timestamptz
);

CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);

-- Evidence of what was agreed to: the version, the digest of the very text, when and where.
CREATE TABLE terms_acceptances (
    account_id uuid NOT NULL REFERENCES accounts (id),
    terms_version text NOT NULL,
    text_digest bytea NOT NULL,
    accepted_at timestamptz NOT NULL,
    source text NOT NULL,
    PRIMARY KEY (account_id, terms_version)
);
