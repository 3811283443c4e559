"""A member's own passkeys: made for this session and once, shown, removed; told by mail and remembered."""

import asyncio
from uuid import uuid4

import pytest
from identity_service.store import accounts, sessions
from webauthn.helpers import base64url_to_bytes

from tests.support.account_steps import call, deeds_of, signed_in, tokens_of
from tests.support.identity_steps import mailed_token, redeem, refresh
from tests.support.passkey_steps import PASSKEYS, add, offered, sign_in_by, with_passkey
from tests.support.soft_passkey import Lie, SoftPasskey, ed25519_key, es256, tampered
from tests.support.waiting import eventually

WAITING_FOR_LOCKS = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


async def test_the_options_ask_for_a_verified_member_and_name_nobody(opened, client):
    _, tokens = await signed_in(opened, client)
    options = await offered(client, tokens["access_token"])
    again = await offered(client, tokens["access_token"])
    name = opened.identity.brands["mgas"].name

    assert options["rp"] == {"name": name, "id": "espace.example"}
    assert options["user"] == {"id": options["user"]["id"]} | dict.fromkeys(
        ("name", "displayName"), f"Espace adhérent {name}"
    )
    assert options["authenticatorSelection"] == {
        "residentKey": "required",
        "requireResidentKey": True,
        "userVerification": "required",
    }
    assert (options["attestation"], options["excludeCredentials"], options["timeout"]) == ("none", [], 300_000)
    assert [one["alg"] for one in options["pubKeyCredParams"]] == [-8, -7, -257]
    assert [len(base64url_to_bytes(one)) for one in (options["challenge"], options["user"]["id"])] == [32, 32]
    assert options["challenge"] != again["challenge"]
    assert options["user"] == again["user"]


@pytest.mark.parametrize("make_key", [es256, ed25519_key])
async def test_a_passkey_that_was_made_is_shown_and_opens_a_session(opened, client, make_key):
    _, tokens = await signed_in(opened, client)
    passkey = SoftPasskey(make_key)
    credential = passkey.create(await offered(client, tokens["access_token"]))
    added = await add(client, tokens["access_token"], credential, "  Téléphone\u00a0de  Françoise ")
    opened.clock.advance(minutes=1)
    opening = await sign_in_by(client, passkey)
    shown = await call(client, "GET", PASSKEYS, opening.body["access_token"])
    as_added = {
        "id": added.body["id"],
        "label": "Téléphone de Françoise",
        "created_at": "2026-03-10T09:00:00Z",
        "last_used_at": None,
        "last_refused_at": None,
        "synced": True,
    }

    assert (added.status, added.body) == (201, as_added)
    assert opening.status == 201
    assert shown.body == {"items": [{**as_added, "last_used_at": "2026-03-10T09:01:00Z"}], "next": None}
    assert (await offered(client, opening.body["access_token"]))["excludeCredentials"] == [
        {"id": credential["id"], "type": "public-key"}
    ]


async def test_what_a_passkey_is_called_is_kept_sealed_and_may_be_left_out(opened, client):
    _, tokens = await signed_in(opened, client)
    token = tokens["access_token"]
    await add(client, token, SoftPasskey().create(await offered(client, token)), "Tablette de Zébulon")
    unnamed = await call(
        client, "POST", PASSKEYS, token, {"credential": SoftPasskey().create(await offered(client, token))}
    )
    blank = await add(client, token, SoftPasskey().create(await offered(client, token)), "   ")
    rows = await opened.value("SELECT string_agg(to_jsonb(passkeys)::text, ' ') FROM passkeys")

    assert [unnamed.body["label"], blank.body["label"]] == ["Clé d’accès", "Clé d’accès"]
    assert "Zébulon" not in rows
    assert "Zébulon".encode().hex() not in rows


