"""An adviser has a code sent by letter, and never sees it.

Reads accounts; writes whatever `require_letter` does, or the deed of a letter that was refused; publishes letter.required.
"""

from datetime import datetime
from uuid import UUID

from service_kit.clock import civil_date
from service_kit.database import Connection
from service_kit.http.problems import NotFound

from identity_service.domain.accounts import Account
from identity_service.domain.deeds import StaffAct
from identity_service.domain.errors import AccountNotInForce, LetterQuotaReached
from identity_service.resources import Identity
from identity_service.usecases.hold_for_staff import hold_for_staff
from identity_service.usecases.require_letter import LetterWish, require_letter


async def send_letter(identity: Identity, account_id: UUID, act: StaffAct, *, now: datetime) -> UUID:
    """Return the letter's id; raise NotFound, AccountNotInForce or LetterQuotaReached. What is refused is recorded too."""
    letter_id = identity.entropy.new_id()
    async with identity.database.transaction() as connection:
        account = await hold_for_staff(identity, connection, account_id, act, wanted="letter_required", now=now)
        opens = account is not None and await _opens(identity, connection, account, act, now=now)
        possible = None
        if account is not None and opens:
            wish = LetterWish(letter_id, "adviser", staff=act.staff, reason=act.reason)
            possible = await require_letter(identity, connection, account, wish, now=now)
        if possible is not None:
            await identity.record(connection, act.refused("letter_required", "quota", account_id=account_id), now=now)
    if account is None:
        raise NotFound
    if not opens:
        raise AccountNotInForce
    if possible is not None:
        raise LetterQuotaReached(possible)
    identity.foundation.wake.call()
    return letter_id


async def _opens(identity: Identity, connection: Connection, account: Account, act: StaffAct, *, now: datetime) -> bool:
    """Tell whether a code would open the account today; record that a letter was wanted where it would not."""
    policy = identity.brands[account.brand]
    if account.usable_on(civil_date(now), read_only_years=policy.read_only_years):
        return True
    await identity.record(connection, act.refused("letter_required", "not-in-force", account_id=account.id), now=now)
    return False
