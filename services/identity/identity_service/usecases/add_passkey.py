"""A signed-in member adds the passkey that an authenticator has made.

Reads sessions and accounts; uses up a challenge; in one transaction writes passkeys, deeds and the outbox; publishes
passkeys.changed.
"""

from datetime import datetime

from service_kit.access_tokens import MemberPrincipal
from service_kit.database import Connection

from identity_service.domain.accounts import Account
from identity_service.domain.deeds import Deed
from identity_service.domain.errors import PasskeyRefused, TooManyPasskeys
from identity_service.domain.passkeys import MOST, Passkey, label_of
from identity_service.resources import Identity
from identity_service.security.relying_party import AnswerRefused, Attestation, MadeCredential, challenge_of
from identity_service.store import accounts, passkeys
from identity_service.store.passkey_challenges import Binding
from identity_service.store.passkeys import NewPasskey
from identity_service.usecases.passkey_challenges import relying_party_of, take_back
from identity_service.usecases.present_session import Presence, recent_session, stay_present
from identity_service.usecases.tell_passkeys import tell_passkeys


async def add_passkey(
    identity: Identity, member: MemberPrincipal, made: Attestation, *, label: str, now: datetime
) -> Passkey:
    """Keep the passkey and return it as its owner sees it.

    Raises NotSignedIn, RecentSignInRequired, PasskeyRefused (one answer for every cause), TooManyPasskeys, and NotFound where
    there are no passkeys.
    """
    presence = await recent_session(identity, member, now=now)
    credential = await _checked(identity, presence, made, now=now)
    passkey = Passkey(
        id=identity.entropy.new_id(),
        label=label_of(label),
        created_at=now,
        last_used_at=None,
        last_refused_at=None,
        synced=credential.backed_up,
    )
    async with identity.database.transaction() as connection:
        account = (await accounts.hold(connection, [presence.account.id]))[presence.account.id]
        await stay_present(connection, presence, now=now)
        if await passkeys.count(connection, account.id) >= MOST:
            raise TooManyPasskeys
        if not await _keep(identity, connection, account, passkey, credential):
            raise PasskeyRefused
        deed = Deed("passkey_added", account.brand, account.id, details={"passkey_id": str(passkey.id)})
        await identity.record(connection, deed, now=now)
        await tell_passkeys(identity, connection, account, change="added", now=now)
    identity.foundation.wake.call_here()
    return passkey


async def _checked(identity: Identity, presence: Presence, made: Attestation, *, now: datetime) -> MadeCredential:
    relying_party = relying_party_of(identity)
    binding = Binding(presence.account.brand, "registration", presence.session.id)
    try:
        challenge = challenge_of(made.client_data)
        async with identity.database.connection() as connection:
            given_out = await take_back(identity, connection, binding, challenge, now=now)
        if not given_out:
            raise PasskeyRefused
        return relying_party.check_attestation(made, challenge=challenge)
    except AnswerRefused:
        raise PasskeyRefused from None


async def _keep(
    identity: Identity, connection: Connection, account: Account, passkey: Passkey, credential: MadeCredential
) -> bool:
    kept = NewPasskey(
        id=passkey.id,
        credential_id=credential.credential_id,
        public_key=credential.public_key,
        sign_count=credential.sign_count,
        backup_eligible=credential.backup_eligible,
        backed_up=credential.backed_up,
        label_sealed=identity.passkey_labels.seal(passkey.label.encode(), context=str(passkey.id)),
    )
    return await passkeys.add(connection, kept, account_id=account.id, brand=account.brand, now=passkey.created_at)
