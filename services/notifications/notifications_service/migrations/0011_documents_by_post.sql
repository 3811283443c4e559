-- Who has asked for paper gets by post what the law wants on a durable medium (code de la mutualité, L221-6-5).
ALTER TABLE recipients ADD COLUMN wants_paper boolean NOT NULL DEFAULT false;

-- The document that a message brings: its bytes are sealed with the rest of what the message says, and blanked with it.
ALTER TABLE deliveries ADD COLUMN document_id uuid;
