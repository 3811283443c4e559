-- Bytes of documents whose rows have left: removed from the storage afterwards, since that is in no transaction.
CREATE TABLE objects_to_remove (
    storage_key text PRIMARY KEY,
    left_at timestamptz NOT NULL
);
