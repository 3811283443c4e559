-- The words of each version of the terms: what was agreed to can be shown years later. A version whose words were changed has
-- a row for each.
CREATE TABLE terms_texts (
    digest bytea NOT NULL,
    brand text NOT NULL,
    version text NOT NULL,
    content text NOT NULL,
    kept_at timestamptz NOT NULL,
    PRIMARY KEY (digest, brand, version)
);

CREATE INDEX terms_texts_version ON terms_texts (brand, version);

-- Who has accepted a version is asked again when its words are others: one acceptance for each text. Made in place: a million
-- rows take some seconds, in which nobody accepts.
-- squawk-ignore require-concurrent-index-creation
CREATE UNIQUE INDEX terms_acceptances_text ON terms_acceptances (account_id, terms_version, text_digest);
-- One text a version is no promise that anybody relies on; the wider key holds what there is.
-- squawk-ignore ban-drop-constraint
ALTER TABLE terms_acceptances DROP CONSTRAINT terms_acceptances_pkey,
ADD CONSTRAINT terms_acceptances_pkey PRIMARY KEY USING INDEX terms_acceptances_text;
