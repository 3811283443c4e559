"""Who has left does not come back by an older event that is replayed, for as long as one may be."""

from typing import Any
from uuid import UUID

from identity_service.consumers import removals
from identity_service.usecases.forget_person import RemovedPerson
from service_kit.maintenance import INBOX_DAYS
from service_kit.subscriptions import EventContext

from tests.support.identity_fixtures import OpenedIdentity


async def leave(opened: OpenedIdentity, person_id: str, *, brand: str, version: int) -> None:
    """Let identity hear that somebody's data have left."""
    (subscription,) = removals.subscriptions(opened.identity)
    removed = RemovedPerson(version=version, member_id=UUID(person_id), brand=brand)
    context = EventContext(UUID(int=version), subscription.event_type, opened.clock.now())
    async with opened.identity.database.transaction() as connection:
        await subscription.handle(connection, removed, context)


async def accounts(opened: OpenedIdentity) -> Any:
    return await opened.value("SELECT count(*) FROM accounts")


async def test_an_older_state_of_a_member_who_has_left_opens_no_account(opened: OpenedIdentity):
    member = await opened.enrol(version=6)
    before = await accounts(opened)
    await leave(opened, member["member_id"], brand=member["brand"], version=7)
    await opened.hear(member, event="member.changed.v1")

    assert (before, await accounts(opened)) == (1, 0)


async def test_an_older_state_of_a_beneficiary_who_has_left_opens_no_account(opened: OpenedIdentity):
    member = await opened.enrol()
    person = await opened.tell(member)
    before = await accounts(opened)
    await leave(opened, person["beneficiary_id"], brand=member["brand"], version=person["version"] + 1)
    await opened.hear_of(person)

    assert (before, await accounts(opened)) == (2, 1)


async def test_that_somebody_has_left_is_forgotten_when_no_older_event_can_be_replayed_any_more(opened: OpenedIdentity):
    member = await opened.enrol()
    await leave(opened, member["member_id"], brand=member["brand"], version=2)
    opened.clock.advance(days=INBOX_DAYS, seconds=1)
    await leave(opened, str(UUID(int=5)), brand=member["brand"], version=3)

    assert await opened.value("SELECT array_agg(member_id) FROM forgotten_people") == [UUID(int=5)]
