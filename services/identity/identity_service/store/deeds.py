"""SQL of deeds: written with the decision that they tell of, never changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import structlog
from service_kit.database import Connection
from service_kit.http.cursors import Position
from service_kit.key_rings import Cipher, KeyRingUnusable

from identity_service.domain.deeds import Actor, Deed, Kind
from identity_service.security.deed_chain import DeedChain, DeedText

log = structlog.get_logger()


@dataclass(frozen=True)
class KeptDeed:
    """A deed as it is kept: what staff said is sealed."""

    id: UUID
    occurred_at: datetime
    brand: str
    account_id: UUID | None
    kind: Kind
    actor: Actor
    details: dict[str, Any]
    sealed: bytes | None


@dataclass(frozen=True)
class DeedBook:
    """Where deeds are written; who of the staff did it and why are encrypted, and each deed carries a keyed digest."""

    cipher: Cipher
    chain: DeedChain

    async def record_all(self, connection: Connection, deeds: list[tuple[UUID, Deed]], *, now: datetime) -> None:
        """Write deeds (id, deed) in the caller's transaction."""
        await connection.executemany(
            """
            INSERT INTO deeds (id, occurred_at, brand, account_id, kind, actor, details, sealed, digest)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            [self._columns(deed, deed_id, now) for deed_id, deed in deeds],
        )

    def _columns(self, deed: Deed, deed_id: UUID, now: datetime) -> tuple[Any, ...]:
        sealed = self._sealed(deed, deed_id)
        digest = self.chain.digest(DeedText.of(deed, deed_id=deed_id, now=now, sealed=sealed))
        return deed_id, now, deed.brand, deed.account_id, deed.kind, deed.actor, deed.details, sealed, digest

    def opened(self, deed: KeptDeed) -> Deed:
        """Return a kept deed with who of the staff did it and why; without them where what is sealed does not open."""
        said: dict[str, str | None] = {"staff": None, "reason": None}
        if deed.sealed is not None:
            try:
                said = orjson.loads(self.cipher.open(deed.sealed, context=str(deed.id)))
            except (KeyRingUnusable, ValueError):
                log.error("deed_does_not_open", deed_id=str(deed.id))  # verify-audit says whether it was altered
        return Deed(deed.kind, deed.brand, deed.account_id, deed.actor, deed.details, said["staff"], said["reason"])

    def _sealed(self, deed: Deed, deed_id: UUID) -> bytes | None:
        if deed.staff is None and deed.reason is None:
            return None
        return self.cipher.seal(orjson.dumps({"staff": deed.staff, "reason": deed.reason}), context=str(deed_id))


async def of_account(
    connection: Connection, account_id: UUID, *, before: Position | None, limit: int
) -> list[KeptDeed]:
    """Return what was done to an account, newest first, up to `limit`, from `before` (instant, id) on."""
    instant, deed_id = before or (None, None)
    rows = await connection.fetch(
        """
        SELECT id, occurred_at, brand, account_id, kind, actor, details, sealed FROM deeds
        WHERE account_id = $1 AND ($2::timestamptz IS NULL OR (occurred_at, id) < ($2, $3))
        ORDER BY occurred_at DESC, id DESC LIMIT $4
        """,
        account_id,
        instant,
        deed_id,
        limit,
    )
    return [KeptDeed(**dict(row)) for row in rows]