async def test_adding_and_removing_are_deeds_and_are_told(opened, client):
    member, tokens, _ = await with_passkey(opened, client)
    [shown] = (await call(client, "GET", PASSKEYS, tokens["access_token"])).body["items"]
    [added] = [one for one in await opened.new_events() if one.type == "passkeys.changed.v1"]
    removed = await call(client, "DELETE", f"{PASSKEYS}/{shown['id']}", tokens["access_token"])
    [told] = await opened.new_events()

    assert removed.status == 204
    assert [(one.data["change"], one.data["email"], one.sealed_fields) for one in (added, told)] == [
        ("added", member["email"], {"email"}),
        ("removed", member["email"], {"email"}),
    ]
    assert told.data["version"] == added.data["version"] + 1
    assert [deed for deed in await deeds_of(opened, member) if deed[0].startswith("passkey")] == [
        ("passkey_added", "member", {"passkey_id": shown["id"]}),
        ("passkey_removed", "member", {"passkey_id": shown["id"]}),
    ]


async def test_a_removed_passkey_opens_nothing_and_ends_the_other_sessions(opened, client):
    _, tokens, passkey = await with_passkey(opened, client)
    elsewhere = (await sign_in_by(client, passkey)).body
    [shown] = (await call(client, "GET", PASSKEYS, tokens["access_token"])).body["items"]
    await call(client, "DELETE", f"{PASSKEYS}/{shown['id']}", tokens["access_token"])

    assert (await sign_in_by(client, passkey)).code == "wrong-credentials"
    assert (await refresh(client, elsewhere["refresh_token"])).code == "session-ended"
    assert (await refresh(client, tokens["refresh_token"])).status == 200
    assert (await call(client, "GET", PASSKEYS, tokens["access_token"])).body["items"] == []


async def test_a_new_password_leaves_passkeys_and_says_how_many_there_are(opened, client):
    member, _, passkey = await with_passkey(opened, client)
    await opened.new_events()
    token = await mailed_token(opened, client, "mgas", member["email"])
    redeemed = await redeem(client, "mgas", token, "une autre phrase de passe")
    [told] = await opened.new_events("password.changed.v1")

    assert (redeemed.status, told.data["passkeys"]) == (204, 1)
    assert (await sign_in_by(client, passkey)).status == 201


async def test_somebody_elses_passkey_is_as_unknown_as_none(opened, client):
    _, mine = await signed_in(opened, client)
    _, theirs, passkey = await with_passkey(opened, client)
    [shown] = (await call(client, "GET", PASSKEYS, theirs["access_token"])).body["items"]
    strangers = [shown["id"], str(uuid4()), "options", shown["id"].replace("-", ""), "nonsense"]
    answers = [await call(client, "DELETE", f"{PASSKEYS}/{one}", mine["access_token"]) for one in strangers]

    assert {(answer.status, answer.code) for answer in answers} == {(404, "not-found")}
    assert (await sign_in_by(client, passkey)).status == 201


async def test_passkeys_are_changed_only_after_a_recent_sign_in(opened, client):
    _, tokens, _ = await with_passkey(opened, client)
    token = tokens["access_token"]
    options = await offered(client, token)
    [shown] = (await call(client, "GET", PASSKEYS, token)).body["items"]
    opened.clock.advance(minutes=9, seconds=59)
    fresh = (await refresh(client, tokens["refresh_token"])).body["access_token"]
    opened.clock.advance(seconds=1)
    answers = [
        await call(client, "POST", f"{PASSKEYS}/options", fresh),
        await add(client, fresh, SoftPasskey().create(options)),
        await call(client, "DELETE", f"{PASSKEYS}/{shown['id']}", fresh),
    ]

    assert {(answer.status, answer.code) for answer in answers} == {(403, "recent-sign-in-required")}
    assert len((await call(client, "GET", PASSKEYS, fresh)).body["items"]) == 1


async def test_a_session_that_is_ended_meanwhile_changes_nothing_any_more(opened, client):
    member, tokens, _ = await with_passkey(opened, client)
    token, account = tokens["access_token"], await opened.account(member)
    made = SoftPasskey().create(await offered(client, token))
    [shown] = (await call(client, "GET", PASSKEYS, token)).body["items"]
    async with opened.identity.database.transaction() as connection:
        await accounts.lock(connection, account["id"])  # as a reset does that is redeemed at this moment
        waiting = [
            asyncio.create_task(add(client, token, made)),
            asyncio.create_task(call(client, "DELETE", f"{PASSKEYS}/{shown['id']}", token)),
        ]
        assert await eventually(lambda: opened.value(WAITING_FOR_LOCKS), lambda found: found == 2) == 2
        await sessions.end_all(connection, account["id"], now=opened.clock.now(), because="a test")
    answers = [await one for one in waiting]

    assert [(one.status, one.code) for one in answers] == [(401, "not-signed-in")] * 2
    assert await opened.value("SELECT count(*) FROM passkeys") == 1


