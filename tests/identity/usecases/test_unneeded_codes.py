"""A posted code that is not needed any more is told once: its letter need not leave. One that has left stays good."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from identity_service.domain.deeds import StaffAct
from identity_service.store import accounts
from identity_service.usecases.require_letter import LetterWish, require_letter
from identity_service.usecases.send_letter import send_letter

from tests.support.account_steps import change_email, signed_in, undo_email
from tests.support.identity_fixtures import OpenedIdentity
from tests.support.identity_steps import (
    SIX_DIGITS,
    ask,
    connect,
    mailed_token,
    redeem,
    sign_in,
)
from tests.support.passkey_steps import sign_in_by, with_passkey

UNNEEDED, LETTER = "posted-code.unneeded.v1", "letter.required.v1"


@pytest.fixture
async def member(opened, client):
    """A member of safiag who has no address and knows the password."""
    member = await opened.enrol(brand="safiag", email=None)
    assert (await connect(client, "safiag", member["nir"], member["statement_identifier"])).status == 204
    return member


async def letter_to(opened: OpenedIdentity, member: dict[str, Any]) -> UUID:
    """Have a code posted, as for who has asked for it."""
    account, wish = await opened.account(member), LetterWish(uuid4(), "member")
    async with opened.identity.database.transaction() as connection:
        held = (await accounts.hold(connection, [account["id"]]))[account["id"]]
        assert await require_letter(opened.identity, connection, held, wish, now=opened.clock.now()) is None
    await opened.new_events()
    return wish.id


async def advisers_letter_to(opened: OpenedIdentity, member: dict[str, Any]) -> UUID:
    """Let an adviser have a code posted."""
    account, act = await opened.account(member), StaffAct(member["brand"], "adviser-7", "demande par téléphone")
    letter_id = await send_letter(opened.identity, account["id"], act, now=opened.clock.now())
    await opened.new_events()
    return letter_id


async def told(opened: OpenedIdentity) -> list[tuple[str, datetime | None]]:
    """Return the letters that were told since the last look, each with the instant of the sign-in."""
    instants = [(one.data["letter_id"], one.data["signed_in_at"]) for one in await opened.new_events(UNNEEDED)]
    return [(letter, at and datetime.fromisoformat(at)) for letter, at in instants]


async def test_who_signs_in_needs_no_letter_and_that_is_told_once(opened, client, member):
    letter = await letter_to(opened, member)
    wrong = await sign_in(client, "safiag", member["nir"], "907316")
    before = await told(opened)
    answers = [await sign_in(client, "safiag", member["nir"], SIX_DIGITS) for _ in range(2)]
    account = await opened.account(member)
    (event,) = await opened.new_events(UNNEEDED)

    assert (wrong.status, before, [one.status for one in answers]) == (401, [], [201, 201])
    assert event.sealed_fields == frozenset()
    assert event.data == {
        "version": account["version"],
        "letter_id": str(letter),
        "account_id": str(account["id"]),
        "member_id": member["member_id"],
        "brand": "safiag",
        "signed_in_at": opened.clock.now().isoformat().replace("+00:00", "Z"),
    }


async def test_nobody_who_signs_in_stops_the_letter_that_an_adviser_has_had_sent(opened, client, member):
    await advisers_letter_to(opened, member)
    answer = await sign_in(client, "safiag", member["nir"], SIX_DIGITS)

    assert (answer.status, await told(opened)) == (201, [])


async def test_a_passkey_tells_it_too(opened, client):
    member, _, passkey = await with_passkey(opened, client)
    letter = await letter_to(opened, member)
    answer = await sign_in_by(client, passkey)

    assert answer.status == 201
    assert await told(opened) == [(str(letter), opened.clock.now())]


async def test_the_code_of_a_letter_that_has_left_stays_good(opened, client, member):
    await ask(client, "safiag", member["nir"])
    await opened.decide()
    (letter,) = await opened.new_events(LETTER)
    await sign_in(client, "safiag", member["nir"], SIX_DIGITS)
    opened.clock.advance(days=4)

    assert (await connect(client, "safiag", member["nir"], letter.data["code"], "739184")).status == 204


@pytest.mark.parametrize(
    "gone", ["used_at = created_at", "cancelled_at = created_at", "expires_at = created_at", "unneeded_at = created_at"]
)
async def test_of_a_code_that_is_gone_nothing_is_told(opened, client, member, gone: str):
    await letter_to(opened, member)
    await opened.value(f"UPDATE posted_codes SET {gone}")

    assert (await sign_in(client, "safiag", member["nir"], SIX_DIGITS)).status == 201
    assert await told(opened) == []


async def test_who_tries_the_code_at_this_moment_holds_up_no_sign_in(opened, client, member):
    letter = await letter_to(opened, member)
    async with opened.identity.database.transaction() as trying:
        await trying.execute("UPDATE posted_codes SET tries = tries + 1")
        first = await sign_in(client, "safiag", member["nir"], SIX_DIGITS)
    meanwhile = await told(opened)
    await sign_in(client, "safiag", member["nir"], SIX_DIGITS)

    assert (first.status, meanwhile) == (201, [])
    assert await told(opened) == [(str(letter), opened.clock.now())]


async def test_a_password_that_is_chosen_by_a_mailed_link_stops_the_letter_whose_code_it_cancels(opened, client):
    member = await opened.enrol()
    letter = await letter_to(opened, member)
    token = await mailed_token(opened, client, "mgas", member["email"])
    assert (await redeem(client, "mgas", token)).status == 204

    assert await told(opened) == [(str(letter), None)]


async def test_a_change_of_address_that_is_undone_stops_the_letter_whose_code_it_cancels(opened, client):
    member, tokens = await signed_in(opened, client)
    changed = await change_email(opened, client, tokens, "voleur@courriel.example")
    letter = await letter_to(opened, member)
    assert (await undo_email(client, "mgas", changed["undo_token"])).status == 204

    assert await told(opened) == [(str(letter), None)]


async def test_a_letter_that_replaces_another_stops_it(opened, client, member):
    letter = await letter_to(opened, member)
    account, act = await opened.account(member), StaffAct("safiag", "adviser-7", "courrier perdu")
    second = await send_letter(opened.identity, account["id"], act, now=opened.clock.now())
    events = [(one.type, one.data["letter_id"]) for one in await opened.new_events(UNNEEDED, LETTER)]

    assert events == [(UNNEEDED, str(letter)), (LETTER, str(second))]


async def test_a_code_that_was_told_as_unneeded_is_not_told_again_when_it_is_cancelled(opened, client, member):
    await letter_to(opened, member)
    await sign_in(client, "safiag", member["nir"], SIX_DIGITS)
    await told(opened)
    await letter_to(opened, member)

    assert await opened.value("SELECT count(*) FROM posted_codes WHERE cancelled_at IS NOT NULL") == 1
    assert await opened.value("SELECT count(*) FROM outbox WHERE type = $1", UNNEEDED) == 1


async def test_who_was_in_and_has_forgotten_the_password_again_gets_another_letter_at_once(opened, client, member):
    letters = []
    for _ in range(2):
        opened.clock.advance(hours=1)
        await ask(client, "safiag", member["nir"])
        await opened.decide()
        letters.append(len(await opened.new_events(LETTER)))
        await sign_in(client, "safiag", member["nir"], SIX_DIGITS)
    assert letters == [1, 1]

    await opened.value("UPDATE posted_codes SET unneeded_at = NULL")
    await ask(client, "safiag", member["nir"])
    await opened.decide()

    assert await opened.new_events(LETTER) == []
