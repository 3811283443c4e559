"""A passkey was added or removed: it is remembered as a deed, and the member is told by mail.

Writes deeds and the outbox, in the caller's transaction; publishes passkeys.changed.
"""

from datetime import datetime
from typing import Literal
from uuid import UUID

from service_kit.database import Connection

from identity_service.domain.accounts import Account
from identity_service.domain.deeds import Deed
from identity_service.events import PasskeysChanged
from identity_service.resources import Identity
from identity_service.store import accounts
from identity_service.usecases.known_address import known_address

Change = Literal["added", "removed"]


async def tell_passkeys(
    identity: Identity, connection: Connection, account: Account, *, passkey_id: UUID, change: Change, now: datetime
) -> None:
    """Record and publish the change. What the passkey is called stays here: its owner may have written a name."""
    details = {"passkey_id": str(passkey_id)}
    kind: Literal["passkey_added", "passkey_removed"] = "passkey_added" if change == "added" else "passkey_removed"
    await identity.record(connection, Deed(kind, account.brand, account.id, details=details), now=now)
    [version] = await accounts.draw_versions(connection, [account.id])
    event = PasskeysChanged(
        version=version,
        account_id=account.id,
        member_id=account.member_id,
        brand=account.brand,
        change_id=identity.entropy.new_id(),
        changed_at=now,
        change=change,
        email=known_address(identity, account),
    )
    await identity.outbox.append(connection, event, event_id=identity.entropy.new_id(), occurred_at=now)
