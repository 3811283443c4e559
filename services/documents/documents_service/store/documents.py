"""SQL of issued documents."""

from dataclasses import astuple
from uuid import UUID

from service_kit.database import Connection, row_as
from service_kit.http.cursors import Position

from documents_service.domain.documents import Document, DocumentKind, Holder

COLUMNS = """id, brand, member_id, kind, member_version, state, issued_at, valid_from, valid_until, sha256, size, storage_key,
             template_version, file_name"""


async def insert(connection: Connection, document: Document) -> None:
    """Keep an issued document."""
    await connection.execute(
        f"INSERT INTO documents ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",  # noqa: S608
        *astuple(document),
    )


async def supersede(connection: Connection, holder: Holder, *, kind: DocumentKind) -> UUID | None:
    """End what was valid of a member, and return its id: a newer document takes its place."""
    former: UUID | None = await connection.fetchval(
        """
        UPDATE documents SET state = 'superseded' WHERE brand = $1 AND member_id = $2 AND kind = $3 AND state = 'valid'
        RETURNING id
        """,
        holder.brand,
        holder.member_id,
        kind,
    )
    return former


async def expire(connection: Connection, holder: Holder, *, kind: DocumentKind) -> None:
    """End what was valid of a member: the contract has ended before the document's last day."""
    await connection.execute(
        "UPDATE documents SET state = 'expired' WHERE brand = $1 AND member_id = $2 AND kind = $3 AND state = 'valid'",
        holder.brand,
        holder.member_id,
        kind,
    )


async def find(connection: Connection, document_id: UUID, *, holder: Holder) -> Document | None:
    """Return a document of this member; None for an unknown id and for somebody else's alike."""
    row = await connection.fetchrow(
        f"SELECT {COLUMNS} FROM documents WHERE id = $1 AND brand = $2 AND member_id = $3",  # noqa: S608 - ours
        document_id,
        holder.brand,
        holder.member_id,
    )
    return row_as(Document, row)


async def page_of(
    connection: Connection, holder: Holder, *, kind: DocumentKind | None, after: Position | None, limit: int
) -> list[Document]:
    """Return up to `limit` documents of a member, newest first, those behind the position `after`."""
    rows = await connection.fetch(
        f"""
        SELECT {COLUMNS} FROM documents
        WHERE brand = $1 AND member_id = $2 AND ($3::text IS NULL OR kind = $3)
          AND ($4::timestamptz IS NULL OR (issued_at, id) < ($4, $5))
        ORDER BY issued_at DESC, id DESC LIMIT $6
        """,  # noqa: S608 - ours
        holder.brand,
        holder.member_id,
        kind,
        *(after or (None, None)),
        limit,
    )
    return [Document(**dict(row)) for row in rows]


async def is_stored_as(connection: Connection, storage_key: str) -> bool:
    """Tell whether a document refers to this object."""
    return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM documents WHERE storage_key = $1)", storage_key))
