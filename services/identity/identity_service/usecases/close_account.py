"""A person has refused to be known apart from the member: the own account is closed, until contracts tells otherwise.

In the consumer's transaction writes reset_tokens, sessions, posted_codes, email_changes, deeds and the outbox; publishes
posted-code.unneeded. What opens an account asks whether it is closed each time (`Account.usable_on`, `accounts.lock`).
"""

from datetime import datetime
from uuid import UUID

from service_kit.database import Connection

from identity_service.domain.deeds import Deed
from identity_service.resources import Identity
from identity_service.store import accounts, email_changes, posted_codes, reset_tokens, sessions, welcomes
from identity_service.usecases.tell_unneeded_codes import tell_unneeded_codes


async def close_account(identity: Identity, connection: Connection, account_id: UUID, *, now: datetime) -> None:
    """End the account's sessions and void what was on its way to open it. The caller has written that it is closed."""
    account = (await accounts.hold(connection, [account_id]))[account_id]
    await reset_tokens.cancel_all(connection, account.id, now=now)
    await sessions.end_all(connection, account.id, now=now, because="autonomy refused")
    await email_changes.cancel_asked(connection, account.id, now=now)
    unneeded = await posted_codes.cancel_all(connection, account.id, now=now)
    await identity.record(connection, Deed("account_closed", account.brand, account.id, actor="system"), now=now)
    await tell_unneeded_codes(identity, connection, account, unneeded, now=now)


async def reopen_account(identity: Identity, connection: Connection, account_id: UUID, *, now: datetime) -> None:
    """Let an account be used again as before; who has an address and no password is welcomed."""
    account = (await accounts.hold(connection, [account_id]))[account_id]
    await welcomes.expect(connection, account.id)
    await identity.record(connection, Deed("account_reopened", account.brand, account.id, actor="system"), now=now)
