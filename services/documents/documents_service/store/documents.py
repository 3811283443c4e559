"""SQL of issued documents."""

from collections.abc import Mapping
from dataclasses import astuple
from typing import Any
from uuid import UUID

from service_kit.database import Connection
from service_kit.http.cursors import Position

from documents_service.domain.documents import TITLES, Document, DocumentKind, Holder, Subject

# What the release before wrote has neither subject nor title: it is about its member, and called after its kind.
COLUMNS = """id, brand, member_id, kind, coalesce(subject_id, member_id) AS subject_id, member_version AS subject_version, state,
             issued_at, valid_from, valid_until, sha256, size, storage_key, template_version, file_name, title"""


async def insert(connection: Connection, document: Document, *, told_sealed: bytes | None) -> None:
    """Keep an issued document, and what was told with its bytes where these are brought to the person."""
    await connection.execute(
        """
        INSERT INTO documents (
            id, brand, member_id, kind, subject_id, member_version, state, issued_at, valid_from, valid_until, sha256, size,
            storage_key, template_version, file_name, title, told_sealed
        ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
        """,
        *astuple(document),
        told_sealed,
    )


async def valid_one(connection: Connection, subject: Subject) -> Document | None:
    """Return what is valid of the documents about a subject."""
    row = await connection.fetchrow(
        f"""
        SELECT {COLUMNS} FROM documents
        WHERE brand = $1 AND member_id = $2 AND kind = $3 AND coalesce(subject_id, member_id) = $4 AND state = 'valid'
        """,  # noqa: S608 - ours
        *_key(subject),
    )
    return _document(row)


async def supersede(connection: Connection, subject: Subject) -> UUID | None:
    """End what was valid about a subject, and return its id: a newer document takes its place."""
    former: UUID | None = await connection.fetchval(
        """
        UPDATE documents SET state = 'superseded'
        WHERE brand = $1 AND member_id = $2 AND kind = $3 AND coalesce(subject_id, member_id) = $4 AND state = 'valid'
        RETURNING id
        """,
        *_key(subject),
    )
    return former


async def expire(connection: Connection, subject: Subject) -> None:
    """End what was valid about a subject before its last day."""
    await connection.execute(
        """
        UPDATE documents SET state = 'expired'
        WHERE brand = $1 AND member_id = $2 AND kind = $3 AND coalesce(subject_id, member_id) = $4 AND state = 'valid'
        """,
        *_key(subject),
    )


async def cancel(connection: Connection, subject: Subject) -> UUID | None:
    """End what was valid about a subject, which is undone, and return its id: it says what does not hold."""
    former: UUID | None = await connection.fetchval(
        """
        UPDATE documents SET state = 'cancelled'
        WHERE brand = $1 AND member_id = $2 AND kind = $3 AND coalesce(subject_id, member_id) = $4 AND state = 'valid'
        RETURNING id
        """,
        *_key(subject),
    )
    return former


async def find(connection: Connection, document_id: UUID, *, holder: Holder) -> Document | None:
    """Return a document of this member; None for an unknown id and for somebody else's alike."""
    row = await connection.fetchrow(
        f"SELECT {COLUMNS} FROM documents WHERE id = $1 AND brand = $2 AND member_id = $3",  # noqa: S608 - ours
        document_id,
        holder.brand,
        holder.member_id,
    )
    return _document(row)


async def told_of(connection: Connection, document_id: UUID) -> bytes | None:
    """Return what was told with a document's bytes; None for one that is not brought."""
    told: bytes | None = await connection.fetchval("SELECT told_sealed FROM documents WHERE id = $1", document_id)
    return told


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
    return [_of(row) for row in rows]


async def is_stored_as(connection: Connection, storage_key: str) -> bool:
    """Tell whether a document refers to this object."""
    return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM documents WHERE storage_key = $1)", storage_key))


def _key(subject: Subject) -> tuple[str, UUID, DocumentKind, UUID]:
    return subject.holder.brand, subject.holder.member_id, subject.kind, subject.id


def _document(row: Mapping[str, Any] | None) -> Document | None:
    return None if row is None else _of(row)


def _of(row: Mapping[str, Any]) -> Document:
    values = dict(row)
    return Document(**values | {"title": values["title"] or TITLES[values["kind"]]})
