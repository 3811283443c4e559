-- How much went wrong lately, from a network, for a brand, with one password: weights that fade with time. A key is a keyed
-- digest: neither an address nor a password is kept. Unlogged: a weight is of use for minutes, is written by every try, and
-- reaches neither archive nor replica that way; a crash or a change of the primary forgets them, and counting begins anew.
CREATE UNLOGGED TABLE fading_counts (
    key bytea PRIMARY KEY,
    weight double precision NOT NULL,
    counted_at timestamptz NOT NULL
)
WITH (fillfactor = 70); -- no index but the key, and room in each page: a row that is counted on stays where it is

-- Challenges whose solution has served, until they run out by themselves. Logged: after a crash, too, one serves once.
CREATE TABLE spent_challenges (
    digest bytea PRIMARY KEY,
    expires_at timestamptz NOT NULL
);
