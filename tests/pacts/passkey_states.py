"""How identity comes into the state that a passkey was added: a signed-in member, an authenticator, two use cases."""

from datetime import timedelta
from uuid import UUID, uuid4

from identity_service.http.credentials import AttestedCredential
from identity_service.security.token_signing import MEMBER_SCOPE, PASSWORD_CONTEXT
from identity_service.store import sessions
from identity_service.store.sessions import Beginning
from identity_service.usecases.add_passkey import add_passkey
from identity_service.usecases.offer_passkey import offer_passkey
from service_kit.access_tokens import MemberPrincipal

from tests.pacts.account_states import Member, enrolled, last_event
from tests.support.pacts import Event
from tests.support.parts import OpenedPart
from tests.support.soft_passkey import SoftPasskey

LIFETIME = timedelta(days=1)


async def signed_in(identity: OpenedPart, member: Member) -> MemberPrincipal:
    """Begin a session of a member, without the password that nobody has chosen."""
    now, member_id = identity.resources.foundation.clock.now(), UUID(member["member_id"])
    account = await identity.row("SELECT id FROM accounts WHERE member_id = $1", member_id)
    beginning = Beginning(uuid4(), account["id"], PASSWORD_CONTEXT, "")
    async with identity.database.transaction() as connection:
        await sessions.open_session(connection, beginning, now=now, lifetime=LIFETIME, idle=LIFETIME)
    return MemberPrincipal(
        account_id=account["id"],
        member_id=member_id,
        brand=member["brand"],
        session_id=beginning.session_id,
        authenticated_with=PASSWORD_CONTEXT,
        scope=frozenset({MEMBER_SCOPE}),
        authenticated_at=now,
    )


async def passkey_added(identity: OpenedPart) -> Event:
    """A member with an address adds a passkey."""
    resources = identity.resources
    now, member = resources.foundation.clock.now(), await signed_in(identity, await enrolled(identity))
    made = SoftPasskey().create(await offer_passkey(resources, member, now=now))
    await add_passkey(resources, member, AttestedCredential.model_validate(made).attestation(), label="", now=now)
    return await last_event(identity)
