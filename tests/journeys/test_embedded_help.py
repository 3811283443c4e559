"""Help for who is stuck, through the embedded space: product rows S5 and S7, a mail that comes back, a second device."""

import json

import pytest

from tests.support.access_journeys import PASSWORD_CHANGED, REASON, Adviser
from tests.support.embedded_space import Running, import_members, opened, staff_token
from tests.support.journeys import (
    Space,
    ask_for_reset,
    code_from_letter,
    connect_with_code,
    mail_about,
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


async def test_a_mail_that_comes_back_turns_into_a_letter_by_itself(running: Running) -> None:
    member = member_line(44, email="parti.sans.adresse@inconnu.example.org")
    async with opened(running) as space:
        await import_members(running, space, "safiag", member)
        await ask_for_reset(space, "safiag", member["nir"])
        code = await code_from_letter(space, "45 RUE DE L EGLISE")
        connected, _ = await connect_with_code(space, "safiag", member["nir"], code, PIN)
        signed_in = await sign_in(space, "safiag", member["nir"], PIN)
        status, timeline = await space.get("notifications", "/v1/me/deliveries", signed_in["access_token"])
        told = [(one["purpose"], one["channel"], one["state"]) for one in reversed(timeline["items"])]

        assert (connected, status) == (204, 200)
        assert told[:2] == [("password_reset", "email", "failed"), ("posted_code", "letter", "handed_over")]
        assert await space.mails_to(member["email"]) == []


async def test_a_second_device_needs_no_code_within_the_hour_of_the_first(running: Running) -> None:
    member = member_line(45, email="deux.appareils@example.org")
    async with opened(running) as space:
        await import_members(running, space, "safiag", member)
        await connect_with_code(space, "safiag", member["nir"], member["statement_identifier"], PIN)
        first = await sign_in(space, "safiag", member["nir"], PIN)
        second = await sign_in(space, "safiag", member["nir"], PIN)
        _, policy = await space.get("identity", "/v1/safiag/sign-in-policy")
        _, sessions = await space.get("identity", "/v1/sessions", second["access_token"])

        assert policy["new_device_check"] is True
        assert {one["id"] for one in sessions["items"]} == {first["session_id"], second["session_id"]}
