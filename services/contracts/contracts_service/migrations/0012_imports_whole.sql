-- Staged lines are sealed many to a row: `line_number` is the first one's, `last_line` the last one's (context: import, first and
-- last). A row without `last_line` holds a single line, as the release before staged it.
ALTER TABLE import_lines ADD COLUMN last_line bigint;

-- `processing_since` is when the first line was taken up, what the speed counts from. `failure` says why an import failed.
ALTER TABLE imports
ADD COLUMN processing_since timestamptz,
ADD COLUMN failure text;

-- The list of a brand's imports, newest first. There are few: a few files a day, kept for 90 days.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX imports_of_brand ON imports (brand, begun_at DESC, id DESC);
