"""SQL of terms acceptances: evidence of which text was agreed to, when and where."""

from datetime import datetime
from uuid import UUID

from service_kit.database import Connection


async def record(
    connection: Connection, account_id: UUID, *, version: str, text_digest: bytes, now: datetime, source: str
) -> None:
    """Keep the first acceptance of a version."""
    await connection.execute(
        """
        INSERT INTO terms_acceptances (account_id, terms_version, text_digest, accepted_at, source)
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING
        """,
        account_id,
        version,
        text_digest,
        now,
        source,
    )


async def has_accepted(connection: Connection, account_id: UUID, *, version: str) -> bool:
    """Tell whether the account has accepted `version`."""
    return bool(
        await connection.fetchval(
            "SELECT EXISTS (SELECT FROM terms_acceptances WHERE account_id = $1 AND terms_version = $2)",
            account_id,
            version,
        )
    )
