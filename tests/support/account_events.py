"""Identity's events about the life of an account, as they happen now to a member of mgas: tests change what they are about."""

from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import uuid4

from identity_service.events import AccountEvent

Told = TypeVar("Told", bound=AccountEvent)

TOKEN = "Kanarie-0bT6vYw2Jd9KfLr5TzHc8NpEg4UaRi6OoVb"
EMAIL, FORMER_EMAIL = "zoelig.nunez@example.org", "ancienne.adresse@exemple.fr"
LIFE = timedelta(hours=1)
UNDO_LIFE = timedelta(hours=72)


def happens(event: type[Told], **changes: Any) -> Told:
    """Return an event with every field that it has filled in, but for `changes`."""
    now = datetime.now(UTC)
    values: dict[str, Any] = {
        "version": 1,
        "brand": "mgas",
        "expires_at": now + LIFE,
        "undo_until": now + UNDO_LIFE,
        "notice": False,
        "by_post": False,
        "passkeys": 0,
        "origin": "member",
        "way": "mailed_link",
        "change": "added",
        "device": "Firefox, Windows",
        "email": EMAIL,
        "former_email": FORMER_EMAIL,
        "token": TOKEN,
        "undo_token": TOKEN,
        "code": "482913",
    }
    for name in event.model_fields.keys() - values.keys():
        values[name] = uuid4() if name.endswith("_id") else now
    return event(**{name: value for name, value in (values | changes).items() if name in event.model_fields})
