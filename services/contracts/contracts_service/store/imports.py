"""SQL of imports as their senders see them: begun, received, reported, dropped. `import_claims` has the work on them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection, row_as

from contracts_service.domain.import_states import ImportFailure, ImportKind, ImportState

COLUMNS = """id, brand, kind, state, failure, body_digest, lines, accepted, unchanged, refused, begun_at, processing_since,
    finished_at"""


@dataclass(frozen=True)
class Import:
    """An import: where it stands. While it is received, `lines` are those that have come so far."""

    id: UUID
    brand: str
    kind: ImportKind
    state: ImportState
    failure: ImportFailure | None
    body_digest: bytes | None
    lines: int
    accepted: int
    unchanged: int
    refused: int
    begun_at: datetime
    processing_since: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True)
class NewImport:
    """An import that begins, in the order of the statement's columns."""

    id: UUID
    brand: str
    kind: ImportKind
    requested_by: str
    key_digest: bytes | None
    traceparent: str | None
    begun_at: datetime


async def free_key(connection: Connection, new: NewImport, *, older_than: datetime) -> None:
    """Take the idempotency key from an import that is too old for it, or whose upload broke off unseen."""
    await connection.execute(
        """
        UPDATE imports SET key_digest = NULL WHERE brand = $1 AND requested_by = $2 AND key_digest = $3
            AND (begun_at < $4 OR (state = 'receiving' AND claimed_until < now()))
        """,
        new.brand,
        new.requested_by,
        new.key_digest,
        older_than,
    )


async def begin(connection: Connection, new: NewImport, *, lease_seconds: float) -> bool:
    """Begin to receive; return False when the idempotency key belongs to another import."""
    return bool(
        await connection.fetchval(
            """
            INSERT INTO imports (id, brand, kind, state, requested_by, key_digest, traceparent, begun_at, claimed_until)
            VALUES ($1, $2, $3, 'receiving', $4, $5, $6, $7, now() + make_interval(secs => $8))
            ON CONFLICT (brand, requested_by, key_digest) WHERE key_digest IS NOT NULL DO NOTHING RETURNING true
            """,
            *vars(new).values(),
            lease_seconds,
        )
    )


async def find_by_key(connection: Connection, new: NewImport) -> Import | None:
    """Return the import that has the idempotency key of `new`."""
    row = await connection.fetchrow(
        f"SELECT {COLUMNS} FROM imports WHERE brand = $1 AND requested_by = $2 AND key_digest = $3",  # noqa: S608 - ours
        new.brand,
        new.requested_by,
        new.key_digest,
    )
    return row_as(Import, row)


async def find(connection: Connection, import_id: UUID, *, brand: str) -> Import | None:
    """Return an import of `brand`."""
    row = await connection.fetchrow(
        f"SELECT {COLUMNS} FROM imports WHERE id = $1 AND brand = $2",  # noqa: S608 - ours
        import_id,
        brand,
    )
    return row_as(Import, row)


async def page(connection: Connection, *, brand: str, before: tuple[datetime, UUID] | None, limit: int) -> list[Import]:
    """Return imports of `brand`, newest first, from the one after `before` on."""
    rows = await connection.fetch(
        f"""
        SELECT {COLUMNS} FROM imports
        WHERE brand = $1 AND ($2::timestamptz IS NULL OR (begun_at, id) < ($2, $3::uuid))
        ORDER BY begun_at DESC, id DESC LIMIT $4
        """,  # noqa: S608 - ours
        brand,
        *(before or (None, None)),
        limit,
    )
    return [Import(**dict(row)) for row in rows]


async def go_on_receiving(connection: Connection, import_id: UUID, *, lines: int, lease_seconds: float) -> bool:
    """Note how many lines have come and renew the lease of an upload; return False when it was given up meanwhile."""
    return bool(
        await connection.fetchval(
            """
            UPDATE imports SET claimed_until = now() + make_interval(secs => $2), lines = $3
            WHERE id = $1 AND state = 'receiving' RETURNING true
            """,
            import_id,
            lease_seconds,
            lines,
        )
    )


async def mark_received(
    connection: Connection, import_id: UUID, *, body_digest: bytes, lines: int, last_line: int
) -> bool:
    """Let a whole upload be processed from now on; return False when it was given up meanwhile."""
    return bool(
        await connection.fetchval(
            """
            UPDATE imports SET state = 'running', body_digest = $2, lines = $3, last_line = $4,
                received_at = clock_timestamp(), claimed_until = NULL
            WHERE id = $1 AND state = 'receiving' RETURNING true
            """,
            import_id,
            body_digest,
            lines,
            last_line,
        )
    )


async def expired_uploads(connection: Connection, *, limit: int) -> list[UUID]:
    """Return uploads that broke off unseen: whoever received them has died."""
    rows = await connection.fetch(
        "SELECT id FROM imports WHERE state = 'receiving' AND claimed_until < now() LIMIT $1", limit
    )
    return [row["id"] for row in rows]


async def give_up(connection: Connection, import_id: UUID, *, now: datetime) -> bool:
    """End an upload that broke off, so that no line is added any more, and free its key; False when it was complete."""
    return bool(
        await connection.fetchval(
            """
            UPDATE imports SET state = 'failed', finished_at = $2, key_digest = NULL
            WHERE id = $1 AND state = 'receiving' RETURNING true
            """,
            import_id,
            now,
        )
    )


async def failed_with_lines(connection: Connection, *, limit: int) -> list[UUID]:
    """Return imports that will not go on and still have staged lines."""
    rows = await connection.fetch(
        """
        SELECT id FROM imports WHERE state = 'failed'
            AND EXISTS (SELECT FROM import_lines WHERE import_id = imports.id) LIMIT $1
        """,
        limit,
    )
    return [row["id"] for row in rows]


async def delete(connection: Connection, import_id: UUID) -> None:
    """Delete an import that has neither staged lines nor refused ones left."""
    await connection.execute("DELETE FROM imports WHERE id = $1", import_id)


async def finished_before(connection: Connection, *, before: datetime, limit: int) -> list[UUID]:
    """Return imports that were finished before `before`: their reports are to be forgotten."""
    rows = await connection.fetch(
        "SELECT id FROM imports WHERE state IN ('done', 'failed') AND finished_at < $1 LIMIT $2", before, limit
    )
    return [row["id"] for row in rows]
