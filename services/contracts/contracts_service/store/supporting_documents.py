"""SQL of supporting documents. Their content is read by one function only; lists never fetch it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection

from contracts_service.domain.request_states import Verdict
from contracts_service.domain.supporting_documents import DocumentKind, MediaType


@dataclass(frozen=True)
class SupportingDocument:
    """What is known of a document; its content is gone once there is a verdict."""

    id: UUID
    request_id: UUID
    kind: DocumentKind
    media_type: MediaType
    size: int
    sha256: bytes
    received_at: datetime
    verdict: Verdict | None
    deleted_at: datetime | None


COLUMNS = ", ".join(SupportingDocument.__dataclass_fields__)


async def put(connection: Connection, row: SupportingDocument, *, content_sealed: bytes) -> None:
    """Write a document in the place of the one of its kind, if there is one."""
    await connection.execute(
        "DELETE FROM supporting_documents WHERE request_id = $1 AND kind = $2", row.request_id, row.kind
    )
    await connection.execute(
        f"""
        INSERT INTO supporting_documents ({COLUMNS}, content_sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,  # noqa: S608 - ours
        *vars(row).values(),
        content_sealed,
    )


async def of_requests(connection: Connection, request_ids: list[UUID]) -> dict[UUID, dict[str, SupportingDocument]]:
    """Return request → kind → document, without contents."""
    rows = await connection.fetch(
        f"SELECT {COLUMNS} FROM supporting_documents WHERE request_id = ANY($1)",  # noqa: S608 - ours
        request_ids,
    )
    found: dict[UUID, dict[str, SupportingDocument]] = {request_id: {} for request_id in request_ids}
    for row in rows:
        found[row["request_id"]][row["kind"]] = SupportingDocument(**dict(row))
    return found


async def read(connection: Connection, request_id: UUID, kind: str) -> tuple[SupportingDocument, bytes] | None:
    """Return a document and its sealed content; None where there is none, or its content is gone."""
    row = await connection.fetchrow(
        f"""
        SELECT {COLUMNS}, content_sealed FROM supporting_documents
        WHERE request_id = $1 AND kind = $2 AND content_sealed IS NOT NULL
        """,  # noqa: S608 - ours
        request_id,
        kind,
    )
    if row is None:
        return None
    columns = dict(row)
    content: bytes = columns.pop("content_sealed")
    return SupportingDocument(**columns), content


async def delete_contents(connection: Connection, request_id: UUID, *, verdict: Verdict, now: datetime) -> None:
    """Delete what a request's documents hold; what they were, their digests and the verdict stay."""
    await connection.execute(
        """
        UPDATE supporting_documents SET content_sealed = NULL, verdict = $2, deleted_at = $3
        WHERE request_id = $1 AND verdict IS NULL
        """,
        request_id,
        verdict,
        now,
    )
