"""What notifications expects of identity about the life of an account, and what it plans then."""

from dataclasses import dataclass
from typing import Any

from pact import match

from tests.support.pacts import Expectation, an_id, an_instant

ANNE, NGUYEN = "6f1c2a9e-5a53-4c0d-9c6f-0f5b1d7f3a21", "b8e1d4f7-3c60-4a92-95d8-1f7a0c6e2b43"
NEW, OLD = "n.h@courriel.example", "ancienne@boite.example"
SHOWN_NEW, SHOWN_OLD = "n•••@c•••.example", "a•••@b•••.example"


@dataclass(frozen=True)
class Told:
    """An expectation, the field that names its cause, and the deliveries that follow: (purpose, channel, shown address)."""

    expectation: Expectation
    cause: str
    planned: list[tuple[str, str, str | None]]


def an_address(example: str) -> Any:
    """Match an e-mail address."""
    return match.regex(example, regex=r"[^@\s]+@[^@\s]+")


def a_token() -> Any:
    """Match 256 random bits."""
    return match.regex("q3vX0mB7sYw2Jd9KfLr5TzHc8NpEg4UaRi6OoVbQx1M", regex=r"[A-Za-z0-9_-]{43}")


def a_code() -> Any:
    """Match what a member can type."""
    return match.regex("482913", regex=r"[0-9A-Z-]{4,16}")


def _told(
    description: str, state: str, event_type: str, planned: list[tuple[str, str, str | None]], **data: Any
) -> Told:
    whose = {"member_id": an_id(data.pop("member_id", ANNE)), "brand": match.str("mgas")}
    cause = next(iter(data))
    return Told(Expectation(description, state, event_type, whose | data), cause, planned)


