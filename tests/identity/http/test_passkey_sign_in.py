"""Signing in with a passkey: a session like any other, and one refusal for whatever is not right."""

import asyncio

from identity_service.worker import forget_unanswered
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from tests.support.account_steps import call, deeds_of
from tests.support.identity_steps import PASSPHRASE, post, refresh, sign_in
from tests.support.passkey_steps import PASSKEYS, add, asked, claims_of, offered, show, sign_in_by, with_passkey
from tests.support.soft_passkey import Lie, SoftPasskey, tampered

REFUSED = (401, "wrong-credentials")
MEANINGLESS = (
    b"\x00",
    b"{}",
    b"[" * 3000,  # as JSON, nested deep
    b"\x81" * 3000,  # as CBOR, nested deep
    b"\x9b\x00\xff\xff\xff\xff\xff\xff\xff",  # a CBOR array that says it is endless
    b'{"type":1,"challenge":2,"origin":3}',
    b'{"type":"webauthn.get","challenge":"\xc3\xa9","origin":""}',
    b"\xff\xfe",
)


async def test_what_is_to_be_signed_names_nobody(opened, client):
    options = await asked(client)

    assert {name: value for name, value in options.items() if name not in ("challenge", "challenge_id")} == {
        "rpId": "espace.example",
        "timeout": 300_000,
        "userVerification": "required",
        "allowCredentials": [],
    }
    assert len(base64url_to_bytes(options["challenge"])) == 32
    assert options["challenge"].encode() not in (await opened.value("SELECT digest FROM passkey_challenges"))


async def test_the_session_is_one_of_a_passkey_and_goes_on_like_any_other(opened, client):
    member, tokens, passkey = await with_passkey(opened, client)
    passkey.origin = "https://adherents.espace.example"
    opened.clock.advance(hours=1)
    answer = await sign_in_by(client, passkey)
    refreshed = await refresh(client, answer.body["refresh_token"])
    claims = [claims_of(one["access_token"]) for one in (tokens, answer.body, refreshed.body)]

    assert (answer.status, set(answer.body)) == (201, set(tokens))
    assert [one["acr"] for one in claims] == ["password", "passkey", "passkey"]
    assert len({one["sub"] for one in claims}) == 1
    assert [deed[2]["acr"] for deed in await deeds_of(opened, member) if deed[0] == "signed_in"] == [
        "password",
        "passkey",
    ]
    assert (await call(client, "POST", f"{PASSKEYS}/options", answer.body["access_token"])).status == 200


async def test_terms_that_have_changed_are_asked_for(opened, client):
    _, _, passkey = await with_passkey(opened, client)
    answer = await sign_in_by(client, passkey)

    assert answer.body["terms_to_accept"] == opened.identity.terms["mgas"].version


async def test_every_lie_gets_the_same_refusal(opened, client):
    _, _, passkey = await with_passkey(opened, client)
    await opened.new_events()
    member, tokens, other = await with_passkey(opened, client)
    making = await offered(client, tokens["access_token"])
    foreign = await asked(client, "demo")
    lies = {
        "a challenge that makes passkeys": Lie(challenge=making["challenge"]),
        "a challenge of another brand": Lie(challenge=foreign["challenge"]),
        "a challenge of another request": Lie(challenge=(await asked(client))["challenge"]),
        "a challenge of nobody": Lie(challenge="A" * 43),
        "making instead of signing": Lie(type="webauthn.create"),
        "another origin": Lie(origin="https://attacker.example"),
        "an origin below ours that is not ours": Lie(origin="https://attacker.espace.example"),
        "our origin on another port": Lie(origin="https://espace.example:8443"),
        "a page in a frame": Lie(cross_origin=True),
        "another domain": Lie(rp_id="attacker.example"),
        "nobody present": Lie(flags=4 | 8),
        "nobody verified": Lie(flags=1 | 8),
        "another kind of authenticator": Lie(flags=1 | 4),
        "another account's passkey id": Lie(credential_id=other.credential_id),
        "another account's passkey id and handle": Lie(
            credential_id=other.credential_id, user_handle=other.user_handle
        ),
        "another account's handle": Lie(user_handle=other.user_handle),
        "no handle": Lie(user_handle=b""),
        "a passkey of nobody": Lie(credential_id=b"nobody's at all."),
    }
    answers = {name: await sign_in_by(client, passkey, lie) for name, lie in lies.items()}
    for part in ("authenticatorData", "clientDataJSON", "signature"):
        options = await asked(client)
        answers[f"{part} changed after signing"] = await show(client, options, tampered(passkey.get(options), part))

    assert {name: (one.status, one.code) for name, one in answers.items()} == dict.fromkeys(answers, REFUSED)
    assert len({str(one) for one in answers.values()}) == 1
    assert (await sign_in_by(client, passkey)).status == 201
    assert [deed for deed in await deeds_of(opened, member) if deed[0] == "passkey_refused"] == []


