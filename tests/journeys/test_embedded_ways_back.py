"""Back in through the embedded space: product rows S1, S3 to S5, S7 and S12, a mail that comes back, a second device."""

import asyncio
import json

import pytest

from tests.support.access_journeys import PASSWORD_CHANGED, REASON, Adviser
from tests.support.embedded_space import Running, import_members, opened, staff_token
from tests.support.journeys import (
    Space,
    ask_for_reset,
    code_from_letter,
    connect_with_code,
    look_around,
    mail_about,
    printed_codes,
    redeem,
    sign_in,
    token_from_mail,
)
from tests.support.members import member_line

pytestmark = pytest.mark.slow

PIN = "739184"


def adviser(running: Running, space: Space) -> Adviser:
    """Return an adviser of safiag."""
    return Adviser(space, "safiag", staff_token(running, "safiag", "adviser"))


async def try_in_vain(space: Space, member: dict[str, str], *, times: int) -> list[int]:
    """Sign in with a wrong password so often."""
    wrong = {"identifier": member["nir"], "password": "111112"}
    return [(await space.post("identity", "/v1/safiag/sessions", wrong))[0] for _ in range(times)]


async def until_no_code_is_read(space: Space, line: str) -> None:
    """Wait until no letter with a code to an address can be read any more: the code has served."""
    async with asyncio.timeout(10):
        while await printed_codes(space, line):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)


async def test_a_member_of_mgas_gets_back_in_by_mail(running: Running) -> None:
    async with opened(running) as space:
        email = "zoe.journee@example.org"
        await import_members(running, space, "mgas", member_line(1, email=email))
        await ask_for_reset(space, "mgas", email)
        token = await token_from_mail(space, email)
        first = await redeem(space, "mgas", token, "cheval agrafe batterie correcte")
        before = await sign_in(space, "mgas", email, "cheval agrafe batterie correcte")
        await ask_for_reset(space, "mgas", email.upper())
        second = await redeem(space, "mgas", await token_from_mail(space, email, number=2), "une autre phrase de passe")
        old_session, _ = await space.post(
            "identity", "/v1/sessions/refresh", {"refresh_token": before["refresh_token"]}
        )
        signed_in = await sign_in(space, "mgas", email, "une autre phrase de passe")
        used_twice, problem = await redeem(space, "mgas", token, "encore une autre phrase")

        assert (first[0], second[0]) == (204, 204)
        assert old_session == 401
        assert (used_twice, problem["code"]) == (400, "reset-token-invalid")
        assert await look_around(space, signed_in["access_token"])


async def test_a_member_of_safiag_with_an_address_gets_back_in_with_six_digits(running: Running) -> None:
    async with opened(running) as space:
        member = member_line(2, email="luc.journee@example.org", birth_date="1962-03-03")
        await import_members(running, space, "safiag", member)
        spaced = f" {member['nir'][0]} {member['nir'][1:3]} {member['nir'][3:13]} {member['nir'][13:]} "
        await ask_for_reset(space, "safiag", spaced)
        token = await token_from_mail(space, "luc.journee@example.org")
        refused = {pin: await redeem(space, "safiag", token, pin) for pin in ("123456", "030362", "987654", "12345a")}
        accepted, _ = await redeem(space, "safiag", token, "739184")
        signed_in = await sign_in(space, "safiag", member["nir"][:13], "739184")

        codes = {pin: {field["code"] for field in answer["fields"]} for pin, (_, answer) in refused.items()}
        assert codes["123456"] == {"too-guessable"}
        assert "derived-from-your-data" in codes["030362"]
        assert codes["987654"] == {"too-guessable"}
        assert codes["12345a"] == {"six-digits-required"}
        assert accepted == 204
        assert await look_around(space, signed_in["access_token"])


async def test_a_member_of_safiag_without_an_address_gets_back_in_by_letter(running: Running) -> None:
    async with opened(running) as space:
        member = member_line(3, last_name="Müller--d’Arc")
        await import_members(running, space, "safiag", member)
        await ask_for_reset(space, "safiag", member["nir"])
        line = f"{member['address']['street']}".upper().replace("'", " ").replace("É", "E")
        code = await code_from_letter(space, line)
        wrong, problem = await connect_with_code(space, "safiag", member["nir"], "2222-2222-2222", "739184")
        opened_access, _ = await connect_with_code(
            space, "safiag", member["nir"], code.lower().replace("-", " "), "739184"
        )
        again, _ = await connect_with_code(space, "safiag", member["nir"], code, "418273")
        signed_in = await sign_in(space, "safiag", member["nir"], "739184")

        assert (wrong, problem["code"]) == (400, "first-connection-refused")
        assert (opened_access, again) == (204, 400)
        await until_no_code_is_read(space, line)
        assert await look_around(space, signed_in["access_token"])


