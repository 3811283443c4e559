"""Who is meant by what was typed? Reads accounts; says nothing to anybody."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.clock import civil_date

from identity_service.domain.accounts import Account, preferred
from identity_service.domain.login_identifiers import normalise
from identity_service.resources import Identity
from identity_service.store import accounts


@dataclass(frozen=True)
class Recognised:
    """The account that an identifier stands for today, if any, and the subject that a try with it is counted on."""

    account: Account | None
    subject: UUID


async def recognise(identity: Identity, *, brand: str, identifier: str, now: datetime) -> Recognised:
    """Look up the brand's login identifier; an account that may not be used on the day is not found."""
    policy = identity.brands[brand]
    kind = policy.login_identifier
    digests = identity.digests.login(kind).all_of(brand, normalise(kind, identifier))
    async with identity.database.connection() as connection:
        by_digest = await accounts.find_by_login(connection, brand=brand, kind=kind, digests=digests)
    candidates = [account for found in by_digest.values() for account in found]
    account = preferred(candidates, civil_date(now), read_only_years=policy.read_only_years)
    return Recognised(account, account.id if account is not None else UUID(bytes=digests[0][:16]))
