"""A beneficiary chose another address in the own account: it is the person's from now on.

In the transaction of the consumer of `keep_chosen_email`; writes beneficiaries. `tell_autonomous_beneficiaries` tells it.
"""

from uuid import UUID

import structlog
from service_kit.database import Connection
from service_kit.problems import FinalEventError

from contracts_service.store import autonomy

log = structlog.get_logger()


async def keep_beneficiary_email(
    connection: Connection, beneficiary_id: UUID, email: str | None, *, brand: str, account_version: int
) -> None:
    """Let `email` be the beneficiary's own address, unless a newer event of the account was heard already.

    Raises FinalEventError for somebody whom no contract of `brand` covers.
    """
    person = await autonomy.hold(connection, brand=brand, beneficiary_id=beneficiary_id)
    if person is None:
        raise FinalEventError
    if not await autonomy.follow_account(connection, person.id, account_version=account_version):
        log.info("older_version_ignored", beneficiary_id=str(person.id), version=account_version)
        return
    if email != person.email:
        await autonomy.save_email(connection, person.id, email)
