"""One's own account and its history, as only its member sees them."""

import pytest
from identity_service.domain.deeds import Deed, StaffAct

from tests.support.account_steps import call, signed_in, tokens_of
from tests.support.identity_fixtures import TERMS
from tests.support.identity_steps import SIX_DIGITS, connect, mailed_token, redeem, sign_in


async def test_a_member_of_mgas_sees_the_own_account(opened, client):
    member, tokens = await signed_in(opened, client)
    answer = await call(client, "GET", "/v1/account", tokens["access_token"])

    assert answer.status == 200
    assert answer.body == {
        "brand": "mgas",
        "email": member["email"],
        "login_identifier": "email",
        "password_changed_at": "2026-03-10T09:00:00Z",
        "terms": {"version": None, "accepted_at": None, "to_accept": TERMS},
        "passkeys": 0,
        "new_device_check": False,
        "read_only": False,
    }
    assert answer.headers["Cache-Control"] == "no-store"


async def test_a_member_of_safiag_without_an_address_sees_what_was_accepted(opened, client):
    member = await opened.enrol(brand="safiag", email=None)
    await connect(client, "safiag", member["nir"], member["statement_identifier"])
    tokens = await tokens_of(client, member, SIX_DIGITS)
    body = (await call(client, "GET", "/v1/account", tokens["access_token"])).body

    assert (body["email"], body["login_identifier"], body["new_device_check"]) == (None, "nir", False)
    assert body["terms"] == {"version": TERMS, "accepted_at": "2026-03-10T09:00:00Z", "to_accept": None}


async def test_an_ended_contract_is_told(opened, client):
    member, tokens = await signed_in(opened, client)
    await opened.hear({**member, "version": 2, "end_date": "2026-03-09"}, event="member.changed.v1")

    assert (await call(client, "GET", "/v1/account", tokens["access_token"])).body["read_only"] is True


async def test_an_address_that_does_not_open_leaves_the_rest_to_be_seen(opened, client):
    _, tokens = await signed_in(opened, client)
    async with opened.identity.database.transaction() as connection:
        await connection.execute("UPDATE accounts SET email_sealed = $1", b"k:not what it was sealed as")
    answer = await call(client, "GET", "/v1/account", tokens["access_token"])

    assert (answer.status, answer.body["email"]) == (200, None)


async def test_the_history_tells_in_french_without_names_or_reasons(opened, client):
    member, tokens = await signed_in(opened, client)
    account_id = (await opened.account(member))["id"]
    opened.clock.advance(minutes=1)
    act = StaffAct("mgas", "paul.durand@mgas.example", "a appelé, très énervé")
    async with opened.identity.database.transaction() as connection:
        await opened.identity.record(connection, act.deed("account_unlocked", account_id), now=opened.clock.now())
    answer = await call(client, "GET", "/v1/account/history", tokens["access_token"])
    newest = answer.body["items"][0]

    assert answer.status == 200
    assert newest.pop("id")
    assert newest == {
        "at": "2026-03-10T09:01:00Z",
        "kind": "account_unlocked",
        "text": "Un conseiller a débloqué votre connexion par mot de passe.",
    }
    assert {"signed_in", "reset_mailed"} <= {one["kind"] for one in answer.body["items"]}
    assert "Durand" not in str(answer.body).title()
    assert "énervé" not in str(answer.body)


async def test_the_history_is_read_page_by_page_and_is_ones_own(opened, client):
    member, tokens = await signed_in(opened, client)
    _, others = await signed_in(opened, client)
    account_id = (await opened.account(member))["id"]
    async with opened.identity.database.transaction() as connection:
        for number in range(7):
            opened.clock.advance(seconds=number // 2)  # some at the same instant
            deed = Deed("history_read", "mgas", account_id, "staff")
            await opened.identity.record(connection, deed, now=opened.clock.now())
    whole = (await call(client, "GET", "/v1/account/history?limit=100", tokens["access_token"])).body["items"]
    pages, cursor = [], ""
    while cursor is not None:
        path = f"/v1/account/history?limit=3{cursor and '&cursor='}{cursor}"
        page = (await call(client, "GET", path, tokens["access_token"])).body
        pages.append(page["items"])
        last, cursor = cursor, page["next"]

    assert [one for page in pages for one in page] == whole
    assert [len(page) for page in pages[:-1]] == [3] * (len(pages) - 1)
    assert [one["at"] for one in whole] == sorted((one["at"] for one in whole), reverse=True)

    stolen = await call(client, "GET", f"/v1/account/history?cursor={last}", others["access_token"])

    assert (stolen.status, stolen.field_codes) == (422, [("cursor", "invalid-cursor")])
    assert {one["id"] for one in whole}.isdisjoint(
        one["id"] for one in (await call(client, "GET", "/v1/account/history", others["access_token"])).body["items"]
    )


@pytest.mark.parametrize("path", ["/v1/account", "/v1/account/history"])
async def test_a_reset_closes_the_account_to_whoever_was_signed_in(opened, client, path):
    member, tokens = await signed_in(opened, client)
    token = await mailed_token(opened, client, "mgas", member["email"])
    await redeem(client, "mgas", token, "une autre phrase bien longue")

    assert (await call(client, "GET", path, tokens["access_token"])).code == "not-signed-in"
    assert (await sign_in(client, "mgas", member["email"], "une autre phrase bien longue")).status == 201
