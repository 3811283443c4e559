-- Whose account it is: a member's, or that of somebody whom a member's contract covers and who is known apart (ADR 0021). What a
-- household shares (numbers, birth dates) proves nothing there. `closed_at`: autonomy was refused; nothing opens the account then.
ALTER TABLE accounts
ADD COLUMN holder text NOT NULL DEFAULT 'member',
ADD COLUMN closed_at timestamptz,
ADD CONSTRAINT accounts_holder CHECK (holder IN ('member', 'beneficiary')) NOT VALID;
