"""Cursors of lists: a position, sealed. A client can neither read nor make one, nor use one in another list."""

import base64
from datetime import datetime
from uuid import UUID

import orjson

from service_kit.http.problems import InvalidRequest
from service_kit.key_rings import Cipher, KeyRing, KeyRingUnusable
from service_kit.problems import FieldProblem

Position = tuple[datetime, UUID]  # of a row in a list by instant, newest first

LONGEST = 500
INVALID = FieldProblem("cursor", "invalid-cursor", "Cette suite de liste n’est plus valable. Reprenez depuis le début.")


class Cursors:
    """Writes and reads the cursors of one service's lists. `scope` names the list: whose, and which filter."""

    def __init__(self, ring: KeyRing) -> None:
        self._cipher = Cipher(ring, "cursor")

    def write(self, position: Position, *, scope: str) -> str:
        """Return the cursor of `position`."""
        instant, row_id = position
        sealed = self._cipher.seal(orjson.dumps([instant, str(row_id)]), context=scope)
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def read(self, cursor: str, *, scope: str) -> Position:
        """Return the position; raise InvalidRequest for what is not a cursor of this list."""
        try:
            sealed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            instant, row_id = orjson.loads(self._cipher.open(sealed, context=scope))
        except (ValueError, KeyRingUnusable):
            raise InvalidRequest(fields=(INVALID,)) from None
        return datetime.fromisoformat(instant), UUID(row_id)
