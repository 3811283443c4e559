-- Each deed carries a keyed digest of what it says, made by who wrote it: a row that somebody else writes, or alters before it is
-- chained, has none or a wrong one. `recorded_at` tells how long a deed has waited to be chained.
ALTER TABLE deeds ADD COLUMN digest bytea;
ALTER TABLE deeds ADD COLUMN recorded_at timestamptz NOT NULL DEFAULT now();

-- Where the chain begins once its oldest deeds were pruned: the last position that is gone, its hash, and a keyed digest of both.
CREATE TABLE deed_anchors (
    position bigint PRIMARY KEY,
    hash bytea NOT NULL,
    pruned_at timestamptz NOT NULL,
    mark bytea NOT NULL
);

-- Deeds are never changed, but for being chained once, and never deleted, but up to an anchor. Whoever owns the table can take
-- the triggers away: they are against mistakes. Against everybody else who writes to the database there is the chain itself.
CREATE FUNCTION keep_deed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    chained deeds := OLD;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        chained.position := NEW.position;
        chained.hash := NEW.hash;
        IF num_nonnulls(OLD.position, OLD.hash) = 0 AND num_nulls(NEW.position, NEW.hash) = 0
            AND NEW IS NOT DISTINCT FROM chained
        THEN
            RETURN NEW;
        END IF;
    ELSIF EXISTS (SELECT FROM deed_anchors WHERE deed_anchors.position >= OLD.position) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'deed %: deeds are never changed', OLD.number USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION refuse_to_change_deeds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: % is refused, deeds are never changed', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER keep_deed BEFORE UPDATE OR DELETE ON deeds FOR EACH ROW EXECUTE FUNCTION keep_deed();
CREATE TRIGGER keep_deeds BEFORE TRUNCATE ON deeds FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_deeds();
CREATE TRIGGER keep_anchors BEFORE UPDATE OR DELETE OR TRUNCATE ON deed_anchors
FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_deeds();

-- Locks whose owner is to be told (usecases/tell_locks.py): found without reading everybody's tries.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX tries_untold ON tries (failures) WHERE lock_told_at IS NULL;
