"""SQL of deeds: written with the decision that they tell of, never changed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from service_kit.database import Connection
from service_kit.key_rings import Cipher

from identity_service.domain.deeds import Deed


@dataclass(frozen=True)
class DeedBook:
    """Where deeds are written; who of the staff did it and why are encrypted."""

    cipher: Cipher

    async def record_all(self, connection: Connection, deeds: list[tuple[UUID, Deed]], *, now: datetime) -> None:
        """Write deeds (id, deed) in the caller's transaction."""
        await connection.executemany(
            """
            INSERT INTO deeds (id, occurred_at, brand, account_id, kind, actor, details, sealed)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """,
            [
                (
                    deed_id,
                    now,
                    deed.brand,
                    deed.account_id,
                    deed.kind,
                    deed.actor,
                    deed.details,
                    self._sealed(deed, deed_id),
                )
                for deed_id, deed in deeds
            ],
        )

    def _sealed(self, deed: Deed, deed_id: UUID) -> bytes | None:
        if deed.staff is None and deed.reason is None:
            return None
        return self.cipher.seal(orjson.dumps({"staff": deed.staff, "reason": deed.reason}), context=str(deed_id))
