-- How far `reencrypt` has come with one sealed column under the ring's current key: rows up to `through` are done in this pass,
-- which starts anew when the key is another one. docs/operating.md § Keys.
CREATE TABLE reencryptions (
    place text PRIMARY KEY, -- table.column
    key_id text NOT NULL,
    through uuid NOT NULL, -- of the nil UUID on
    rewritten bigint NOT NULL DEFAULT 0,
    unreadable bigint NOT NULL DEFAULT 0, -- of this pass: altered, or their key is gone
    begun_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    finished_at timestamptz
);

-- Rows that are kept as they are may still be put under another ring key: the key that seals the content is wrapped anew
-- (service_kit/wrapped_keys.py: 0x01, key id, a colon, 60 bytes, content), and no byte of the content or of another column changes.
CREATE FUNCTION refuse_all_but_rewrapping() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was bytea := (to_jsonb(OLD) ->> TG_ARGV[0])::bytea;
    becomes bytea := (to_jsonb(NEW) ->> TG_ARGV[0])::bytea;
BEGIN
    IF to_jsonb(OLD) - TG_ARGV[0] IS DISTINCT FROM to_jsonb(NEW) - TG_ARGV[0]
        OR (get_byte(was, 0) = 1 AND get_byte(becomes, 0) = 1
            AND substring(was FROM position(':'::bytea IN was) + 61)
                = substring(becomes FROM position(':'::bytea IN becomes) + 61)) IS NOT TRUE
    THEN
        RAISE EXCEPTION 'rows of % are kept as they are', TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END
$$;

DROP TRIGGER keep_staff_deeds ON staff_deeds;

CREATE TRIGGER keep_staff_deeds BEFORE DELETE OR TRUNCATE ON staff_deeds
FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_staff_deeds();

CREATE TRIGGER keep_staff_deeds_but_for_keys BEFORE UPDATE ON staff_deeds
FOR EACH ROW EXECUTE FUNCTION refuse_all_but_rewrapping('reason_sealed');

DROP TRIGGER keep_autonomy_changes ON autonomy_changes;

CREATE TRIGGER keep_autonomy_changes BEFORE DELETE OR TRUNCATE ON autonomy_changes
FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_autonomy_changes();

CREATE TRIGGER keep_autonomy_changes_but_for_keys BEFORE UPDATE ON autonomy_changes
FOR EACH ROW EXECUTE FUNCTION refuse_all_but_rewrapping('proof_sealed');

-- How many full numbers somebody of the staff has seen within the hour. The table is as young as this one.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX staff_deeds_of_staff ON staff_deeds (brand, staff, kind, at);
