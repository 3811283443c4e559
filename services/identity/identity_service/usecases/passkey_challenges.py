"""What an authenticator is to sign is given out, and taken back once. Writes passkey_challenges."""

from datetime import datetime

from service_kit.database import Connection
from service_kit.http.problems import NotFound

from identity_service.domain.passkeys import CHALLENGE_LIFE
from identity_service.resources import Identity
from identity_service.security.relying_party import RelyingParty
from identity_service.store import passkey_challenges
from identity_service.store.passkey_challenges import Binding

SCOPE = "passkey"


def relying_party_of(identity: Identity) -> RelyingParty:
    """Return what authenticators know this deployment as; raise NotFound where there are no passkeys."""
    if identity.relying_party is None:
        raise NotFound
    return identity.relying_party


async def give_out(identity: Identity, connection: Connection, binding: Binding, *, now: datetime) -> str:
    """Return a fresh challenge of 256 bits, in base64url, that is good once, for a few minutes and for `binding` only."""
    challenge = identity.entropy.new_token()
    digest = identity.digests.secret.of(SCOPE, challenge)
    await passkey_challenges.add(connection, binding, digest=digest, expires_at=now + CHALLENGE_LIFE)
    return challenge


async def take_back(
    identity: Identity, connection: Connection, binding: Binding, challenge: str, *, now: datetime
) -> bool:
    """Use a challenge up, whatever becomes of the answer; tell whether it was given out for `binding` and has not expired."""
    digests = identity.digests.secret.all_of(SCOPE, challenge)
    return await passkey_challenges.use(connection, binding, digests=digests, now=now)
