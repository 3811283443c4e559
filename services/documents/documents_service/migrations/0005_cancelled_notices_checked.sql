-- In a transaction of its own: reads and writes go on while the rows are looked at.
ALTER TABLE documents VALIDATE CONSTRAINT documents_state_check;
ALTER TABLE issues VALIDATE CONSTRAINT issues_status_check;
