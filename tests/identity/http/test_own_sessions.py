"""One's own sessions: shown, ended from anywhere, and dead at once for every signed-in endpoint of identity."""

import re
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from identity_service.http.endpoints import ENDPOINTS
from service_kit.http.endpoints import SignedIn

from tests.support.account_steps import call, deeds_of, signed_in, tokens_of
from tests.support.identity_fixtures import START
from tests.support.identity_steps import refresh, sign_in

MANUAL = Path(__file__).parents[3] / "docs" / "operating.md"

# Signing out twice is no error; every other one wants a session that goes on. A passkey's body is made in its own test.
ELSEWHERE = {"end_current_session", "add_passkey"}
OWN = [one for one in ENDPOINTS if isinstance(one.access, SignedIn) and one.operation not in ELSEWHERE]


async def test_a_member_sees_the_own_sessions_and_which_is_the_present_one(opened, client):
    member, first = await signed_in(opened, client)
    opened.clock.advance(minutes=5)
    async with client.post(
        "/v1/mgas/sessions",
        json={"identifier": member["email"], "password": "cheval agrafe batterie correcte"},
        headers={"User-Agent": "Mozilla/5.0 (iPhone) Version/18.6 Safari/604.1 secret-marker"},
    ) as response:
        second = await response.json()
    opened.clock.advance(minutes=1)
    await refresh(client, first["refresh_token"])
    answer = await call(client, "GET", "/v1/sessions", first["access_token"])
    items = answer.body["items"]

    assert (answer.status, answer.body["next"]) == (200, None)
    assert [one["id"] for one in items] == [first["session_id"], second["session_id"]]
    assert [one["current"] for one in items] == [True, False]
    assert [one["device"] for one in items] == ["appareil inconnu", "Safari, iPhone"]
    assert [one["acr"] for one in items] == ["password", "password"]
    assert [one["created_at"] for one in items] == ["2026-03-10T09:00:00Z", "2026-03-10T09:05:00Z"]
    assert [one["last_used_at"] for one in items] == ["2026-03-10T09:06:00Z", "2026-03-10T09:05:00Z"]
    assert [one["expires_at"] for one in items] == ["2026-03-11T09:06:00Z", "2026-03-11T09:05:00Z"]


async def test_sessions_that_have_ended_are_not_shown(opened, client):
    member, tokens = await signed_in(opened, client)
    other = await tokens_of(client, member)
    await call(client, "DELETE", "/v1/sessions/current", other["access_token"])
    opened.clock.set(START + timedelta(hours=23))
    fresh = (await refresh(client, tokens["refresh_token"])).body
    opened.clock.set(START + timedelta(hours=25))
    fresh = (await refresh(client, fresh["refresh_token"])).body
    shown = (await call(client, "GET", "/v1/sessions", fresh["access_token"])).body["items"]

    assert [one["id"] for one in shown] == [tokens["session_id"]]


async def test_a_member_ends_a_session_elsewhere(opened, client):
    member, here = await signed_in(opened, client)
    elsewhere = await tokens_of(client, member)
    path = f"/v1/sessions/{elsewhere['session_id']}"

    assert (await call(client, "DELETE", path, here["access_token"])).status == 204
    assert (await refresh(client, elsewhere["refresh_token"])).code == "session-ended"
    assert (await refresh(client, here["refresh_token"])).status == 200
    assert (await call(client, "DELETE", path, here["access_token"])).code == "not-found"
    assert [
        (kind, details["because"]) for kind, _, details in await deeds_of(opened, member) if kind == "session_ended"
    ] == [("session_ended", "ended_by_its_owner")]


async def test_somebody_elses_session_is_as_unknown_as_none(opened, client):
    _, mine = await signed_in(opened, client)
    _, theirs = await signed_in(opened, client)
    strangers = (theirs["session_id"], str(uuid4()), "refresh", "nonsense", mine["session_id"].replace("-", ""))
    answers = [await call(client, "DELETE", f"/v1/sessions/{one}", mine["access_token"]) for one in strangers]

    assert {(answer.status, answer.code) for answer in answers} == {(404, "not-found")}
    assert all(answer == answers[0] for answer in answers)
    assert (await refresh(client, theirs["refresh_token"])).status == 200


@pytest.mark.parametrize("endpoint", OWN, ids=lambda one: one.operation)
async def test_an_access_token_opens_nothing_here_once_its_session_has_ended(opened, client, endpoint):
    _, tokens = await signed_in(opened, client)
    await call(client, "DELETE", "/v1/sessions/current", tokens["access_token"])
    path = endpoint.path.replace("{id}", tokens["session_id"])
    fields = endpoint.body.model_fields if endpoint.body else {}
    body = dict.fromkeys(fields, "x") if endpoint.body else None
    answer = await call(client, endpoint.method, path, tokens["access_token"], body)

    assert (answer.status, answer.code) == (401, "not-signed-in")


async def test_a_member_whose_contract_ended_long_ago_is_not_signed_in_any_more(opened, client):
    member, tokens = await signed_in(opened, client)
    await opened.hear({**member, "version": 2, "end_date": "2020-06-30"}, event="member.changed.v1")

    assert (await call(client, "GET", "/v1/sessions", tokens["access_token"])).code == "not-signed-in"


@pytest.mark.parametrize("everybody", [False, True])
async def test_an_operator_signs_out_one_member_or_everybody_as_the_manual_says(opened, client, everybody):
    member, theirs = await signed_in(opened, client)
    _, others = await signed_in(opened, client)
    for_all, of_one = re.findall(r"```sql\n(UPDATE sessions .*)\n(.*);\n```", MANUAL.read_text(encoding="utf-8"))[0]
    account = await opened.account(member)
    async with opened.identity.database.connection() as connection:
        await connection.execute(for_all if everybody else for_all + of_one.replace("…", str(account["id"])))

    assert (await call(client, "GET", "/v1/account", theirs["access_token"])).code == "not-signed-in"
    assert (await refresh(client, theirs["refresh_token"])).code == "session-ended"
    assert (await refresh(client, others["refresh_token"])).status == (401 if everybody else 200)


async def test_a_token_that_comes_a_second_time_is_told_in_the_history(opened, client):
    member, tokens = await signed_in(opened, client)
    await refresh(client, tokens["refresh_token"])
    await refresh(client, tokens["refresh_token"])
    await refresh(client, tokens["refresh_token"])
    told = [deed for deed in await deeds_of(opened, member) if deed[0] == "session_ended"]

    assert told == [
        (
            "session_ended",
            "system",
            {"session_id": tokens["session_id"], "because": "refresh_token_used_twice"},
        )
    ]


async def test_signing_in_is_a_deed_that_names_the_session_and_a_coarse_device(opened, client):
    member, tokens = await signed_in(opened, client)
    await sign_in(client, "mgas", member["email"], "une phrase qui est fausse")
    told = [deed for deed in await deeds_of(opened, member) if deed[0] == "signed_in"]

    assert told == [
        (
            "signed_in",
            "member",
            {"session_id": tokens["session_id"], "acr": "password", "device": "appareil inconnu"},
        )
    ]
