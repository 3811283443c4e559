-- Members who have said that they want no announcements of documents. What they must be told is told all the same.
CREATE TABLE declined_announcements (
    brand text NOT NULL,
    member_id uuid NOT NULL,
    declined_at timestamptz NOT NULL,
    PRIMARY KEY (brand, member_id)
);
