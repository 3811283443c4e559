"""How hard a challenge risk asks for, and how much room a solved one buys.

From a count's `challenge_at` on the easiest challenge is due; each time the count doubles, so does the work, up to the counter's
`doublings`. A solution counts for up to twice its work: risk may have risen while it was being found.
"""

import math

from identity_service.domain.limits import Counter


def asked_work(counter: Counter, weight: float, *, easiest: int) -> int:
    """Return the steps of the challenge that an attempt needs which makes the count weigh `weight`; 0 when it needs none."""
    if weight <= counter.challenge_at:
        return 0
    doublings = math.ceil(math.log2(weight / counter.challenge_at)) - 1
    return int(easiest * 2 ** min(doublings, counter.doublings))


def room(counter: Counter, *, solved: int, easiest: int) -> float:
    """Return how much the count may weigh, an attempt with `solved` steps of work included (0 without a solution)."""
    if solved * 2 < easiest:
        return counter.challenge_at
    doublings = int(math.log2(solved * 2 / easiest))
    if doublings >= counter.doublings:
        return counter.stop_at
    return min(counter.stop_at, counter.challenge_at * 2.0 ** (doublings + 1))


def seconds_until(weight: float, *, falls_to: float, half_life: float) -> int:
    """Return the whole seconds, at least one, after which a count that weighs `weight` weighs no more than `falls_to`."""
    return max(1, math.ceil(half_life * math.log2(weight / falls_to))) if weight > falls_to else 1
