"""A member signs in with a passkey: nothing is typed, and the passkey says whose it is.

Writes and uses up passkey_challenges; reads passkeys and accounts; in one transaction writes passkeys, sessions, refresh_tokens
and deeds. It is a way of its own: a password that is locked stays locked and does not stop it, and no mailed code is asked on a
device that is not known, since who has the device has just unlocked it (docs/decisions/0015-passkeys.md).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from service_kit.clock import civil_date
from service_kit.database import Connection

from identity_service.domain.deeds import Deed
from identity_service.domain.errors import WrongCredentials
from identity_service.resources import Identity
from identity_service.security.relying_party import (
    NOBODY,
    AnswerRefused,
    Assertion,
    Proof,
    SignerKnown,
    challenge_of,
)
from identity_service.security.token_signing import PASSKEY_CONTEXT
from identity_service.store import accounts, passkeys
from identity_service.store.passkey_challenges import Binding
from identity_service.store.passkeys import SigningPasskey
from identity_service.usecases.open_session import Arrival, SignedIn, open_session
from identity_service.usecases.passkey_challenges import give_out, relying_party_of, take_back


@dataclass(frozen=True)
class PasskeySignIn:
    """What a browser hands over, the challenge that it answers, and on which device."""

    brand: str
    challenge_id: UUID
    assertion: Assertion
    device: str


async def ask_for_passkey(identity: Identity, *, brand: str, now: datetime) -> tuple[UUID, dict[str, Any]]:
    """Return a challenge's id and PublicKeyCredentialRequestOptionsJSON; raise NotFound where there are no passkeys."""
    relying_party, challenge_id = relying_party_of(identity), identity.entropy.new_id()
    async with identity.database.connection() as connection:
        challenge = await give_out(identity, connection, Binding(brand, "sign-in", challenge_id), now=now)
    return challenge_id, relying_party.request_options(challenge=challenge)


async def sign_in_with_passkey(identity: Identity, shown: PasskeySignIn, *, now: datetime) -> SignedIn:
    """Open a session; raise WrongCredentials for every cause there is, and NotFound where there are no passkeys."""
    relying_party, assertion = relying_party_of(identity), shown.assertion
    try:
        challenge = challenge_of(assertion.client_data)
        async with identity.database.connection() as connection:
            binding = Binding(shown.brand, "sign-in", shown.challenge_id)
            given_out = await take_back(identity, connection, binding, challenge, now=now)
            found = await passkeys.find(connection, brand=shown.brand, credential_id=assertion.credential_id)
        known = SignerKnown(found.public_key, found.handle, found.backup_eligible) if found else NOBODY
        proof = relying_party.check_assertion(assertion, known, challenge=challenge)
    except AnswerRefused:
        raise WrongCredentials from None
    if found is None or not given_out:
        raise WrongCredentials
    async with identity.database.transaction() as connection:
        signed_in = await _decide(identity, connection, found, proof, device=shown.device, now=now)
    if signed_in is None:
        raise WrongCredentials
    return signed_in


async def _decide(
    identity: Identity, connection: Connection, found: SigningPasskey, proof: Proof, *, device: str, now: datetime
) -> SignedIn | None:
    account = (await accounts.hold(connection, [found.account_id])).get(found.account_id)
    if account is None:
        return None
    policy = identity.brands[account.brand]
    if not account.usable_on(civil_date(now), read_only_years=policy.read_only_years):
        return None
    signs = proof.sign_count
    if await passkeys.use(connection, found.id, sign_count=signs, backed_up=proof.backed_up, now=now):
        return await open_session(identity, connection, account, Arrival(PASSKEY_CONTEXT, device), now=now)
    # The signature is right: either the passkey was removed at this moment, or there are two of it.
    if await passkeys.mark_refused(connection, found.id, now=now):
        details = {"passkey_id": str(found.id), "because": "counter_went_back"}
        deed = Deed("passkey_refused", account.brand, account.id, actor="anonymous", details=details)
        await identity.record(connection, deed, now=now)
    return None
