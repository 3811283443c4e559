"""Letters and mails have quotas, kept in silence; what is sent is remembered as a deed."""

from collections import Counter
from typing import Any

from tests.support.access_steps import create
from tests.support.identity_fixtures import OpenedIdentity
from tests.support.identity_steps import ask, connect


async def sent_after(opened: OpenedIdentity, client, brand: str, identifier: str, *, times: int = 1) -> int:
    """Ask so often and return how many mails or letters leave."""
    for _ in range(times):
        assert (await ask(client, brand, identifier)).status == 202
    await opened.decide()
    types = [event.type for event in await opened.new_events()]
    return len([one for one in types if one in ("reset.requested.v1", "letter.required.v1")])


async def code_for(opened: OpenedIdentity, client, member: dict[str, Any]) -> str:
    await ask(client, "safiag", member["nir"])
    await opened.decide()
    (event,) = [one for one in await opened.new_events() if one.type == "letter.required.v1"]
    return event.data["code"]


async def deeds(opened: OpenedIdentity) -> list[dict[str, Any]]:
    async with opened.identity.database.connection() as connection:
        return [dict(row) for row in await connection.fetch("SELECT * FROM deeds ORDER BY number")]


async def test_a_letter_is_not_followed_by_another_within_a_day_and_its_code_stays_good(opened, client):
    member = await opened.enrol(brand="safiag", email=None)
    code = await code_for(opened, client, member)
    opened.clock.advance(hours=23, minutes=59)

    assert await sent_after(opened, client, "safiag", member["nir"], times=3) == 0
    assert (await connect(client, "safiag", member["nir"], code)).status == 204


async def test_four_letters_leave_in_thirty_days_whatever_became_of_their_codes(opened, client):
    member = await opened.enrol(brand="safiag", email=None)
    used = await connect(client, "safiag", member["nir"], await code_for(opened, client, member))
    sent = []
    for _ in range(6):
        opened.clock.advance(days=2)
        sent.append(await sent_after(opened, client, "safiag", member["nir"]))
    opened.clock.advance(days=17, hours=23)
    a_moment_early = await sent_after(opened, client, "safiag", member["nir"])
    opened.clock.advance(hours=1)

    assert used.status == 204
    assert sent == [1, 1, 1, 0, 0, 0]
    assert a_moment_early == 0
    assert await sent_after(opened, client, "safiag", member["nir"]) == 1


async def test_five_mails_leave_in_an_hour_and_ten_in_a_day_and_other_members_have_their_own(opened, client):
    member, other = await opened.enrol(), await opened.enrol()
    first = await sent_after(opened, client, "mgas", member["email"], times=4)
    more = await sent_after(opened, client, "mgas", member["email"], times=4)
    others = await sent_after(opened, client, "mgas", other["email"])
    opened.clock.advance(hours=1)
    next_hour = await sent_after(opened, client, "mgas", member["email"], times=7)
    opened.clock.advance(hours=1)
    third_hour = await sent_after(opened, client, "mgas", member["email"])
    opened.clock.advance(hours=22)

    assert (first, more, others, next_hour, third_hour) == (4, 1, 1, 5, 0)
    assert await sent_after(opened, client, "mgas", member["email"]) == 1


async def test_each_mail_and_each_letter_is_a_deed_and_what_was_refused_is_none(opened, client):
    by_mail, by_post = await opened.enrol(), await opened.enrol(brand="safiag", email=None)
    await sent_after(opened, client, "mgas", by_mail["email"], times=7)
    await sent_after(opened, client, "safiag", by_post["nir"], times=2)
    await sent_after(opened, client, "mgas", "personne@courriel.example")
    kept = await deeds(opened)
    causes = {str(one) for one in await column(opened, "SELECT cause FROM reset_tokens")}
    letter_id = await opened.value("SELECT id FROM posted_codes")
    letter = next(one for one in kept if one["kind"] == "letter_required")

    assert Counter(one["kind"] for one in kept) == {"reset_mailed": 5, "letter_required": 1}
    assert {one["details"]["reset_id"] for one in kept if one["kind"] == "reset_mailed"} == causes
    assert letter["details"] == {"origin": "member", "letter_id": str(letter_id)}
    assert letter["account_id"] == (await opened.account(by_post))["id"]
    assert {(one["actor"], one["sealed"]) for one in kept} == {("anonymous", None)}


async def column(opened: OpenedIdentity, query: str) -> list[Any]:
    async with opened.identity.database.connection() as connection:
        return [row[0] for row in await connection.fetch(query)]


async def test_the_mails_that_say_that_an_address_is_taken_have_the_same_quota(opened, client):
    """Whoever knows a member's two numbers must not fill somebody else's mailbox."""
    other, member = await opened.enrol(), await opened.enrol(email=None)
    for _ in range(7):
        await create(client, member, other["email"])
        opened.clock.advance(minutes=1)

    assert len(await opened.new_events("activation.requested.v1")) == 5
