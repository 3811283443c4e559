"""The letter with a posted code came back, so its code is void: it has been through hands that were not the member's.

Reads posted_codes and accounts; in the consumer's transaction writes posted_codes and deeds, so that an adviser sees why the code
does not open, and that the address is to be asked for. Other letters hold no secret.
"""

from datetime import datetime
from uuid import UUID

import structlog
from service_kit.database import Connection
from service_kit.subscriptions import Reader

from identity_service.domain.deeds import Deed
from identity_service.resources import Identity
from identity_service.store import accounts, posted_codes

POSTED_CODE = "posted_code"  # what notifications calls the letter

log = structlog.get_logger()


class ReturnedLetter(Reader):
    """What identity reads of a letter that came back; its cause is the code's id."""

    member_id: UUID
    brand: str
    purpose: str
    cause: UUID
    reason: str


async def cancel_returned_code(
    identity: Identity, connection: Connection, letter: ReturnedLetter, *, now: datetime
) -> None:
    """Cancel the code, and remember that its letter came back, even where the code was used or cancelled before."""
    if letter.purpose != POSTED_CODE:
        return
    account_id = await posted_codes.account_of(connection, letter.cause)
    if account_id is None:
        return  # it ran out so long ago that it was forgotten
    account = (await accounts.hold(connection, [account_id]))[account_id]
    if (account.brand, account.member_id) != (letter.brand, letter.member_id):
        log.error("returned_letter_of_another_member", account_id=str(account_id))
        return
    cancelled = await posted_codes.cancel(connection, letter.cause, now=now)
    details = {"letter_id": str(letter.cause), "reason": letter.reason, "code_cancelled": cancelled}
    deed = Deed("letter_returned", account.brand, account.id, "system", details)
    await identity.record(connection, deed, now=now)
    log.info("posted_letter_came_back", account_id=str(account_id), code_cancelled=cancelled)
