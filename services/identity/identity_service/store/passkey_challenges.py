"""SQL of what authenticators are to sign: kept as keyed digests, good once, for what they were given out for."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection

from identity_service.domain.passkeys import Ceremony


@dataclass(frozen=True)
class Binding:
    """What a challenge is good for. `bound_to`: the session that adds a passkey, or the id given out to whoever signs in."""

    brand: str
    ceremony: Ceremony
    bound_to: UUID


async def add(connection: Connection, binding: Binding, *, digest: bytes, expires_at: datetime) -> None:
    """Keep the digest of a fresh challenge."""
    await connection.execute(
        """
        INSERT INTO passkey_challenges (digest, brand, ceremony, bound_to, expires_at) VALUES ($1, $2, $3, $4, $5)
        """,
        digest,
        binding.brand,
        binding.ceremony,
        binding.bound_to,
        expires_at,
    )


async def use(connection: Connection, binding: Binding, *, digests: list[bytes], now: datetime) -> bool:
    """Use a challenge up and tell whether it was good for just that; of two who use it at once, one is told so."""
    return bool(
        await connection.fetchval(
            """
            DELETE FROM passkey_challenges
            WHERE digest = ANY($1) AND brand = $2 AND ceremony = $3 AND bound_to = $4 AND expires_at > $5 RETURNING true
            """,
            digests,
            binding.brand,
            binding.ceremony,
            binding.bound_to,
            now,
        )
    )


async def forget_expired(connection: Connection, *, now: datetime) -> None:
    """Delete challenges that nobody has answered in time."""
    await connection.execute("DELETE FROM passkey_challenges WHERE expires_at <= $1", now)
