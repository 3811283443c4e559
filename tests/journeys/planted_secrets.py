"""Journeys of members whose every datum is a canary, on the real processes; each returns the secrets made on its way."""

from typing import Any

import asyncpg

from tests.journeys.canaries import Canary
from tests.support.access_journeys import (
    DEVICE_CODE,
    EMAIL_CHANGED,
    LOOKED_UP,
    Adviser,
    change_email,
    change_password,
    create_access,
    look_up,
    mailed_code,
    numbers_of,
    undo_email,
)
from tests.support.journeys import (
    ACTIVATION,
    WELCOME,
    Space,
    ask_for_reset,
    code_from_letter,
    connect_with_code,
    look_around,
    mail_about,
    redeem,
    sign_in,
    token_from_mail,
)
from tests.support.members import member_line
from tests.support.soft_passkey import SoftPasskey

EMAIL, PRESENT_EMAIL = "canari.courriel@example.org", "canari.nouvelle@example.org"
WELCOME_EMAIL, TYPED_EMAIL = "canari.bienvenue@example.org", "canari.saisie@example.org"
DEVICE_EMAIL = "canari.appareil@example.org"
PASSPHRASE, CHANGED = "canari jaune trop bavard", "canari rouge bien discret"
PIN = "739184"
REASON = "Canarimotif : dit s’appeler Canarinom"
STREET = "12 RUE DU CANARIBOURG"


def member(number: int, **changes: Any) -> dict[str, Any]:
    """Return a line of the back office's file that is full of canaries."""
    names = {"last_name": "Canarinom", "first_name": "Canariprénom", "birth_name": "Canarinaissance"}
    line = member_line(number, **names, birth_date="1961-07-23", phone="+33699001234", **changes)
    line["address"] |= {"street": "12 rue du Canaribourg", "city": "Canariville"}
    line["beneficiaries"] = [
        {
            "first_name": "Canarienfant",
            "last_name": "Canarinom",
            "birth_date": "2015-02-27",
            "birth_rank": 1,
            "relation": "child",
            "nir": None,
        }
    ]
    return line


def tokens(signed_in: dict[str, Any]) -> list[Canary]:
    """Return what a session's owner must keep."""
    named = ("access_token", "refresh_token", "device_token")
    return [Canary(name, signed_in[name]) for name in named if name in signed_in]


def digits(name: str, code: str) -> list[Canary]:
    """Return a code of digits, as it is and in groups."""
    half = len(code) // 2
    return [Canary(name, code, alone=True), Canary(name, f"{code[:half]} {code[half:]}", alone=True)]


async def by_mail(space: Space, line: dict[str, Any]) -> list[Canary]:
    """Forgotten password, another password, another address and back; a passkey in between."""
    await ask_for_reset(space, "mgas", EMAIL)
    token = await token_from_mail(space, EMAIL)
    assert (await redeem(space, "mgas", token, PASSPHRASE))[0] == 204
    signed_in = await sign_in(space, "mgas", EMAIL, PASSPHRASE)
    access = signed_in["access_token"]
    await look_around(space, access)
    assert (await change_password(space, access, current=PASSPHRASE, new=CHANGED))[0] == 204
    passkey = await with_passkey(space, access)
    code = await change_email(space, access, PRESENT_EMAIL)
    undo = await token_from_mail(space, EMAIL, about=EMAIL_CHANGED)
    assert (await look_up(space, "mgas", line))[0] == 200
    await mail_about(space, PRESENT_EMAIL, LOOKED_UP)
    assert (await undo_email(space, "mgas", undo))[0] == 204
    return [
        Canary("reset token", token),
        Canary("password", PASSPHRASE),
        Canary("password", CHANGED),
        Canary("undo token", undo),
        *digits("e-mail code", code),
        *passkey,
        *tokens(signed_in),
    ]


