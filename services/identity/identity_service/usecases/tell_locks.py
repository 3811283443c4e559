"""An account that too many failures have closed is told to its owner, once a lock.

Reads tries and accounts; writes tries, deeds and the outbox; publishes account.locked. A round of the background process does it,
so that the answer to the try that closed the account says nothing, not even by its time.
"""

from datetime import datetime, timedelta

import structlog
from service_kit.database import Connection

from identity_service.domain.accounts import Account
from identity_service.domain.deeds import Deed
from identity_service.events import AccountLocked
from identity_service.resources import Identity
from identity_service.store import accounts, tries
from identity_service.store.tries import Locked
from identity_service.usecases.known_address import known_address

BATCH = 100
# The try that closes an account is counted before it is looked at: it may still turn out to be right. Its hash is made within
# seconds, however long the queue.
SETTLED = timedelta(seconds=30)

log = structlog.get_logger()


async def tell_locks(identity: Identity) -> int:
    """Tell what has not been told and return how many locks were told."""
    now = identity.foundation.clock.now()
    disabled_at = {brand: policy.lockout.disable_at_failures for brand, policy in identity.brands.items()}
    locked = Locked(disabled_at, last_try_before=now - SETTLED)
    async with identity.database.transaction() as connection:
        if not (found := await tries.find_untold_locks(connection, locked, limit=BATCH)):
            return 0
        held = await accounts.hold(connection, found)
        # Asked again under the accounts' locks: another worker may have told it, another channel have ended it.
        told = await tries.mark_told(connection, found, locked, now=now)
        if told:
            versions = await accounts.draw_versions(connection, list(told))
            for (account_id, locked_at), version in zip(told.items(), versions, strict=True):
                await _tell(identity, connection, held[account_id], locked_at=locked_at, version=version)
    if told:
        identity.foundation.wake.call_here()
        log.info("locks_told", locks=len(told))
    return len(told)


async def _tell(
    identity: Identity, connection: Connection, account: Account, *, locked_at: datetime, version: int
) -> None:
    now, lock_id = identity.foundation.clock.now(), identity.entropy.new_id()
    event = AccountLocked(
        version=version,
        account_id=account.id,
        member_id=account.member_id,
        brand=account.brand,
        lock_id=lock_id,
        locked_at=locked_at,
        email=known_address(identity, account),
    )
    await identity.outbox.append(connection, event, event_id=identity.entropy.new_id(), occurred_at=now)
    details = {"lock_id": str(lock_id)}
    await identity.record(connection, Deed("account_locked", account.brand, account.id, "system", details), now=now)