async def test_options_serve_once_for_their_session_and_for_five_minutes(opened, client):
    member, here = await signed_in(opened, client)
    there = await tokens_of(client, member)
    _, other = await signed_in(opened, client)
    options = await offered(client, here["access_token"])
    made = SoftPasskey().create(options)
    refused = [
        await add(client, there["access_token"], made),  # another session of the same member
        await add(client, other["access_token"], made),  # another member
    ]
    taken = await add(client, here["access_token"], made)
    refused.append(await add(client, here["access_token"], SoftPasskey().create(options)))  # a second time
    late = SoftPasskey().create(await offered(client, here["access_token"]))
    opened.clock.advance(minutes=5)
    refused.append(await add(client, here["access_token"], late))

    assert taken.status == 201
    assert [(one.status, one.code) for one in refused] == [(422, "passkey-refused")] * 4


async def test_an_answer_that_is_not_what_was_asked_makes_no_passkey(opened, client):
    _, tokens = await signed_in(opened, client)
    _, _, known = await with_passkey(opened, client)
    token, passkey = tokens["access_token"], SoftPasskey()
    sign_in = await (await client.post("/v1/mgas/passkey-sessions/options")).json()
    lies = {
        "a challenge of a sign-in": Lie(challenge=sign_in["challenge"]),
        "a challenge of nobody": Lie(challenge="A" * 43),
        "signing instead of making": Lie(type="webauthn.get"),
        "another origin": Lie(origin="https://espace.example.attacker.example"),
        "the origin without its scheme's s": Lie(origin="http://espace.example"),
        "a page in a frame": Lie(cross_origin=True),
        "another domain": Lie(rp_id="attacker.example"),
        "nobody present": Lie(flags=4),
        "nobody verified": Lie(flags=1),
        "a copy of what cannot be copied": Lie(flags=1 | 4 | 16),
        "somebody else's passkey": Lie(credential_id=known.credential_id),
        "a key that is no point": Lie(public_key=passkey.cose_key()[:-32] + bytes(32)),
        "a key that is no key": Lie(public_key=b"\xa0"),
    }
    answers = {
        name: await add(client, token, passkey.create(await offered(client, token), lie)) for name, lie in lies.items()
    }
    made = passkey.create(await offered(client, token))
    answers["bytes that were changed"] = await add(client, token, tampered(made, "attestationObject"))
    made = passkey.create(await offered(client, token))
    answers["an id that is not the one inside"] = await add(client, token, {**made, "id": "AAAAAAAAAAAAAAAAAAAAAA"})

    assert {name: answer.code for name, answer in answers.items()} == dict.fromkeys(answers, "passkey-refused")
    assert (await call(client, "GET", PASSKEYS, token)).body["items"] == []
    assert (await sign_in_by(client, known)).status == 201


async def test_ten_passkeys_are_enough_also_when_they_come_at_once(opened, client):
    _, tokens = await signed_in(opened, client)
    token = tokens["access_token"]
    made = [SoftPasskey().create(await offered(client, token)) for _ in range(12)]
    answers = await asyncio.gather(*(add(client, token, one) for one in made))

    assert sorted(answer.status for answer in answers) == [201] * 10 + [409] * 2
    assert {answer.code for answer in answers if answer.status == 409} == {"too-many-passkeys"}
    assert (await call(client, "POST", f"{PASSKEYS}/options", token)).code == "too-many-passkeys"
    assert len((await call(client, "GET", PASSKEYS, token)).body["items"]) == 10


async def test_one_person_of_two_brands_is_two_strangers_to_an_authenticator(opened, client):
    nir = "2580275123456"
    _, first = await signed_in(opened, client, nir=nir, brand="demo")
    _, second = await signed_in(opened, client, nir=nir)
    handles = [(await offered(client, one["access_token"]))["user"]["id"] for one in (first, second)]

    assert handles[0] != handles[1]
