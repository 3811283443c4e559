-- What the member has chosen since the file said something else: part ("phone", "address", "beneficiaries", "end_date") → keyed
-- digest of what the file said last, in hexadecimal. A file that repeats itself leaves the choice alone (domain/chosen_parts.py).
ALTER TABLE members ADD COLUMN chosen jsonb NOT NULL DEFAULT '{}';
