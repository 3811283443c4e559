"""May this be tried at all? Decided before anybody looks who is meant, by what went wrong lately around it.

Reads and writes fading_counts; uses up spent_challenges. One statement, the same for everybody; another one when the try has
failed. A try that was right, or was none (too busy, a password that breaks the rule), leaves nothing behind.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NoReturn

import structlog
from service_kit.http.problems import TooManyRequests
from service_kit.personal import Personal
from service_kit.problems import DomainError

from identity_service.domain import passwords
from identity_service.domain.errors import ChallengeRequired
from identity_service.domain.limits import (
    FAILURES,
    Address,
    Counter,
    Purpose,
    place_counters,
    secret_counter,
    success_is_free,
)
from identity_service.domain.login_identifiers import letters_and_digits
from identity_service.domain.risk import asked_work, room, seconds_until
from identity_service.metrics import ATTEMPTS_REFUSED
from identity_service.resources import Identity
from identity_service.security.proof_of_work import Solved
from identity_service.store import limits
from identity_service.store.limits import Asked, Spending

COMPARABLE: dict[Purpose, Callable[[str], str]] = {
    "sign-in": passwords.normalise,
    "first-connection": letters_and_digits,
}

log = structlog.get_logger()


@dataclass(frozen=True)
class Attempt:
    """What somebody is about to try: from where, with which password or code (if it takes one), after which work."""

    brand: str
    purpose: Purpose
    address: Address = field(repr=False)
    secret: Personal | None = None
    solution: str | None = None


@asynccontextmanager
async def admitted(identity: Identity, attempt: Attempt, *, now: datetime) -> AsyncIterator[None]:
    """Let the attempt be made inside; raise TooManyRequests or ChallengeRequired before, and count it when it has failed."""
    counters = _counters(identity, attempt)
    counted = [one for one in counters if one.at_once]
    await _admit(identity, attempt, counters, now=now)
    try:
        yield
    except FAILURES:
        await _count(identity, attempt, [one for one in counters if not one.at_once], now=now)
        raise
    except DomainError:
        await _give_back(identity, attempt, counted, now=now)
        raise
    if success_is_free(attempt.purpose):
        await _give_back(identity, attempt, counted, now=now)


def counter_key(identity: Identity, counter: Counter) -> bytes:
    """Return what a count is kept by. A password is digested with the pepper, which keys passwords and nothing else.

    Under the current key only: counting begins anew when keys rotate.
    """
    digests = identity.guesses if counter.scope == "secret" else identity.digests.limit
    return digests.of(counter.scope, *counter.counts_on)


def new_challenge(identity: Identity, *, brand: str, purpose: Purpose, work: int, now: datetime) -> dict[str, Any]:
    """Return a fresh challenge of the brand."""
    until = now + timedelta(minutes=identity.brands[brand].limits.challenge_minutes)
    return identity.proof_of_work.give(brand=brand, purpose=purpose, work=work, until=until)


def _counters(identity: Identity, attempt: Attempt) -> list[Counter]:
    rules, brand, purpose = identity.brands[attempt.brand].limits, attempt.brand, attempt.purpose
    places = place_counters(rules, brand=brand, purpose=purpose, address=attempt.address)
    if attempt.secret is None:
        return places
    secret = COMPARABLE[purpose](attempt.secret.reveal())
    return [*places, secret_counter(rules, brand=brand, purpose=purpose, secret=secret)]


async def _admit(identity: Identity, attempt: Attempt, counters: list[Counter], *, now: datetime) -> None:
    rules = identity.brands[attempt.brand].limits
    solved = _solved(identity, attempt, now=now)
    work, easiest = solved.work if solved else 0, rules.challenge_work
    asked = [
        Asked(
            key=counter_key(identity, one),
            at_once=one.at_once,
            free=room(one, solved=0, easiest=easiest),
            room=room(one, solved=work, easiest=easiest),
            ceiling=one.ceiling,
        )
        for one in counters
    ]
    spending = Spending(solved.digest, solved.expires_at) if solved else None
    async with identity.database.connection() as connection:
        admission = await limits.admit(connection, asked, spending=spending, now=now, half_life=rules.half_life_seconds)
    if not admission.taken:
        counted = [one for one, counted in zip(counters, admission.counted, strict=True) if counted]
        await _give_back(identity, attempt, counted, now=now)
        _refuse(identity, attempt, list(zip(counters, admission.weights, strict=True)), now=now)


def _solved(identity: Identity, attempt: Attempt, *, now: datetime) -> Solved | None:
    if attempt.solution is None:
        return None
    return identity.proof_of_work.check(attempt.solution, brand=attempt.brand, purpose=attempt.purpose, now=now)


def _refuse(identity: Identity, attempt: Attempt, met: list[tuple[Counter, float]], *, now: datetime) -> NoReturn:
    """Refuse an attempt that met counters of these weights: stopped by the fullest, or else with the hardest challenge."""
    rules = identity.brands[attempt.brand].limits
    waits = {
        one: seconds_until(weight, falls_to=one.stop_at - 1, half_life=rules.half_life_seconds)
        for one, weight in met
        if weight + 1 > one.stop_at
    }
    works = {one: asked_work(one, weight + 1, easiest=rules.challenge_work) for one, weight in met}
    fullest = max(waits, key=lambda one: waits[one]) if waits else max(works, key=lambda one: works[one])
    _tell(attempt, fullest, "stopped" if waits else "challenged")
    if waits:
        raise TooManyRequests(limit=int(fullest.stop_at), retry_after=waits[fullest])
    challenge = new_challenge(identity, brand=attempt.brand, purpose=attempt.purpose, work=works[fullest], now=now)
    raise ChallengeRequired(challenge)


def _tell(attempt: Attempt, counter: Counter, answer: str) -> None:
    ATTEMPTS_REFUSED.labels(attempt.brand, attempt.purpose, counter.scope, answer).inc()
    log.info("attempt_refused", brand=attempt.brand, purpose=attempt.purpose, scope=counter.scope, answer=answer)


async def _count(identity: Identity, attempt: Attempt, counters: list[Counter], *, now: datetime) -> None:
    if not counters:
        return
    ceilings = {counter_key(identity, one): one.ceiling for one in counters}
    half_life = identity.brands[attempt.brand].limits.half_life_seconds
    async with identity.database.connection() as connection:
        await limits.count(connection, ceilings, now=now, half_life=half_life)


async def _give_back(identity: Identity, attempt: Attempt, counters: list[Counter], *, now: datetime) -> None:
    if not counters:
        return
    keys = [counter_key(identity, one) for one in counters]
    half_life = identity.brands[attempt.brand].limits.half_life_seconds
    async with identity.database.connection() as connection:
        await limits.give_back(connection, keys, now=now, half_life=half_life)
