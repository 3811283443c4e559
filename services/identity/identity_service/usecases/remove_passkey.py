"""A signed-in member removes a passkey: it opens nothing any more, and whoever else is signed in has to prove it anew.

Reads sessions and accounts; in one transaction writes passkeys, sessions, deeds and the outbox; publishes passkeys.changed.
"""

from datetime import datetime
from uuid import UUID

from service_kit.access_tokens import MemberPrincipal
from service_kit.http.problems import NotFound

from identity_service.domain.deeds import Deed
from identity_service.resources import Identity
from identity_service.store import accounts, passkeys, sessions
from identity_service.usecases.present_session import recent_session, stay_present
from identity_service.usecases.tell_passkeys import tell_passkeys


async def remove_passkey(identity: Identity, member: MemberPrincipal, passkey_id: UUID, *, now: datetime) -> None:
    """Remove one of the caller's own passkeys, and end the other sessions: one of them may be the lost phone's.

    Raises NotSignedIn, RecentSignInRequired, and NotFound for any other passkey.
    """
    presence = await recent_session(identity, member, now=now)
    account_id, here = presence.account.id, presence.session.id
    async with identity.database.transaction() as connection:
        account = (await accounts.hold(connection, [account_id]))[account_id]
        await stay_present(connection, presence, now=now)
        if not await passkeys.remove(connection, passkey_id, account_id=account_id):
            raise NotFound
        await sessions.end_all(connection, account_id, now=now, because="passkey removed", but=here)
        deed = Deed("passkey_removed", account.brand, account.id, details={"passkey_id": str(passkey_id)})
        await identity.record(connection, deed, now=now)
        await tell_passkeys(identity, connection, account, change="removed", now=now)
    identity.foundation.wake.call_here()
