"""A passkey was added or removed: the member is told by mail. Writes the outbox, in the caller's transaction; publishes
passkeys.changed."""

from datetime import datetime
from typing import Literal

from service_kit.database import Connection

from identity_service.domain.accounts import Account
from identity_service.events import PasskeysChanged
from identity_service.resources import Identity
from identity_service.store import accounts
from identity_service.usecases.known_address import known_address

Change = Literal["added", "removed"]


async def tell_passkeys(
    identity: Identity, connection: Connection, account: Account, *, change: Change, now: datetime
) -> None:
    """Publish the change. What the passkey is called stays here: its owner may have written a name."""
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
