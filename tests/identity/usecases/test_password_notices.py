"""Whoever's password was chosen is told, through what is known of them, in the transaction that wrote it."""

from dataclasses import replace

import pytest

from tests.support.identity_fixtures import http_client
from tests.support.identity_steps import SIX_DIGITS, connect, mailed_token, posted_code, redeem, with_password

TOLD = "password.changed.v1"


async def the_notice(opened) -> tuple[str, bool, str | None]:
    """Return (way, by post, address) of the one notice since the last look."""
    (event,) = await opened.new_events(TOLD)
    return event.data["way"], event.data["by_post"], event.data["email"]


async def test_each_way_to_a_password_says_which_it_was(opened, client):
    member = await with_password(opened, client)

    assert await the_notice(opened) == ("mailed_link", False, member["email"])

    by_post = await opened.enrol(brand="safiag", email=None)
    await connect(client, "safiag", by_post["nir"], await posted_code(opened, client, "safiag", by_post["nir"]))

    assert await the_notice(opened) == ("posted_code", True, None)

    first = await opened.enrol(brand="safiag")
    await connect(client, "safiag", first["nir"], first["statement_identifier"])

    assert await the_notice(opened) == ("statement_identifier", False, first["email"])


@pytest.mark.parametrize(
    ("setting", "with_address", "without_address"),
    [("always", True, True), ("without_email", False, True), ("never", False, False)],
)
async def test_the_brand_says_whether_a_letter_tells(opened, setting, with_address, without_address):
    policy = opened.identity.brands["safiag"].model_copy(update={"password_notice_by_post": setting})
    opened.identity = replace(opened.identity, brands=opened.identity.brands | {"safiag": policy})
    async with http_client(opened.identity) as client:
        known = await opened.enrol(brand="safiag")
        await connect(client, "safiag", known["nir"], known["statement_identifier"])

        assert await the_notice(opened) == ("statement_identifier", with_address, known["email"])

        unknown = await opened.enrol(brand="safiag", email=None)
        await connect(client, "safiag", unknown["nir"], unknown["statement_identifier"])

        assert await the_notice(opened) == ("statement_identifier", without_address, None)


async def test_an_address_that_does_not_open_fails_no_reset_and_is_told_by_post(opened, client):
    member = await opened.enrol(brand="safiag")
    token = await mailed_token(opened, client, "safiag", member["nir"])
    async with opened.identity.database.transaction() as connection:
        await connection.execute("UPDATE accounts SET email_sealed = $1", b"gone:sealed with a key that is lost")

    assert (await redeem(client, "safiag", token, SIX_DIGITS)).status == 204
    assert await the_notice(opened) == ("mailed_link", True, None)


async def test_a_password_that_was_refused_is_told_to_nobody(opened, client):
    member = await opened.enrol()
    token = await mailed_token(opened, client, "mgas", member["email"])
    await redeem(client, "mgas", token, "court")
    await redeem(client, "mgas", "A" * 43)

    assert await opened.new_events(TOLD) == []
