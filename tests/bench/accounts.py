"""Accounts for benches, by SQL: some that can sign in with one password, and any number of others around them."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg
from identity_service.domain.login_identifiers import normalise_email
from identity_service.resources import Identity

PASSWORD = "quatre mouettes boudent le phare"
BRAND = "mgas"

INSERT = """
INSERT INTO accounts (
    id, brand, member_id, member_version, nir_digest, membership_digest, birth_digest, email_digest, email_sealed,
    personal_digests, effective_from, password_hash, password_changed_at, created_at, welcomed_at
)
"""


def email_of(number: int) -> str:
    """Return the address that an active account signs in with."""
    return f"personne.{number}@bench.example"


async def add_active(identity: Identity, connection: asyncpg.Connection, count: int) -> None:
    """Add accounts with PASSWORD."""
    now, password_hash = datetime.now(UTC), identity.hashing.hash_now(PASSWORD)
    digests = identity.digests

    def row(number: int) -> tuple[object, ...]:
        member_id, email = uuid4(), email_of(number)
        return (
            uuid4(), BRAND, member_id, 1, digests.nir.of(BRAND, f"nir {number}"), digests.membership.of(BRAND, str(number)),
            digests.birth.of(str(member_id), "1958-02-17"), digests.email.of(BRAND, normalise_email(email)),
            identity.addresses.seal(email.encode(), context=str(member_id)), [], now.date(), password_hash, now, now, now,
        )  # fmt: skip

    marks = ", ".join(f"${place}" for place in range(1, 16))
    await connection.executemany(f"{INSERT} VALUES ({marks})", [row(number) for number in range(count)])


async def add_others(connection: asyncpg.Connection, count: int) -> None:
    """Add accounts that nobody signs in to, each with four personal digests."""
    await connection.execute(
        f"""
        {INSERT}
        SELECT gen_random_uuid(), '{BRAND}', gen_random_uuid(), 1,
               sha256(('n' || i)::bytea), sha256(('m' || i)::bytea), sha256(('b' || i)::bytea), sha256(('e' || i)::bytea),
               sha256(('s' || i)::bytea) || sha256(('t' || i)::bytea),
               ARRAY[sha256(('1' || i)::bytea), sha256(('2' || i)::bytea), sha256(('3' || i)::bytea), sha256(('4' || i)::bytea)],
               current_date - (i % 4000), repeat('x', 110), now(), now(), now()
        FROM generate_series(1, $1) AS i
        """,
        count,
        timeout=1200,
    )
    await connection.execute("VACUUM ANALYZE accounts", timeout=600)


async def account_ids(connection: asyncpg.Connection) -> list[UUID]:
    """Return the ids of the active accounts."""
    rows = await connection.fetch("SELECT id FROM accounts WHERE password_hash NOT LIKE 'xxx%'")
    return [row["id"] for row in rows]
