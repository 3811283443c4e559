"""From when to when an account opens, by the calendar on a wall in Paris: the same moment for every way in.

Before the effective date nothing opens; from the end of the contract on, everything opens for five years, to read.
"""

import base64
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from tests.support.access_steps import create, look_up
from tests.support.identity_fixtures import OpenedIdentity, set_password
from tests.support.identity_steps import PASSPHRASE, SIX_DIGITS, ask, connect, redeem, refresh, sign_in

TICK = timedelta(microseconds=1)
NO_END = None
SINCE = "2019-01-01"

# (effective date, end date, instant at which it changes, open from then on)
MOMENTS = [
    ("2026-03-29", NO_END, datetime(2026, 3, 28, 23, tzinfo=UTC), True),  # clocks go forward in that night
    ("2026-03-30", NO_END, datetime(2026, 3, 29, 22, tzinfo=UTC), True),
    ("2026-07-01", NO_END, datetime(2026, 6, 30, 22, tzinfo=UTC), True),  # summer
    ("2026-10-25", NO_END, datetime(2026, 10, 24, 22, tzinfo=UTC), True),  # clocks go back in that night
    ("2026-10-26", NO_END, datetime(2026, 10, 25, 23, tzinfo=UTC), True),
    ("2027-01-01", NO_END, datetime(2026, 12, 31, 23, tzinfo=UTC), True),  # winter
    (SINCE, "2021-03-29", datetime(2026, 3, 29, 22, tzinfo=UTC), False),
    (SINCE, "2021-10-25", datetime(2026, 10, 25, 23, tzinfo=UTC), False),
    (SINCE, "2024-02-29", datetime(2029, 2, 28, 23, tzinfo=UTC), False),  # there is no 29 February then
]
Way = Callable[[OpenedIdentity, aiohttp.ClientSession, dict[str, Any]], Awaitable[bool]]


async def signs_in(_opened, client, member) -> bool:
    return (await sign_in(client, member["brand"], member["email"])).status == 201


async def gets_a_mail(opened, client, member) -> bool:
    await ask(client, member["brand"], member["email"])
    await opened.decide()
    return [event.type for event in await opened.new_events()] == ["reset.requested.v1"]


async def gets_a_letter(opened, client, member) -> bool:
    await ask(client, member["brand"], member["nir"])
    await opened.decide()
    return [event.type for event in await opened.new_events()] == ["letter.required.v1"]


async def connects_first(_opened, client, member) -> bool:
    return (await connect(client, member["brand"], member["nir"], member["statement_identifier"])).status == 204


async def looks_up(_opened, client, member) -> bool:
    return (await look_up(client, member)).status == 200


async def creates(_opened, client, member) -> bool:
    return (await create(client, member, f"nouvelle.{member['membership_number']}@courriel.example")).status == 202


WAYS: dict[str, tuple[Way, dict[str, Any]]] = {
    "sign-in": (signs_in, {}),
    "reset by mail": (gets_a_mail, {}),
    "reset by letter": (gets_a_letter, {"brand": "safiag", "email": None}),
    "first connection": (connects_first, {"brand": "safiag", "email": None}),
    "look-up": (looks_up, {}),
    "creation": (creates, {"email": None}),
}


def scope_of(access_token: str) -> str:
    payload = access_token.split(".")[1]
    scope: str = json.loads(base64.urlsafe_b64decode(payload + "=="))["scope"]
    return scope


async def with_a_password(opened, member) -> None:
    with opened.identity.hashing.place() as place:
        password_hash = await place.hash(PASSPHRASE)
    async with opened.identity.database.transaction() as connection:
        await set_password(connection, (await opened.account(member))["id"], password_hash, opened.clock.now())


@pytest.mark.parametrize("name", WAYS)
async def test_every_way_opens_and_closes_at_midnight_in_paris(opened, client, name):
    way, fields = WAYS[name]
    seen = {}
    for begins, ends, instant, _ in MOMENTS:
        for moment in (instant - TICK, instant):
            member = await opened.enrol(effective_date=begins, end_date=ends, **fields)
            if name == "sign-in":
                await with_a_password(opened, member)
            opened.clock.set(moment)
            seen[begins, ends, moment] = await way(opened, client, member)

    assert seen == {
        (begins, ends, moment): opens if moment == instant else not opens
        for begins, ends, instant, opens in MOMENTS
        for moment in (instant - TICK, instant)
    }


async def test_a_link_that_was_mailed_opens_nothing_once_five_years_have_passed(opened, client):
    member = await opened.enrol(end_date="2021-03-29")
    opened.clock.set(datetime(2026, 3, 29, 22, tzinfo=UTC) - TICK)
    await ask(client, "mgas", member["email"])
    await opened.decide()
    (event,) = await opened.new_events()
    opened.clock.advance(microseconds=1)

    assert (await redeem(client, "mgas", event.data["token"])).code == "reset-token-invalid"


async def test_a_token_says_from_the_day_after_the_end_on_that_it_only_reads(opened, client):
    member = await opened.enrol(brand="safiag", end_date="2026-10-25")
    opened.clock.set(datetime(2026, 10, 25, 22, 59, tzinfo=UTC))  # the last minute of the longest day of the year
    await connect(client, "safiag", member["nir"], member["statement_identifier"])
    last = (await sign_in(client, "safiag", member["nir"], SIX_DIGITS)).body
    opened.clock.advance(minutes=1)
    next_day = (await refresh(client, last["refresh_token"])).body
    anew = (await sign_in(client, "safiag", member["nir"], SIX_DIGITS)).body
    scopes = [scope_of(one["access_token"]) for one in (last, next_day, anew)]

    assert scopes == ["member", "member.read", "member.read"]


async def test_a_session_ends_with_the_five_years(opened, client):
    member = await opened.enrol(end_date="2021-10-25")
    await with_a_password(opened, member)
    opened.clock.set(datetime(2026, 10, 25, 22, 59, tzinfo=UTC))
    tokens = (await sign_in(client, "mgas", member["email"])).body
    opened.clock.advance(minutes=1)

    assert (await refresh(client, tokens["refresh_token"])).code == "session-ended"
