"""Somebody asks for a new password. Writes reset_requests; `decide_resets` does the rest behind the answer.

Nobody looks here who it is: known, unknown, locked and not yet in force take the same statements and the same time by
construction, and not by imitation.
"""

from datetime import datetime

from service_kit.tracing import current_traceparent

from identity_service.domain.login_identifiers import normalise
from identity_service.resources import Identity
from identity_service.store import reset_requests
from identity_service.store.reset_requests import ResetRequest


async def request_reset(identity: Identity, *, brand: str, identifier: str, now: datetime) -> None:
    """Keep the request, by the keyed digests of its identifier only."""
    kind = identity.brands[brand].login_identifier
    digests = identity.digests.login(kind).all_of(brand, normalise(kind, identifier))
    request = ResetRequest(identity.entropy.new_id(), brand, digests, now, current_traceparent())
    async with identity.database.transaction() as connection:
        await reset_requests.insert(connection, request, next_look_at=now)
    identity.foundation.wake.call()
