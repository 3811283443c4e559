"""The background process of identity: decides resets, hears people, what reached nobody and what came back, tells locks."""

import asyncio
import random
from datetime import timedelta
from functools import partial

from service_kit.background import Background, work
from service_kit.loops import Loop

from identity_service.consumers import beneficiaries, failed_deliveries, members, removals, returned_letters
from identity_service.resources import Identity, open_identity
from identity_service.settings import IdentitySettings
from identity_service.store import (
    devices,
    email_changes,
    limits,
    passkey_challenges,
    posted_codes,
    reset_tokens,
    sessions,
    tries,
)
from identity_service.usecases.chain_deeds import chain_deeds, tell_head
from identity_service.usecases.decide_resets import decide_due_resets
from identity_service.usecases.tell_locks import tell_locks
from identity_service.usecases.welcome_members import welcome_members

TOPICS = (members, beneficiaries, removals, failed_deliveries, returned_letters)
EVENTS = tuple(event for topic in TOPICS for event in topic.EVENTS)
KEPT_AFTER_EXPIRY = timedelta(days=30)  # a look back for support; only digests are kept
TRIES_KEPT = timedelta(days=1)  # the window of tries_per_day
HALF_LIVES_KEPT = 12  # after which a count of thousands weighs less than one
DAY_SECONDS = 86_400.0
HOUR_SECONDS = 3_600.0
UNANSWERED_SECONDS = 60.0  # anybody may ask for a challenge
LOCKS_SECONDS = 15.0
UNFORESEEN_SECONDS = 0.2


def background(identity: Identity) -> Background:
    """Return what identity does when nobody asks."""
    foundation = identity.foundation
    return Background(
        subscriptions=[one for topic in TOPICS for one in topic.subscriptions(identity)],
        loops=[
            Loop("resets", partial(decide_soon, identity), foundation.settings.poll_seconds, foundation.wake),
            Loop("locks", partial(tell_locks, identity), LOCKS_SECONDS),
            # Not woken by each member that is heard: the first file of a brand brings all of them at once.
            Loop("welcomes", partial(welcome_members, identity), foundation.settings.poll_seconds),
            Loop("audit", partial(chain_deeds, identity), foundation.settings.poll_seconds),
            Loop("audit_head", partial(tell_head, identity), DAY_SECONDS),
            Loop("housekeeping", partial(forget_expired, identity), DAY_SECONDS),
            Loop("limits", partial(forget_faded, identity), HOUR_SECONDS),
            Loop("passkey_challenges", partial(forget_unanswered, identity), UNANSWERED_SECONDS),
        ],
    )


async def decide_soon(identity: Identity) -> int:
    """Decide what is due, at a moment within UNFORESEEN_SECONDS.

    A decision costs work that the next request could feel on a small machine. Begun at once, it would tell whoever asks for
    somebody and then for nobody whether there was something to decide.
    """
    await asyncio.sleep(random.uniform(0, UNFORESEEN_SECONDS))  # noqa: S311 - a pause, not a secret
    return await decide_due_resets(identity)


async def forget_expired(identity: Identity) -> int:
    """Delete what ran out long ago; return 0, so that the loop waits for the next day."""
    now = identity.foundation.clock.now()
    # Table by table, each by itself: held together their rows could wait in a circle with whoever chooses a password.
    async with identity.database.connection() as connection:
        await reset_tokens.forget_expired(connection, before=now - KEPT_AFTER_EXPIRY)
        await posted_codes.forget_expired(connection, before=now - KEPT_AFTER_EXPIRY)
        await devices.forget_expired(connection, now=now, before=now - KEPT_AFTER_EXPIRY)
        await email_changes.forget_expired(connection, now=now, before=now - KEPT_AFTER_EXPIRY)
        await sessions.forget_expired(connection, before=now - KEPT_AFTER_EXPIRY)
        await tries.forget_idle(connection, before=now - TRIES_KEPT)
    return 0


async def forget_faded(identity: Identity) -> int:
    """Delete counts that weigh nothing any more, and challenges that have run out; return 0, so that the loop waits."""
    now = identity.foundation.clock.now()
    longest = max(policy.limits.half_life_minutes for policy in identity.brands.values())
    async with identity.database.transaction() as connection:
        await limits.forget_faded(connection, before=now - timedelta(minutes=longest * HALF_LIVES_KEPT))
        await limits.forget_expired(connection, now=now)
    return 0


async def forget_unanswered(identity: Identity) -> int:
    """Delete what no authenticator has signed in time; return 0, so that the loop waits."""
    async with identity.database.connection() as connection:
        await passkey_challenges.forget_expired(connection, now=identity.foundation.clock.now())
    return 0


async def main(settings: IdentitySettings, stop: asyncio.Event) -> None:
    """Work until `stop`."""
    async with open_identity(settings) as identity:
        await work(identity.foundation, background(identity), stop)
