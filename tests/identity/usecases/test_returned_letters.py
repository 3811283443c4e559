"""A posted code whose letter came back opens nothing any more, and whoever looks at the account's history sees it."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from identity_service.consumers import returned_letters
from identity_service.usecases.cancel_returned_code import ReturnedLetter
from service_kit.subscriptions import EventContext

from tests.support.deed_steps import deeds
from tests.support.identity_fixtures import OpenedIdentity, PublishedEvent
from tests.support.identity_steps import SIX_DIGITS, ask, connect

LETTER = "letter.required.v1"


@pytest.fixture
async def member(opened):
    """A member of safiag who has no address."""
    return await opened.enrol(brand="safiag", email=None)


async def posted(opened: OpenedIdentity, client, member: dict[str, Any]) -> PublishedEvent:
    """Let a code be posted, and return the event."""
    await ask(client, "safiag", member["nir"])
    await opened.decide()
    [letter] = await opened.new_events(LETTER)
    return letter


async def came_back(opened: OpenedIdentity, letter: PublishedEvent, **changes: Any) -> None:
    """Let identity hear that a letter came back."""
    told = {"purpose": "posted_code", "reason": "unknown-address", "cause": letter.data["letter_id"]}
    data = {"member_id": letter.data["member_id"], "brand": letter.data["brand"], **told, **changes}
    [subscription] = returned_letters.subscriptions(opened.identity)
    async with opened.identity.database.transaction() as connection:
        context = EventContext(uuid4(), subscription.event_type, opened.clock.now())
        await subscription.handle(connection, ReturnedLetter.model_validate(data), context)


async def opens(client, member: dict[str, Any], letter: PublishedEvent) -> bool:
    return (await connect(client, "safiag", member["nir"], letter.data["code"], SIX_DIGITS)).status == 204


async def test_the_code_of_a_letter_that_came_back_opens_nothing(opened, client, member):
    letter = await posted(opened, client, member)
    await came_back(opened, letter)
    [deed] = await deeds(opened, "letter_returned")

    assert not await opens(client, member, letter)
    assert (deed["actor"], deed["staff"], deed["account_id"]) == ("system", None, UUID(letter.data["account_id"]))
    assert deed["details"] == {
        "letter_id": letter.data["letter_id"],
        "reason": "unknown-address",
        "code_cancelled": True,
    }


async def test_a_letter_that_comes_back_after_another_was_posted_voids_its_own_code_only(opened, client, member):
    first = await posted(opened, client, member)
    opened.clock.advance(days=8)
    second = await posted(opened, client, member)
    await came_back(opened, first)
    [deed] = await deeds(opened, "letter_returned")

    assert deed["details"]["code_cancelled"] is False
    assert await opens(client, member, second)


async def test_a_code_that_was_used_stays_used(opened, client, member):
    letter = await posted(opened, client, member)
    used = await opens(client, member, letter)
    await came_back(opened, letter)
    row = await opened.account(member)
    [deed] = await deeds(opened, "letter_returned")

    assert (used, deed["details"]["code_cancelled"]) == (True, False)
    assert row["password_hash"] is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"purpose": "password_changed_by_post"},
        {"cause": str(uuid4())},
        {"member_id": str(uuid4())},
        {"brand": "mgas"},
    ],
)
async def test_other_letters_change_nothing(opened, client, member, changes: dict[str, str]):
    letter = await posted(opened, client, member)
    await came_back(opened, letter, **changes)

    assert await deeds(opened, "letter_returned") == []
    assert await opens(client, member, letter)