async def test_what_was_signed_serves_once_and_for_five_minutes(opened, client):
    _, _, passkey = await with_passkey(opened, client)
    options = await asked(client)
    signed = passkey.get(options)
    first = await show(client, options, signed)
    replayed = await show(client, options, signed)
    signed_again = await show(client, options, passkey.get(options))
    late = await asked(client)
    opened.clock.advance(minutes=5)
    expired = await show(client, late, passkey.get(late))

    assert first.status == 201
    assert [(one.status, one.code) for one in (replayed, signed_again, expired)] == [REFUSED] * 3


async def test_a_challenge_is_used_up_by_a_wrong_answer_too(opened, client):
    _, _, passkey = await with_passkey(opened, client)
    options = await asked(client)
    await show(client, options, tampered(passkey.get(options), "signature"))
    right = await show(client, options, passkey.get(options))

    assert (right.status, right.code) == REFUSED


async def test_of_ten_who_show_one_challenge_at_once_one_comes_in(opened, client):
    member, _, passkey = await with_passkey(opened, client)
    options = await asked(client)
    signed = [passkey.get(options) for _ in range(10)]
    answers = await asyncio.gather(*(show(client, options, one) for one in signed))

    assert sorted(answer.status for answer in answers) == [201] + [401] * 9
    assert [deed[2]["acr"] for deed in await deeds_of(opened, member) if deed[0] == "signed_in"].count("passkey") == 1


async def test_a_passkey_of_one_brand_opens_no_other_and_answers_no_other(opened, client):
    _, _, passkey = await with_passkey(opened, client)
    here, there = await asked(client, "demo"), await asked(client, "demo")
    answers = [
        await show(client, here, passkey.get(here), "demo"),
        await show(client, there, passkey.get(there), "mgas"),
    ]

    assert [(one.status, one.code) for one in answers] == [REFUSED] * 2


async def test_a_counter_that_went_back_is_refused_remembered_and_shown(opened, client):
    member, tokens, passkey = await with_passkey(opened, client, SoftPasskey(counts=True, synced=False))
    first = await sign_in_by(client, passkey)
    await sign_in_by(client, passkey)
    passkey.sign_count = 0  # a copy that was made before the last time
    copies = [await sign_in_by(client, passkey), await sign_in_by(client, passkey)]
    [shown] = (await call(client, "GET", PASSKEYS, tokens["access_token"])).body["items"]
    ahead = await sign_in_by(client, passkey)

    assert [first.status, ahead.status] == [201, 201]
    assert [(one.status, one.code) for one in copies] == [REFUSED] * 2
    assert (shown["last_refused_at"], shown["synced"]) == ("2026-03-10T09:00:00Z", False)
    assert [deed for deed in await deeds_of(opened, member) if deed[0] == "passkey_refused"] == [
        ("passkey_refused", "anonymous", {"passkey_id": shown["id"], "because": "counter_went_back"})
    ] * 2


