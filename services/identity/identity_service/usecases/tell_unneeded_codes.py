"""A posted code is not needed any more: its letter is stopped if it has not left. Publishes posted-code.unneeded.

In the transaction of whoever found that out: a member who signs in, or what cancels the code.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection

from identity_service.domain.accounts import Account
from identity_service.events import PostedCodeUnneeded
from identity_service.resources import Identity
from identity_service.store import accounts


async def tell_unneeded_codes(
    identity: Identity,
    connection: Connection,
    account: Account,
    letters: Sequence[UUID],
    *,
    now: datetime,
    signed_in_at: datetime | None = None,
) -> None:
    """Record that these letters of an account are not needed: its member has signed in, or their codes were cancelled."""
    for letter_id in letters:
        [version] = await accounts.draw_versions(connection, [account.id])
        event = PostedCodeUnneeded(
            version=version,
            letter_id=letter_id,
            account_id=account.id,
            member_id=account.member_id,
            brand=account.brand,
            signed_in_at=signed_in_at,
        )
        await identity.outbox.append(connection, event, event_id=identity.entropy.new_id(), occurred_at=now)
