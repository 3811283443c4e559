-- What the tests' tiny service keeps: parcels that were asked for, and parcels that it heard of.
CREATE TABLE parcels (id uuid PRIMARY KEY, brand text NOT NULL, number bigint NOT NULL, addressee text NOT NULL);

CREATE TABLE received (event_id uuid NOT NULL, number integer NOT NULL, addressee text NOT NULL);