async def with_passkey(space: Space, access_token: str) -> list[Canary]:
    """Add a passkey, and sign in with it."""
    passkey, place = SoftPasskey(), "/v1/account/passkeys"
    _, offered = await space.post("identity", f"{place}/options", {}, access_token)
    made = {"credential": passkey.create(offered), "label": "Canaritéléphone"}
    assert (await space.post("identity", place, made, access_token))[0] == 201
    _, asked = await space.post("identity", "/v1/mgas/passkey-sessions/options", {})
    shown = {"challenge_id": asked["challenge_id"], "credential": passkey.get(asked)}
    status, signed_in = await space.post("identity", "/v1/mgas/passkey-sessions", shown)

    assert status == 201
    challenges = [Canary("passkey challenge", options["challenge"]) for options in (offered, asked)]
    return [*challenges, Canary("passkey label", "Canaritéléphone"), *tokens(signed_in)]


async def by_post(space: Space, line: dict[str, Any]) -> list[Canary]:
    """Forgotten password of a member without an address; a wrong one afterwards."""
    await ask_for_reset(space, "safiag", line["nir"])
    code = await code_from_letter(space, STREET)
    assert (await connect_with_code(space, "safiag", line["nir"], code, PIN))[0] == 204
    signed_in = await sign_in(space, "safiag", line["nir"], PIN)
    await look_around(space, signed_in["access_token"])
    await space.post("identity", "/v1/safiag/sessions", {"identifier": line["nir"], "password": "canarifaux"})
    return [
        Canary("posted code", code),
        Canary("posted code", code.replace("-", "")),
        Canary("password", "canarifaux"),
        *tokens(signed_in),
    ]


async def welcomed(space: Space) -> list[Canary]:
    """The effective date has come: a link by itself."""
    token = await token_from_mail(space, WELCOME_EMAIL, about=WELCOME)
    assert (await redeem(space, "mgas", token, PASSPHRASE))[0] == 204
    return [Canary("welcome token", token)]


async def created(space: Space, line: dict[str, Any]) -> list[Canary]:
    """An access with a typed address."""
    assert (await create_access(space, "mgas", TYPED_EMAIL, **numbers_of(line)))[0] == 202
    token = await token_from_mail(space, TYPED_EMAIL, about=ACTIVATION)
    assert (await redeem(space, "mgas", token, PASSPHRASE))[0] == 204
    return [Canary("activation token", token)]


async def helped(adviser: Adviser, line: dict[str, Any]) -> list[Canary]:
    """An adviser lifts a lock that was not there, and says why: who reads the history reads it."""
    account_id = (await adviser.find(line["membership_number"]))["id"]
    assert (await adviser.unlock(account_id, REASON))[0] == 202
    assert REASON in [deed["reason"] for deed in await adviser.history(account_id)]
    return [Canary("adviser's reason", REASON), Canary("adviser's reason", "Canarimotif")]


async def on_a_new_device(space: Space, line: dict[str, Any], identity_database: str) -> list[Canary]:
    """Six digits from a device that is not known, long after the mailbox was proved."""
    await ask_for_reset(space, "safiag", line["nir"])
    assert (await redeem(space, "safiag", await token_from_mail(space, DEVICE_EMAIL), PIN))[0] == 204
    known = await sign_in(space, "safiag", line["nir"], PIN)
    await _let_hours_pass(identity_database)
    typed = {"identifier": line["nir"], "password": PIN}
    status, problem = await space.post("identity", "/v1/safiag/sessions", typed)
    assert (status, problem["code"]) == (403, "new-device-code-required")
    code = await mailed_code(space, DEVICE_EMAIL, DEVICE_CODE)
    status, fresh = await space.post("identity", "/v1/safiag/sessions", typed | {"new_device_code": code})
    assert status == 201
    again, _ = await space.post("identity", "/v1/safiag/sessions", typed | {"device_token": known["device_token"]})

    assert again == 201
    return [*digits("new-device code", code), *tokens(known), *tokens(fresh)]


async def _let_hours_pass(identity_database: str) -> None:
    connection = await asyncpg.connect(identity_database)
    try:
        await connection.execute("UPDATE accounts SET channel_proved_at = channel_proved_at - interval '2 hours'")
    finally:
        await connection.close()
