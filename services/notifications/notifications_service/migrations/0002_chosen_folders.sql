-- The attempt whose folder goes to the print provider: chosen once, under the lease, when the folder is whole on the disk and
-- before it gets its final name. From then on its letters are in that folder and in no other.
ALTER TABLE print_batches ADD COLUMN chosen_attempt integer;
