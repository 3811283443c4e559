-- A letter whose code has served is not kept: its page is removed from the print folder, or never drawn.
ALTER TABLE deliveries ADD COLUMN served_at timestamptz;
ALTER TABLE deliveries ADD COLUMN pdf_removed_at timestamptz;

-- Deliveries are few and the index begins empty: writes wait for one pass over the table.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX deliveries_served ON deliveries (print_batch_id) WHERE served_at IS NOT NULL AND pdf_removed_at IS NULL;