ACTIVATION = _told(
    "an access to activate",
    "a member without address creates the access",
    "activation.requested.v1",
    [("access_requested", "letter", None), ("activation", "email", SHOWN_NEW)],
    activation_id=an_id("7c5d9f0a-2b29-4e6b-8d0f-84a1c7953e81"),
    member_id=NGUYEN,
    requested_at=an_instant("2026-11-21T09:00:00Z"),
    expires_at=an_instant("2026-11-21T10:00:00Z"),
    notice=True,
    email=an_address(NEW),
    token=a_token(),
)
TAKEN = _told(
    "an access with an address that opens another one",
    "a member creates the access with the address of somebody else",
    "activation.requested.v1",
    [("access_requested", "letter", None), ("activation", "email", SHOWN_NEW)],
    activation_id=an_id("1f7a0c6e-2b43-4d58-a0e9-95d83c604a92"),
    member_id=NGUYEN,
    requested_at=an_instant("2026-11-21T09:00:00Z"),
    expires_at=an_instant("2026-11-21T10:00:00Z"),
    notice=match.bool(True),
    email=an_address(NEW),
    token=None,
)
WELCOME = _told(
    "an access that came by itself",
    "the contract of a member with an address has begun",
    "account.created.v1",
    [("welcome", "email", SHOWN_NEW)],
    creation_id=an_id("93b27d6e-1f0a-4c54-8b9e-4d27c5a8f16a"),
    created_at=an_instant("2026-11-21T09:00:00Z"),
    origin="automatic",
    expires_at=an_instant("2026-11-28T09:00:00Z"),
    email=an_address(NEW),
    token=a_token(),
)
ACTIVATED = _told(
    "an access that a member has activated",
    "a member has activated the access",
    "account.created.v1",
    [("account_created", "email", SHOWN_NEW)],
    creation_id=an_id("a9c45d1b-0e7f-4a98-b3f8-a6c17b204d59"),
    created_at=an_instant("2026-11-21T09:00:00Z"),
    origin="member",
    expires_at=None,
    email=an_address(NEW),
    token=None,
)
LOCKED = _told(
    "an access that is locked",
    "too many tries at the account of a member with an address have failed",
    "account.locked.v1",
    [("account_locked", "email", SHOWN_NEW)],
    lock_id=an_id("5e0c7b92-6a1f-4d38-b4e7-2f9d1c8a0b64"),
    locked_at=an_instant("2026-11-21T09:00:00Z"),
    email=an_address(NEW),
)
CHANGED_PASSWORD = _told(
    "a password that was changed",
    "a member with an address has redeemed a mailed link",
    "password.changed.v1",
    [("password_changed", "email", SHOWN_NEW)],
    change_id=an_id("b6c97e0d-2a5f-4b77-9a47-4b03c85d1f2e"),
    changed_at=an_instant("2026-11-21T09:00:00Z"),
    way="mailed_link",
    by_post=match.bool(False),
    passkeys=match.int(0),
    email=an_address(NEW),
)
TOLD_BY_POST = _told(
    "a password that was changed, to be told by post",
    "a member without address has chosen a password with a posted code",
    "password.changed.v1",
    [("password_changed_by_post", "letter", None)],
    change_id=an_id("84e1b07f-d95c-4c2b-8b36-1a0f9e5d7c39"),
    changed_at=an_instant("2026-11-21T09:00:00Z"),
    way="posted_code",
    by_post=True,
    passkeys=match.int(0),
    email=None,
)
CODE = _told(
    "an address to confirm",
    "a signed-in member asks for another address",
    "email-change.requested.v1",
    [("email_change_code", "email", SHOWN_NEW)],
    change_id=an_id("e07d5b39-2c48-4196-8f0a-d4b1c6e9f285"),
    expires_at=an_instant("2026-11-21T09:15:00Z"),
    email=an_address(NEW),
    code=a_code(),
)
CHANGED_EMAIL = _told(
    "an address that was replaced",
    "a member has confirmed another address",
    "email.changed.v1",
    [("email_change_confirmed", "email", SHOWN_NEW), ("email_changed", "email", SHOWN_OLD)],
    change_id=an_id("3b7f0e5a-c6d1-4289-a4f3-9d8e2b1c0a19"),
    changed_at=an_instant("2026-11-21T09:00:00Z"),
    origin="member",
    undo_until=an_instant("2026-11-24T09:00:00Z"),
    email=an_address(NEW),
    former_email=an_address(OLD),
    undo_token=a_token(),
)
UNDONE = _told(
    "an address that was put back",
    "a member has undone the change of the address",
    "email.changed.v1",
    [("email_change_undone", "email", SHOWN_NEW), ("email_removed", "email", SHOWN_OLD)],
    change_id=an_id("c85d1f2e-9a47-4b03-b6c9-7e0d2a5f8b78"),
    changed_at=an_instant("2026-11-21T09:00:00Z"),
    origin="undone",
    undo_until=None,
    email=an_address(NEW),
    former_email=an_address(OLD),
    undo_token=None,
)
LOOKED_UP = _told(
    "an address that was shown",
    "somebody has looked up the address of an account",
    "identifier.looked-up.v1",
    [("identifier_looked_up", "email", SHOWN_NEW)],
    lookup_id=an_id("28f4a6b9-7e0d-4c51-8d3f-0b9c5e1a7d89"),
    looked_up_at=an_instant("2026-11-21T09:00:00Z"),
    email=an_address(NEW),
)
NEW_DEVICE = _told(
    "a code for a new device",
    "the right password came from a device that is not known",
    "sign-in.new-device.v1",
    [("new_device_code", "email", SHOWN_NEW)],
    check_id=an_id("0a8c5e7d-6b3f-41d2-8f94-2e1b7d9c4a3c"),
    seen_at=an_instant("2026-11-21T09:00:00Z"),
    expires_at=an_instant("2026-11-21T09:10:00Z"),
    device=match.str("Firefox, Windows"),
    email=an_address(NEW),
    code=a_code(),
)
PASSKEYS = _told(
    "a passkey that was added",
    "a member has added a passkey",
    "passkeys.changed.v1",
    [("passkeys_changed", "email", SHOWN_NEW)],
    change_id=an_id("5d0c7b92-e83f-4f1a-9c54-6b2e1d8a0f4a"),
    changed_at=an_instant("2026-11-21T09:00:00Z"),
    change="added",
    email=an_address(NEW),
)
ACCOUNT_EXPECTATIONS = [
    ACTIVATION,
    TAKEN,
    WELCOME,
    ACTIVATED,
    LOCKED,
    CHANGED_PASSWORD,
    TOLD_BY_POST,
    CODE,
    CHANGED_EMAIL,
    UNDONE,
    LOOKED_UP,
    NEW_DEVICE,
    PASSKEYS,
]
