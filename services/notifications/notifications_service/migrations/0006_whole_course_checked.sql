-- In a transaction of its own: reads and writes go on while the rows are looked at.
ALTER TABLE deliveries VALIDATE CONSTRAINT deliveries_state_check;
ALTER TABLE deliveries VALIDATE CONSTRAINT deliveries_secret_is_blanked;
