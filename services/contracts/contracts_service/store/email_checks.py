"""SQL of the yearly question whether an e-mail address is still the right one, and of its answers."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from service_kit.database import Connection


@dataclass(frozen=True)
class DueCheck:
    """A member whose day has come, locked until the transaction ends; `wanted`: the member is to be asked."""

    id: UUID
    email: str
    wanted: bool


@dataclass(frozen=True)
class AskedMember:
    """A member who is asked: which question, and when the next one comes."""

    id: UUID
    check_id: UUID
    reply_by: date
    next_check_on: date


async def lock_brand(connection: Connection, brand: str) -> None:
    """Let one transaction at a time ask the members of `brand`, so that no more are asked a day than the brand says."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('contracts.email_checks:' || $1, 0))", brand
    )


async def asked_since(connection: Connection, brand: str, *, since: datetime) -> int:
    """Return how many members of `brand` were asked since then."""
    asked: int = await connection.fetchval(
        "SELECT count(*) FROM members WHERE brand = $1 AND email_asked_at >= $2", brand, since
    )
    return asked


async def take_due(connection: Connection, brand: str, *, today: date, limit: int) -> list[DueCheck]:
    """Lock up to `limit` members whose day has come by `today`, the longest due first.

    Not wanted are those who have chosen paper, those at whose address nothing arrives, and those whose contract has ended: they
    are put off, or a stock of them would have to be passed over at each look.
    """
    rows = await connection.fetch(
        """
        SELECT members.id, email, delivery_preference = 'electronic' AND email_undeliverable_since IS NULL
            AND (end_date IS NULL OR end_date >= $2) AS wanted
        FROM members JOIN contracts ON member_id = members.id
        WHERE brand = $1 AND email IS NOT NULL AND email_check_on <= $2
        ORDER BY email_check_on LIMIT $3 FOR NO KEY UPDATE OF members SKIP LOCKED
        """,
        brand,
        today,
        limit,
    )
    return [DueCheck(**dict(row)) for row in rows]


async def note_asked(connection: Connection, asked: list[AskedMember], *, now: datetime) -> None:
    """Note that members are asked. A question that nobody answers leaves what it found: somebody who was in doubt stays so."""
    await connection.executemany(
        """
        UPDATE members SET email_check_id = $2, email_reply_by = $3, email_check_on = $4, email_asked_at = $5 WHERE id = $1
        """,
        [(*vars(one).values(), now) for one in asked],
    )


async def put_off(connection: Connection, member_ids: list[UUID], *, until: date) -> None:
    """Let members who are not to be asked be looked at again on a later day."""
    await connection.execute("UPDATE members SET email_check_on = $2 WHERE id = ANY($1)", member_ids, until)


async def unanswered(connection: Connection, brand: str, *, today: date, limit: int) -> list[UUID]:
    """Return up to `limit` members whose time to answer ended before `today`. Call it under the lock of the brand's members."""
    rows = await connection.fetch(
        "SELECT id FROM members WHERE brand = $1 AND email_reply_by < $2 ORDER BY email_reply_by LIMIT $3",
        brand,
        today,
        limit,
    )
    return [row["id"] for row in rows]


async def note_unanswered(connection: Connection, member_id: UUID, *, now: datetime) -> None:
    """Note that nobody has answered: the address counts no more until somebody confirms it."""
    await connection.execute(
        """
        UPDATE members SET email_reply_by = NULL, email_unconfirmed_since = coalesce(email_unconfirmed_since, $2)
        WHERE id = $1
        """,
        member_id,
        now,
    )


async def note_proved(connection: Connection, member_id: UUID, *, next_check_on: date, now: datetime) -> None:
    """Note that a member has shown that the present address is read."""
    await connection.execute(
        """
        UPDATE members SET
            email_verified_at = $3, email_check_on = $2, email_reply_by = NULL, email_unconfirmed_since = NULL,
            email_undeliverable_since = NULL
        WHERE id = $1
        """,
        member_id,
        next_check_on,
        now,
    )


async def note_undeliverable(connection: Connection, member_id: UUID, *, failed_at: datetime) -> bool:
    """Note that nothing arrives at a member's address; return False where that was known, or the address is a newer one.

    One that was proved since the mail failed is good.
    """
    return bool(
        await connection.fetchval(
            """
            UPDATE members SET email_undeliverable_since = $2
            WHERE id = $1 AND email IS NOT NULL AND email_undeliverable_since IS NULL
                AND coalesce(email_since < $2, true) AND coalesce(email_verified_at < $2, true)
            RETURNING true
            """,
            member_id,
            failed_at,
        )
    )
