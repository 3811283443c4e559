"""An adviser names an account by its id: it is theirs to act on only where it is their brand's.

Reads accounts; writes the deed of what was wanted of nobody's account.
"""

from datetime import datetime
from uuid import UUID

from service_kit.database import Connection

from identity_service.domain.accounts import Account
from identity_service.domain.deeds import Kind, StaffAct
from identity_service.resources import Identity
from identity_service.store import accounts


async def hold_for_staff(
    identity: Identity, connection: Connection, account_id: UUID, act: StaffAct, *, wanted: Kind, now: datetime
) -> Account | None:
    """Lock and return the account; where it is nobody's or another brand's, record what was wanted and return None."""
    account = (await accounts.hold(connection, [account_id])).get(account_id)
    if account is None or account.brand != act.brand:
        await identity.record(connection, act.refused(wanted, "not-found"), now=now)
        return None
    return account
