"""Does an address stand for another access of the brand already? In the caller's transaction reads accounts."""

from datetime import datetime

from service_kit.clock import civil_date
from service_kit.database import Connection

from identity_service.domain.accounts import Account
from identity_service.domain.login_identifiers import normalise_email
from identity_service.resources import Identity
from identity_service.store import memberships


async def is_taken(identity: Identity, connection: Connection, account: Account, email: str, *, now: datetime) -> bool:
    """Tell whether signing in with `email` means, or will mean, somebody else than `account`.

    An access without a password counts too: an address that two share signs one of them in, and locks the other out.
    """
    digests = identity.digests.email.all_of(account.brand, normalise_email(email))
    others = await memberships.others_with_address(connection, account, digests=digests)
    day, years = civil_date(now), identity.brands[account.brand].read_only_years
    return any(one.effective_from > day or one.usable_on(day, read_only_years=years) for one in others)
