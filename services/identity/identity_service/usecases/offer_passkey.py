"""A signed-in member is about to add a passkey. Reads sessions, accounts and passkeys; writes passkey_handles and
passkey_challenges."""

from datetime import datetime
from typing import Any

from service_kit.access_tokens import MemberPrincipal
from webauthn.helpers import base64url_to_bytes

from identity_service.domain.errors import TooManyPasskeys
from identity_service.domain.passkeys import MOST
from identity_service.resources import Identity
from identity_service.store import passkeys
from identity_service.store.passkey_challenges import Binding
from identity_service.usecases.passkey_challenges import give_out, relying_party_of
from identity_service.usecases.present_session import recent_session


async def offer_passkey(identity: Identity, member: MemberPrincipal, *, now: datetime) -> dict[str, Any]:
    """Return PublicKeyCredentialCreationOptionsJSON, good for this session.

    Raises NotSignedIn, RecentSignInRequired, TooManyPasskeys, and NotFound where there are no passkeys.
    """
    relying_party = relying_party_of(identity)
    presence = await recent_session(identity, member, now=now)
    account = presence.account
    async with identity.database.transaction() as connection:
        existing = await passkeys.of_account(connection, account.id)
        if len(existing) >= MOST:
            raise TooManyPasskeys
        drawn = base64url_to_bytes(identity.entropy.new_token())
        handle = await passkeys.handle_of(connection, account.id, otherwise=drawn)
        binding = Binding(account.brand, "registration", presence.session.id)
        challenge = await give_out(identity, connection, binding, now=now)
    return relying_party.creation_options(
        brand_name=identity.brands[account.brand].name,
        handle=handle,
        challenge=challenge,
        existing=[one.credential_id for one in existing],
    )
