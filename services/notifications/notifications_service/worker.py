"""The background process of notifications: hears what people must be told, sends mails, hands over letters."""

import asyncio
from functools import partial

from service_kit.background import Background, work
from service_kit.loops import Loop

from notifications_service.consumers import (
    accounts,
    activations,
    autonomous_people,
    bank_details,
    beneficiaries,
    contact_details,
    contributions,
    devices,
    documents,
    email_changes,
    endings,
    identifiers,
    letters,
    members,
    passkeys,
    passwords,
    redeemed_codes,
    removals,
    resets,
    statements,
    unneeded_codes,
)
from notifications_service.domain.mail_seats import seats_of
from notifications_service.resources import Notifications, open_notifications
from notifications_service.settings import NotificationsSettings
from notifications_service.usecases.follow_letters import follow_letters
from notifications_service.usecases.give_up_overdue import give_up_overdue
from notifications_service.usecases.hand_over_letters import hand_over_letters
from notifications_service.usecases.hear_bounce import listen_for_bounces
from notifications_service.usecases.measure_waiting import measure_waiting
from notifications_service.usecases.read_returns import read_returns
from notifications_service.usecases.remove_old_letters import remove_old_letters
from notifications_service.usecases.remove_old_receipts import remove_old_receipts
from notifications_service.usecases.remove_served_letters import remove_served_letters
from notifications_service.usecases.send_due_mails import send_due_mails
from notifications_service.usecases.submit_letters import submit_letters
from notifications_service.usecases.subscribe_to_provider import subscribe_to_provider
from notifications_service.usecases.watch_promises import PromiseWatch

TOPICS = (
    members,
    autonomous_people,
    removals,
    resets,
    letters,
    redeemed_codes,
    unneeded_codes,
    activations,
    accounts,
    passwords,
    email_changes,
    identifiers,
    devices,
    passkeys,
    contributions,
    bank_details,
    contact_details,
    beneficiaries,
    endings,
    documents,
    statements,
)
EVENTS = tuple(event for topic in TOPICS for event in topic.EVENTS)
GIVE_UP_SECONDS = 5.0
MEASURE_SECONDS = 10.0
PROMISES_SECONDS = 60.0
RETURNS_SECONDS = 5.0
REMOVE_SECONDS = 600.0
REMOVE_RECEIPTS_SECONDS = 3600.0
SUBSCRIBE_SECONDS = 3600.0
REMOVE_SERVED_SECONDS = 2.0  # the print provider acknowledges by HTTP, to another process


def background(notifications: Notifications) -> Background:
    """Return what notifications does when nobody asks."""
    settings, poll = notifications.settings, notifications.settings.poll_seconds
    return Background(
        subscriptions=[one for topic in TOPICS for one in topic.subscriptions(notifications)],
        loops=[
            *_mail_loops(notifications),
            Loop("letters", partial(hand_over_letters, notifications), poll, notifications.letter_due),
            *_provider_loops(notifications),
            Loop("give_up", partial(give_up_overdue, notifications), GIVE_UP_SECONDS),
            Loop("waiting", partial(measure_waiting, notifications), MEASURE_SECONDS),
            Loop("promises", PromiseWatch(notifications).look, PROMISES_SECONDS),
            Loop("returns", partial(read_returns, notifications), RETURNS_SECONDS),
            Loop("old_letters", partial(remove_old_letters, notifications), REMOVE_SECONDS),
            Loop("old_receipts", partial(remove_old_receipts, notifications), REMOVE_RECEIPTS_SECONDS),
            Loop(
                "served_letters",
                partial(remove_served_letters, notifications),
                REMOVE_SERVED_SECONDS,
                notifications.letter_served,
            ),
        ],
        endless={"bounces": partial(listen_for_bounces, notifications)} if settings.bounces_listen else {},
    )


def _mail_loops(notifications: Notifications) -> list[Loop]:
    """Return a loop for each seat, so that none waits for another; who serves most lanes is woken first, and sees for all."""
    settings, wake = notifications.settings, notifications.mail_due
    return [
        Loop(f"mails_{seat.number + 1}", partial(send_due_mails, notifications, seat), settings.poll_seconds, wake)
        for seat in reversed(seats_of(settings.smtp_sessions))
    ]


def _provider_loops(notifications: Notifications) -> list[Loop]:
    """Return what is done with the print provider that speaks HTTP: none of it holds up letters that leave by the folder."""
    poll = notifications.settings.poll_seconds
    if notifications.maileva is None:
        return []
    return [
        Loop("submitted_letters", partial(submit_letters, notifications), poll),
        Loop("followed_letters", partial(follow_letters, notifications), poll),
        Loop("provider_subscriptions", partial(subscribe_to_provider, notifications), SUBSCRIBE_SECONDS),
    ]


async def main(settings: NotificationsSettings, stop: asyncio.Event) -> None:
    """Work until `stop`."""
    async with open_notifications(settings) as notifications:
        await work(notifications.foundation, background(notifications), stop)
