"""Where a list goes on: the place of the last item shown, in a form that clients keep and do not read."""

import base64
import binascii
from datetime import datetime
from uuid import UUID

from service_kit.http.problems import InvalidRequest
from service_kit.problems import FieldProblem

PROBLEM = FieldProblem("cursor", "invalid-cursor", "Cette page de la liste n’existe pas. Reprenez depuis le début.")


def cursor_after(instant: datetime, item_id: UUID) -> str:
    """Return the cursor of what follows the item of that instant and id."""
    return base64.urlsafe_b64encode(f"{instant.isoformat()} {item_id}".encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[datetime, UUID]:
    """Return the instant and id that a cursor was made of; raise InvalidRequest."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        instant, _, item_id = text.partition(" ")
        place = datetime.fromisoformat(instant), UUID(item_id)
        if place[0].tzinfo is None:
            raise ValueError
    except (ValueError, binascii.Error):
        raise InvalidRequest(fields=(PROBLEM,)) from None
    return place
