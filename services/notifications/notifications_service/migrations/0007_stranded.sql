-- What is not over and has no next attempt: letters in their batches, and nothing else. An index of next to nothing, by which it
-- is seen at once when a delivery was left behind.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX deliveries_unattended ON deliveries (channel)
WHERE next_attempt_at IS NULL AND sent_at IS NULL AND state IN ('planned', 'rendered', 'sending', 'delayed', 'batched');

-- Each mail changes its row twice, and the head of the queue's index is read past what is dead: clean up before that is a fifth
-- of a table that only grows.
ALTER TABLE deliveries SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
