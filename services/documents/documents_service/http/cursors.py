"""Cursors of lists: a position, sealed. A client can neither read nor make one, nor use one in another list."""

import base64
from datetime import datetime
from uuid import UUID

import orjson
from service_kit.http.problems import InvalidRequest
from service_kit.key_rings import Cipher, KeyRingUnusable
from service_kit.problems import FieldProblem

from documents_service.store.documents import Position

INVALID = FieldProblem("cursor", "invalid-cursor", "Cette suite de liste n’est plus valable. Reprenez depuis le début.")


def write_cursor(cipher: Cipher, position: Position, *, scope: str) -> str:
    """Return the cursor of `position` in the list that `scope` names (whose, and which filter)."""
    issued_at, document_id = position
    sealed = cipher.seal(orjson.dumps([issued_at, str(document_id)]), context=scope)
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def read_cursor(cipher: Cipher, cursor: str, *, scope: str) -> Position:
    """Return the position; raise InvalidRequest for what is not a cursor of this list."""
    try:
        sealed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        issued_at, document_id = orjson.loads(cipher.open(sealed, context=scope))
    except (ValueError, KeyRingUnusable):
        raise InvalidRequest(fields=(INVALID,)) from None
    return datetime.fromisoformat(issued_at), UUID(document_id)
