"""What the bus says becomes rows: once, sealed, and never older than what is known."""

from uuid import uuid4

from service_kit.broker import Verdict

from tests.support.notifications_fixtures import (
    RunningNotifications,
    letter_required,
    member_changed,
    member_enrolled,
    reset_requested,
)


async def test_a_reset_that_the_bus_delivers_twice_is_planned_once(service: RunningNotifications):
    event, event_id = reset_requested(), uuid4()
    verdicts = [
        await service.hear(event, event_id=event_id),
        await service.hear(event, event_id=event_id),
        await service.hear(event),  # published anew under another id
    ]
    rows = await service.rows("SELECT state, channel, purpose, masked_address FROM deliveries")

    assert verdicts == [Verdict.DONE] * 3
    assert rows == [
        {
            "state": "planned",
            "channel": "email",
            "purpose": "password_reset",
            "masked_address": "z•••@e•••.org",
        }
    ]


async def test_a_letter_that_the_bus_delivers_twice_is_planned_once(service: RunningNotifications):
    event = letter_required()
    await service.hear(event)
    await service.hear(event)

    assert [row["channel"] for row in await service.rows("SELECT channel FROM deliveries")] == ["letter"]


async def test_a_reset_is_given_up_five_minutes_before_its_link_expires(service: RunningNotifications):
    event = reset_requested()
    await service.hear(event)
    row = await service.delivery(event.reset_id)

    assert (row["expires_at"] - row["give_up_at"]).total_seconds() == 300
    assert row["message_id"] == f"<{row['id']}@mgas.example>"


async def test_an_event_of_an_unknown_brand_is_parked_and_plans_nothing(service: RunningNotifications):
    verdicts = [await service.hear(reset_requested(brand="nulle")), await service.hear(letter_required(brand="nulle"))]

    assert verdicts == [Verdict.DEAD] * 2
    assert await service.rows("SELECT id FROM deliveries") == []


async def test_a_members_older_state_does_not_replace_a_newer_one(service: RunningNotifications):
    member_id = uuid4()
    await service.hear(member_changed(member_id=member_id, version=3))
    kept = await service.rows("SELECT * FROM recipients")
    await service.hear(member_changed(member_id=member_id, version=2, last_name="Autre"))
    await service.hear(member_enrolled(member_id=member_id, version=1, last_name="Autre"))

    assert await service.rows("SELECT * FROM recipients") == kept
    assert [row["version"] for row in kept] == [3]


async def test_a_members_newer_state_replaces_an_older_one(service: RunningNotifications):
    member_id = uuid4()
    await service.hear(member_enrolled(member_id=member_id))
    await service.hear(member_changed(member_id=member_id, version=2))

    assert [row["version"] for row in await service.rows("SELECT version FROM recipients")] == [2]


async def test_waking_comes_with_what_is_heard(service: RunningNotifications):
    mails, letters = service.notifications.mail_due.bell(), service.notifications.letter_due.bell()
    await service.hear(reset_requested())

    assert (mails.is_set(), letters.is_set()) == (True, False)

    await service.hear(member_enrolled())

    assert letters.is_set()
