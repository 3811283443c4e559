"""Which passkeys has a member? Reads sessions, accounts and passkeys."""

from datetime import datetime

import structlog
from service_kit.access_tokens import MemberPrincipal
from service_kit.key_rings import KeyRingUnusable

from identity_service.domain.passkeys import LABEL, Passkey
from identity_service.resources import Identity
from identity_service.store import passkeys
from identity_service.store.passkeys import KeptPasskey
from identity_service.usecases.present_session import present_session

log = structlog.get_logger()


async def list_passkeys(identity: Identity, member: MemberPrincipal, *, now: datetime) -> list[Passkey]:
    """Return the caller's passkeys, the first one first; raise NotSignedIn."""
    await present_session(identity, member, now=now)
    async with identity.database.connection() as connection:
        kept = await passkeys.of_account(connection, member.account_id)
    return [
        Passkey(
            id=one.id,
            label=_label(identity, one),
            created_at=one.created_at,
            last_used_at=one.last_used_at,
            last_refused_at=one.last_refused_at,
            synced=one.backed_up,
        )
        for one in kept
    ]


def _label(identity: Identity, kept: KeptPasskey) -> str:
    try:
        return identity.passkey_labels.open(kept.label_sealed, context=str(kept.id)).decode()
    except KeyRingUnusable:
        log.error("passkey_label_does_not_open", passkey_id=str(kept.id))
        return LABEL