async def test_an_adviser_has_a_letter_sent_to_whom_the_mail_never_reaches_and_sees_no_secret(running: Running) -> None:
    member = member_line(41, email="jamais.lu@example.org")
    async with opened(running) as space:
        await import_members(running, space, "safiag", member)
        helper = adviser(running, space)
        await ask_for_reset(space, "safiag", member["nir"])
        token = await token_from_mail(space, member["email"])
        found = await helper.find(member["membership_number"])
        sent, answer = await helper.send_letter(found["id"])
        code = await code_from_letter(space, "42 RUE DE L EGLISE")
        voided, _ = await redeem(space, "safiag", token, PIN)
        waiting = await helper.find(member["membership_number"])
        connected, _ = await connect_with_code(space, "safiag", member["nir"], code, PIN)
        signed_in = await sign_in(space, "safiag", member["nir"], PIN)
        history = await helper.history(found["id"])

        assert (found["state"], found["email"], found["link_pending"]) == ("not_activated", "j•••@e•••.org", True)
        assert (sent, answer["promise"]) == (202, {"letter_hours": 48})
        assert (waiting["letter"]["pending"], voided, connected) == (True, 400, 204)
        letter = next(deed for deed in history if deed["kind"] == "letter_required")
        assert (letter["actor"], letter["staff"], letter["reason"]) == ("staff", "adviser@safiag", REASON)
        seen = json.dumps([found, answer, waiting, history], ensure_ascii=False)
        assert [one for one in (code, token, PIN, member["email"], signed_in["access_token"]) if one in seen] == []


async def test_an_adviser_lifts_a_lock_and_the_password_is_still_the_same(running: Running) -> None:
    member = member_line(42)
    async with opened(running) as space:
        await import_members(running, space, "safiag", member)
        helper = adviser(running, space)
        await connect_with_code(space, "safiag", member["nir"], member["statement_identifier"], PIN)
        wrong = await try_in_vain(space, member, times=3)
        right = {"identifier": member["nir"], "password": PIN}
        while_locked, problem = await space.post("identity", "/v1/safiag/sessions", right)
        found = await helper.find(member["membership_number"])
        unlocked, _ = await helper.unlock(found["id"], "Rappel : identité vérifiée")
        afterwards = await helper.find(member["membership_number"])
        signed_in = await sign_in(space, "safiag", member["nir"], PIN)

        assert (wrong, while_locked, problem["code"]) == ([401] * 3, 401, "wrong-credentials")
        assert (found["locked"], unlocked, afterwards["locked"]) == (True, 202, False)
        assert signed_in["session_id"]


async def test_who_cannot_sign_in_is_told_what_to_check_and_whom_to_call(running: Running) -> None:
    member = member_line(43, email="au.secours@example.org")
    async with opened(running) as space:
        await import_members(running, space, "safiag", member)
        await ask_for_reset(space, "safiag", member["nir"])
        await redeem(space, "safiag", await token_from_mail(space, member["email"]), PIN)
        await mail_about(space, member["email"], PASSWORD_CHANGED)  # « la modification a été prise en compte »
        _, policy = await space.get("identity", "/v1/safiag/sign-in-policy")
        typed = {"identifier": member["nir"], "password": "111112"}
        _, problem = await space.post("identity", "/v1/safiag/sessions", typed)

        assert problem["checks"] == policy["checks"]
        assert problem["help"] == policy["help"]
        assert [check["code"] for check in policy["checks"]][:3] == [
            "change-not-taken",
            "password-shape",
            "identifier-typed",
        ]
        assert policy["help"]["phone"] in policy["checks"][-1]["detail"]


@pytest.mark.parametrize(("number", "domain"), [(44, "refused.example"), (46, "bouncing.example")])
async def test_a_mail_that_comes_back_at_once_or_later_turns_into_a_letter_by_itself(
    running: Running, number: int, domain: str
) -> None:
    member = member_line(number, email=f"parti.sans.adresse@{domain}")
    async with opened(running) as space:
        await import_members(running, space, "safiag", member)
        await ask_for_reset(space, "safiag", member["nir"])
        code = await code_from_letter(space, f"{number + 1} RUE DE L EGLISE")
        connected, _ = await connect_with_code(space, "safiag", member["nir"], code, PIN)
        signed_in = await sign_in(space, "safiag", member["nir"], PIN)
        status, timeline = await space.get("notifications", "/v1/me/deliveries", signed_in["access_token"])
        told = [(one["purpose"], one["channel"], one["state"]) for one in reversed(timeline["items"])]

        assert (connected, status) == (204, 200)
        assert told[:2] == [("password_reset", "email", "failed"), ("posted_code", "letter", "handed_over")]
        assert await space.mails_to(member["email"]) == []


async def test_a_second_device_needs_no_code_within_the_hour_in_which_the_mailbox_was_proved(running: Running) -> None:
    member = member_line(45, email="deux.appareils@example.org")
    async with opened(running) as space:
        await import_members(running, space, "safiag", member)
        await ask_for_reset(space, "safiag", member["nir"])
        await redeem(space, "safiag", await token_from_mail(space, member["email"]), PIN)
        first = await sign_in(space, "safiag", member["nir"], PIN)
        second = await sign_in(space, "safiag", member["nir"], PIN)
        _, policy = await space.get("identity", "/v1/safiag/sign-in-policy")
        _, sessions = await space.get("identity", "/v1/sessions", second["access_token"])

        assert policy["new_device_check"] is True
        assert {one["id"] for one in sessions["items"]} == {first["session_id"], second["session_id"]}
        assert first["device_token"] != second["device_token"]  # each is known from now on
