"""Drafts that nobody has confirmed leave, and so does what was counted in hours that have passed. Deletes termination_drafts
and public_calls.
"""

from datetime import timedelta

from contracts_service.resources import Contracts
from contracts_service.store import public_calls, termination_drafts

ROUND = 500
COUNTED = timedelta(hours=2)


async def drop_lapsed_drafts(service: Contracts) -> int:
    """Delete up to ROUND drafts that have lapsed, and return how many there were."""
    now = service.foundation.clock.now()
    async with service.database.transaction() as connection:
        await public_calls.forget(connection, before=now - COUNTED)
        return await termination_drafts.delete_lapsed(connection, now=now, limit=ROUND)
