"""What an operator and a chain's enemy do: chain, verify, write to the table as its owner can."""

import asyncpg
from identity_service.domain.deeds import Deed
from identity_service.security.deed_chain import Head
from identity_service.usecases.chain_deeds import chain_deeds
from identity_service.usecases.verify_deeds import verify_deeds

from tests.support.identity_fixtures import OpenedIdentity


async def record(opened: OpenedIdentity, count: int, *, brand: str = "mgas") -> None:
    """Write so many deeds, each in a transaction of its own."""
    for number in range(count):
        async with opened.identity.database.transaction() as connection:
            details = {"lock_id": str(number), "words": ["z", "a"], "figure": 0.5}
            deed = Deed("account_locked", brand, None, "system", details, staff="ada", reason="parce que")
            await opened.identity.record(connection, deed, now=opened.clock.now())


async def chain_all(opened: OpenedIdentity) -> int:
    """Chain until nothing waits; return how many deeds that was."""
    total = 0
    while done := await chain_deeds(opened.identity):
        total += done
    return total


async def fault(opened: OpenedIdentity, *, seen: str | None = None) -> str | None:
    """Verify, and return what is wrong."""
    head = None if seen is None else Head.parse(seen)
    return (await verify_deeds(opened.identity, seen=head)).fault


async def head(opened: OpenedIdentity) -> str:
    """Verify, and return the head that an operator notes."""
    verdict = await verify_deeds(opened.identity)

    assert verdict.fault is None
    return str(verdict.end)


async def tamper(opened: OpenedIdentity, *statements: str) -> None:
    """Write to the tables as a superuser who takes the triggers away."""
    connection = await asyncpg.connect(opened.database_url)
    try:
        await connection.execute("SET session_replication_role = replica")  # no trigger fires
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()
