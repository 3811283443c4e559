-- Print operators read a brand's batches a page at a time, newest first. Batches are few while this runs: writes wait for one pass.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX print_batches_listed ON print_batches (brand, created_at, id);
