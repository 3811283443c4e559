-- Since when a posted code is needed no more: its member has signed in, or it was cancelled. Notifications is told once, and stops
-- the letter if it has not left. The code of a letter that has left stays good.
ALTER TABLE posted_codes ADD COLUMN unneeded_at timestamptz;
