"""Somebody is about to try something: does it need work first? Reads fading_counts; nothing is kept of a challenge given."""

from datetime import datetime
from typing import Any

from identity_service.domain.limits import Address, Purpose, place_counters
from identity_service.domain.risk import asked_work
from identity_service.resources import Identity
from identity_service.store import limits
from identity_service.usecases.admit import counter_key, new_challenge


async def give_challenge(
    identity: Identity, *, brand: str, purpose: Purpose, address: Address, now: datetime
) -> dict[str, Any] | None:
    """Return the challenge (ALTCHA's members) that a next attempt from `address` needs; None when it needs none."""
    rules = identity.brands[brand].limits
    counters = place_counters(rules, brand=brand, purpose=purpose, address=address)
    keys = [counter_key(identity, one) for one in counters]
    async with identity.database.connection() as connection:
        weights = await limits.weights(connection, keys, now=now, half_life=rules.half_life_seconds)
    work = max(
        asked_work(counter, weight + 1, easiest=rules.challenge_work)
        for counter, weight in zip(counters, weights, strict=True)
    )
    return new_challenge(identity, brand=brand, purpose=purpose, work=work, now=now) if work else None
