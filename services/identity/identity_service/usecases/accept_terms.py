"""A signed-in member accepts the terms in force. Writes terms_acceptances and deeds: version, digest of the text, when, where."""

from dataclasses import dataclass
from datetime import datetime

from service_kit.access_tokens import MemberPrincipal

from identity_service.domain.deeds import Deed
from identity_service.resources import Identity
from identity_service.store import accounts, terms_acceptances
from identity_service.usecases.check_terms import check_terms
from identity_service.usecases.present_session import present_session, stay_present

SOURCE = "account"


@dataclass(frozen=True)
class Acceptance:
    """What was accepted, since when; `fresh` when it is since now."""

    version: str
    accepted_at: datetime
    fresh: bool


async def accept_terms(identity: Identity, member: MemberPrincipal, version: str, *, now: datetime) -> Acceptance:
    """Record the acceptance; raise TermsNotAccepted for any version but the current one, or NotSignedIn."""
    presence = await present_session(identity, member, now=now)
    account, terms = presence.account, identity.terms[presence.account.brand]
    check_terms(identity, brand=account.brand, accepted=version, field="version")
    async with identity.database.transaction() as connection:
        await accounts.lock(connection, account.id)
        await stay_present(connection, presence, now=now)
        fresh = await terms_acceptances.record(
            connection, account.id, version=terms.version, text_digest=terms.digest, now=now, source=SOURCE
        )
        if fresh:
            details = {"version": terms.version, "text_digest": terms.digest.hex()}
            await identity.record(
                connection, Deed("terms_accepted", account.brand, account.id, details=details), now=now
            )
        since = await terms_acceptances.accepted_at(
            connection, account.id, version=terms.version, text_digest=terms.digest
        )
    return Acceptance(terms.version, since or now, fresh)
