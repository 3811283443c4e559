"""SQL of the words of the terms: kept once, never changed."""

from datetime import datetime

from service_kit.database import Connection


async def keep(connection: Connection, brand: str, version: str, *, digest: bytes, content: str, now: datetime) -> bool:
    """Keep the text of a version; return True when another text is kept under the same version."""
    await connection.execute(
        """
        INSERT INTO terms_texts (digest, brand, version, content, kept_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT DO NOTHING
        """,
        digest,
        brand,
        version,
        content,
        now,
    )
    return bool(
        await connection.fetchval(
            "SELECT EXISTS (SELECT FROM terms_texts WHERE brand = $1 AND version = $2 AND digest <> $3)",
            brand,
            version,
            digest,
        )
    )
