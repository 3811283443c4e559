"""SQL of terms acceptances: evidence of which text was agreed to, when and where."""

from datetime import datetime
from uuid import UUID

from service_kit.database import Connection


async def record(
    connection: Connection, account_id: UUID, *, version: str, text_digest: bytes, now: datetime, source: str
) -> bool:
    """Keep the first acceptance of a version's text; return False when it was accepted before."""
    return bool(
        await connection.fetchval(
            """
            INSERT INTO terms_acceptances (account_id, terms_version, text_digest, accepted_at, source)
            VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING true
            """,
            account_id,
            version,
            text_digest,
            now,
            source,
        )
    )


async def accepted_at(connection: Connection, account_id: UUID, *, version: str, text_digest: bytes) -> datetime | None:
    """Return when the account has accepted the very text of `version`."""
    found: datetime | None = await connection.fetchval(
        """
        SELECT accepted_at FROM terms_acceptances WHERE account_id = $1 AND terms_version = $2 AND text_digest = $3
        """,
        account_id,
        version,
        text_digest,
    )
    return found