async def test_only_the_passkey_itself_can_have_it_suspected(opened, client):
    member, _, passkey = await with_passkey(opened, client, SoftPasskey(counts=True))
    await sign_in_by(client, passkey)
    thief = SoftPasskey()
    thief.rp_id, thief.credential_id, thief.user_handle = passkey.rp_id, passkey.credential_id, passkey.user_handle
    answer = await sign_in_by(client, thief)

    assert (answer.status, answer.code) == REFUSED
    assert [deed for deed in await deeds_of(opened, member) if deed[0] == "passkey_refused"] == []


async def test_of_two_with_one_count_at_once_one_comes_in(opened, client):
    _, _, passkey = await with_passkey(opened, client, SoftPasskey(counts=True))
    first, second = await asked(client), await asked(client)
    signed = passkey.get(first)
    passkey.sign_count -= 1
    copied = passkey.get(second)
    answers = await asyncio.gather(show(client, first, signed), show(client, second, copied))

    assert sorted(answer.status for answer in answers) == [201, 401]


async def test_a_locked_password_stays_locked_and_does_not_stop_a_passkey(opened, client):
    member, _, passkey = await with_passkey(opened, client)
    for _ in range(10):
        opened.clock.advance(hours=2)
        await sign_in(client, "mgas", member["email"], "une phrase qui est fausse")
    answer = await sign_in_by(client, passkey)
    by_password = await sign_in(client, "mgas", member["email"], PASSPHRASE)

    assert answer.status == 201
    assert (by_password.status, by_password.code) == REFUSED


async def test_a_passkey_opens_nothing_outside_the_days_of_its_contract(opened, client):
    member, _, passkey = await with_passkey(opened, client)
    await opened.hear({**member, "version": 2, "end_date": "2026-03-09"}, event="member.changed.v1")
    reading = await sign_in_by(client, passkey)
    await opened.hear({**member, "version": 3, "end_date": "2021-03-09"}, event="member.changed.v1")
    over = await sign_in_by(client, passkey)

    assert reading.status == 201
    assert (over.status, over.code) == REFUSED


async def test_malformed_and_oversized_parts_are_told_by_their_field(opened, client):
    passkey = SoftPasskey()
    options = {**await asked(client), "rp": {"id": "espace.example"}, "user": {"id": "AAAA"}}
    signed = passkey.get(options)
    spoiled = {
        "credential.id": {**signed, "id": "A" * 1365},
        "credential.type": {**signed, "type": "password"},
        "credential.response": {**signed, "response": []},
        **{
            f"credential.response.{part}": {**signed, "response": {**signed["response"], part: value}}
            for part, value in (
                ("clientDataJSON", "A" * 4097),
                ("authenticatorData", "+/=="),
                ("signature", "A"),
                ("userHandle", 7),
            )
        },
    }
    for field, credential in spoiled.items():
        answer = await show(client, options, credential)

        assert (answer.status, answer.code) == (422, "invalid-request"), field
        assert field in [name for name, _ in answer.field_codes]
    assert (await show(client, {"challenge_id": "nonsense"}, signed)).status == 422
    assert (await post(client, "/v1/mgas/passkey-sessions", {})).status == 422


async def test_bytes_that_mean_nothing_are_refused_like_any_other(opened, client):
    _, tokens, passkey = await with_passkey(opened, client)
    for raw in MEANINGLESS:
        nothing = bytes_to_base64url(raw)
        options = await asked(client)
        signed = passkey.get(options)
        answers = [
            await show(client, options, {**signed, "response": {**signed["response"], part: nothing}})
            for part in ("clientDataJSON", "authenticatorData", "signature")
        ]
        made = SoftPasskey().create(await offered(client, tokens["access_token"]))
        spoiled = {**made, "response": {**made["response"], "attestationObject": nothing}}
        making = await add(client, tokens["access_token"], spoiled)

        assert [(one.status, one.code) for one in answers] == [REFUSED] * 3, raw
        assert (making.status, making.code) == (422, "passkey-refused"), raw


async def test_what_nobody_signed_is_forgotten(opened, client):
    await asked(client)
    opened.clock.advance(minutes=4)
    await asked(client)
    opened.clock.advance(minutes=1)
    await forget_unanswered(opened.identity)

    assert await opened.value("SELECT count(*) FROM passkey_challenges") == 1
