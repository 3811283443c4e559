"""A mail with a link came back, since its address does not exist or its mailbox stayed full: the link is voided, and a letter
takes its place.

Reads reset_tokens and accounts; in the consumer's transaction writes reset_tokens and whatever `require_letter` does. Nothing is
done for a link that has served, or that a new password, another address or a former letter has voided.
"""

from datetime import datetime
from uuid import UUID

import structlog
from service_kit.clock import civil_date
from service_kit.database import Connection
from service_kit.subscriptions import Reader

from identity_service.resources import Identity
from identity_service.store import accounts, reset_tokens
from identity_service.store.reset_tokens import Purpose
from identity_service.usecases.require_letter import LetterWish, require_letter

# What notifications calls the mails that nobody can do without → what their tokens are for. An address that was typed to
# create an access is the member's to correct, and no reason for a letter.
REPLACED: dict[str, Purpose] = {"password_reset": "reset", "welcome": "welcome"}

# Beside what lies with the address: somebody whose mailbox has been full for as long as the mail was tried, or whose mail was
# given back for a reason that nobody knows (large providers say so of users they do not have), waits for nothing.
# A letter does not help where a policy or a relay that is down concerns everybody.
HELPED_BY_LETTER = frozenset({"mailbox", "undelivered"})

log = structlog.get_logger()


class FailedDelivery(Reader):
    """What identity reads of a message that has reached nobody."""

    member_id: UUID
    brand: str
    purpose: str
    channel: str
    cause: UUID
    hard: bool
    failure_class: str | None = None  # events from before it was told lack it


async def replace_failed_mail(
    identity: Identity, connection: Connection, failed: FailedDelivery, *, now: datetime
) -> None:
    """Have a letter posted instead of the mail, within the brand's quotas and once a cause."""
    purpose = REPLACED.get(failed.purpose)
    if purpose is None or failed.channel != "email" or not (failed.hard or failed.failure_class in HELPED_BY_LETTER):
        return
    account_id = await reset_tokens.find_unused_cause(connection, failed.cause, purpose=purpose)
    if account_id is None:
        return
    account = (await accounts.hold(connection, [account_id]))[account_id]
    if (account.brand, account.member_id) != (failed.brand, failed.member_id):
        log.error("failed_delivery_of_another_member", account_id=str(account_id))
        return
    # Asked again under the lock: a new password may have voided it meanwhile.
    if not await reset_tokens.cancel_cause(connection, failed.cause, account_id=account_id, now=now):
        return
    policy = identity.brands.get(account.brand)
    if policy is None or not account.usable_on(civil_date(now), read_only_years=policy.read_only_years):
        return
    wish = LetterWish(identity.entropy.new_id(), "bounce")
    possible = await require_letter(identity, connection, account, wish, now=now)
    log.info("mail_came_back", account_id=str(account_id), letter_required=possible is None)
