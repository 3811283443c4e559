"""Sessions: kept alive by tokens that serve once, ended by their owner, by time and by a thief."""

from datetime import timedelta

import pytest
from service_kit.signatures import TokenRefused

from tests.support.identity_fixtures import START
from tests.support.identity_steps import ask, refresh, seen, sign_in, sign_out, with_password


@pytest.fixture
async def member(opened, client):
    """A member of mgas with PASSPHRASE."""
    return await with_password(opened, client)


@pytest.fixture
async def tokens(client, member):
    """The tokens of a fresh session."""
    return (await sign_in(client, "mgas", member["email"])).body


async def ended_because(opened) -> str:
    return str(await opened.value("SELECT ended_because FROM sessions"))


async def test_each_refresh_gives_a_new_token_of_the_same_session(client, tokens):
    seen_tokens, current = {tokens["refresh_token"]}, tokens["refresh_token"]
    for _ in range(5):
        answer = await refresh(client, current)
        current = answer.body["refresh_token"]
        seen_tokens.add(current)

        assert (answer.status, answer.body["session_id"]) == (200, tokens["session_id"])
    assert len(seen_tokens) == 6


async def test_a_token_that_comes_a_second_time_ends_the_session_for_both_holders(opened, client, tokens):
    fresh = (await refresh(client, tokens["refresh_token"])).body["refresh_token"]
    reused = await refresh(client, tokens["refresh_token"])

    assert (reused.status, reused.code) == (401, "session-ended")
    assert (await refresh(client, fresh)).code == "session-ended"
    assert await ended_because(opened) == "refresh token used twice"


async def test_an_old_token_of_a_session_ends_it_however_long_ago_it_served(opened, client, tokens):
    current = tokens["refresh_token"]
    for _ in range(3):
        opened.clock.advance(hours=20)
        current = (await refresh(client, current)).body["refresh_token"]
    await refresh(client, tokens["refresh_token"])

    assert (await refresh(client, current)).code == "session-ended"


async def test_reuse_in_one_session_leaves_the_others_alone(client, member, tokens):
    other = (await sign_in(client, "mgas", member["email"])).body
    await refresh(client, tokens["refresh_token"])
    await refresh(client, tokens["refresh_token"])

    assert (await refresh(client, other["refresh_token"])).status == 200


async def test_a_session_ends_when_it_is_left_alone_for_a_day(opened, client, tokens):
    opened.clock.advance(hours=24, microseconds=-1)
    fresh = (await refresh(client, tokens["refresh_token"])).body["refresh_token"]
    opened.clock.advance(hours=24)

    assert (await refresh(client, fresh)).code == "session-ended"


async def test_a_session_ends_after_thirty_days_however_busy(opened, client, tokens):
    current = tokens["refresh_token"]
    while opened.clock.now() < START + timedelta(days=29, hours=12):
        opened.clock.advance(hours=12)
        current = (await refresh(client, current)).body["refresh_token"]
    opened.clock.set(START + timedelta(days=30))

    assert (await refresh(client, current)).code == "session-ended"


async def test_signing_out_ends_the_session_and_twice_is_no_error(opened, client, tokens):
    assert (await sign_out(client, tokens["access_token"])).status == 204
    assert (await sign_out(client, tokens["access_token"])).status == 204
    assert (await refresh(client, tokens["refresh_token"])).code == "session-ended"
    assert await ended_because(opened) == "signed out"


async def test_signing_out_of_one_session_leaves_the_others_alone(client, member, tokens):
    other = (await sign_in(client, "mgas", member["email"])).body
    await sign_out(client, tokens["access_token"])

    assert (await refresh(client, other["refresh_token"])).status == 200


async def test_an_access_token_lives_ten_minutes(opened, client, tokens):
    verifier = opened.identity.foundation.authentication.members
    expires = START + timedelta(minutes=10)

    assert verifier.member(tokens["access_token"], now=expires)
    with pytest.raises(TokenRefused):
        verifier.member(tokens["access_token"], now=expires + timedelta(seconds=6))

    opened.clock.set(expires + timedelta(seconds=6))

    assert (await sign_out(client, tokens["access_token"])).code == "not-signed-in"


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic abc", "Bearer a.b.c", "Bearer " + "x" * 5000])
async def test_without_a_token_of_ours_nobody_is_signed_in(client, header):
    async with client.delete("/v1/sessions/current", headers={"Authorization": header}) as response:
        answer = await seen(response)

    assert (answer.status, answer.code) == (401, "not-signed-in")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_an_altered_token_is_refused(client, tokens):
    head, claims, signature = tokens["access_token"].split(".")
    for altered in (f"{head}.{claims}.{signature[::-1]}", f"{head}.{claims[:-2]}AA.{signature}", f"{head}.{claims}."):
        assert (await sign_out(client, altered)).code == "not-signed-in"


async def test_a_session_whose_member_may_not_come_in_any_more_is_not_kept_alive(opened, client, member, tokens):
    await opened.hear({**member, "version": 2, "end_date": "2020-06-30"}, event="member.changed.v1")

    assert (await refresh(client, tokens["refresh_token"])).code == "session-ended"


async def test_a_session_of_a_brand_that_left_is_not_kept_alive(opened, client, tokens):
    del opened.identity.brands["mgas"]

    assert (await refresh(client, tokens["refresh_token"])).code == "session-ended"


async def test_unknown_used_and_ended_tokens_get_one_answer(opened, client, member, tokens):
    other = (await sign_in(client, "mgas", member["email"])).body
    await refresh(client, tokens["refresh_token"])
    await sign_out(client, other["access_token"])
    answers = [await refresh(client, token) for token in ("A" * 43, tokens["refresh_token"], other["refresh_token"])]

    assert answers[0] == answers[1] == answers[2]


async def test_an_access_token_of_one_brand_changes_nothing_on_the_paths_of_another(opened, client, tokens):
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    with_token = []
    for brand in ("safiag", "mgas"):
        body = {"identifier": "personne@courriel.example"}
        async with client.post(f"/v1/{brand}/password-resets", json=body, headers=headers) as response:
            with_token.append(await seen(response))

    assert with_token[0] == await ask(client, "safiag", "personne@courriel.example")
    assert with_token[1] == await ask(client, "mgas", "personne@courriel.example")
