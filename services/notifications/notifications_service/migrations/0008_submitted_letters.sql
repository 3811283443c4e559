-- A batch leaves by the channel that its brand had when it was opened: `folder`, or `maileva`.
ALTER TABLE print_batches ADD COLUMN channel text NOT NULL DEFAULT 'folder';

-- Letters that are submitted to the print provider one by one (channels/maileva): how far each has come, and what it says of it.
CREATE TABLE submitted_letters (
    letter_id uuid PRIMARY KEY REFERENCES deliveries (id),
    begun_at timestamptz, -- since then there may be a draft whose id is not known
    sending_id text UNIQUE, -- what is being filled, or was chosen, in the provider's words
    chosen_at timestamptz, -- from then on this sending is submitted for the letter, and no other
    tries integer NOT NULL DEFAULT 0,
    next_try_at timestamptz, -- not before
    submitted_at timestamptz,
    status text, -- in the provider's words, when it was asked last
    looked_at timestamptz,
    notified_at timestamptz,
    next_look_at timestamptz, -- null: not submitted yet, or its fate is known
    CHECK (chosen_at IS NULL OR sending_id IS NOT NULL),
    CHECK (submitted_at IS NULL OR chosen_at IS NOT NULL)
);
CREATE INDEX submitted_letters_to_look_at ON submitted_letters (next_look_at) WHERE next_look_at IS NOT NULL;
CREATE INDEX submitted_letters_drafts ON submitted_letters (begun_at) WHERE sending_id IS NOT NULL AND chosen_at IS NULL;
