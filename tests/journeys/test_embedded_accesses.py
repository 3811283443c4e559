"""How an access begins, is found again and is changed through the embedded space: product rows S6, S9, S10 and S11."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from service_kit.clock import civil_date

from tests.support.access_journeys import (
    ACTIVATED,
    EMAIL_BACK,
    EMAIL_CHANGED,
    EMAIL_GONE,
    LOOKED_UP,
    PASSWORD_CHANGED,
    accept_terms,
    change_email,
    change_password,
    create_access,
    look_up,
    numbers_of,
    undo_email,
)
from tests.support.embedded_space import Running, import_members, opened
from tests.support.journeys import (
    ACTIVATION,
    RESET,
    WELCOME,
    Space,
    ask_for_reset,
    connect_with_code,
    letter_about,
    look_around,
    mail_about,
    redeem,
    sign_in,
    token_from_mail,
)
from tests.support.members import member_line

pytestmark = pytest.mark.slow

PASSPHRASE, ANOTHER = "cheval agrafe batterie correcte", "une autre phrase de passe"


def member_from(number: int, *, days: int, **changes: Any) -> dict[str, Any]:
    """Return a member whose contract begins so many days from today."""
    member = member_line(number, **changes)
    begins = civil_date(datetime.now(UTC)) + timedelta(days=days)
    return member | {"contract": member["contract"] | {"effective_date": begins.isoformat()}}


async def test_a_member_with_an_address_is_welcomed_on_the_effective_date_and_another_stays_outside(
    running: Running,
) -> None:
    joined = member_from(21, days=0, email="nina.bienvenue@example.org")
    to_come = member_from(22, days=2, email="leo.bientot@example.org")
    async with opened(running) as space:
        await import_members(running, space, "mgas", to_come, joined)
        token = await token_from_mail(space, joined["email"], about=WELCOME)
        await ask_for_reset(space, "mgas", to_come["email"])
        outside, _ = await space.post(
            "identity", "/v1/mgas/sessions", {"identifier": to_come["email"], "password": PASSPHRASE}
        )
        chosen, _ = await redeem(space, "mgas", token, PASSPHRASE)
        signed_in = await sign_in(space, "mgas", joined["email"], PASSPHRASE)
        accepted, _ = await accept_terms(space, signed_in["access_token"], signed_in["terms_to_accept"])
        then = await sign_in(space, "mgas", joined["email"], PASSPHRASE)
        await ask_for_reset(space, "mgas", joined["email"])
        await mail_about(space, joined["email"], RESET)  # what was asked before it has been decided, too

        assert (chosen, outside) == (204, 401)
        assert (accepted, signed_in["terms_to_accept"], "terms_to_accept" in then) == (201, "2026-1", False)
        assert await look_around(space, signed_in["access_token"])
        assert await space.mails_to(to_come["email"]) == []


async def test_a_member_without_an_address_creates_the_access_and_keeps_it_when_the_file_comes_again(
    running: Running,
) -> None:
    member, email = member_line(23, last_name="Créatrice"), "ma.boite@example.org"
    async with opened(running) as space:
        await import_members(running, space, "mgas", member)
        created, answer = await create_access(space, "mgas", email, **numbers_of(member))
        token = await token_from_mail(space, email, about=ACTIVATION)
        told = await letter_about(space, "24 RUE DE L EGLISE", "Un espace adhérent a été demandé avec vos numéros")
        before, _ = await look_up(space, "mgas", member)
        activated, _ = await redeem(space, "mgas", token, PASSPHRASE)
        signed_in = await sign_in(space, "mgas", email, PASSPHRASE)
        await mail_about(space, email, ACTIVATED)
        again = await import_members(running, space, "mgas", member)
        moved = await import_members(running, space, "mgas", member | {"phone": "+33639980123"})
        found = await look_up(space, "mgas", member)

        assert (created, answer["promise"]) == (202, {"email_minutes": 5, "link_hours": 24})
        assert email not in told
        assert (before, activated) == (404, 204)
        assert "terms_to_accept" not in signed_in
        # Contracts knows the address: its next event of the member, whose file has none, takes nothing away.
        assert (again["unchanged"], moved["accepted"]) == (1, 1)
        assert found == (200, {"email": email})
        assert await sign_in(space, "mgas", email, PASSPHRASE)


async def test_who_may_not_create_an_access_is_never_told_why(running: Running) -> None:
    has_one = member_line(24, email="deja.la@example.org")
    free, to_come = member_line(25), member_from(26, days=2)
    async with opened(running) as space:
        await import_members(running, space, "mgas", has_one, free, to_come)
        mixed = {"membership_number": free["membership_number"], "nir": has_one["nir"][:13]}
        unknown = numbers_of(free) | {"membership_number": "99999999"}
        tried = [numbers_of(has_one), numbers_of(to_come), mixed, unknown]
        answers = [await create_access(space, "mgas", "qui.suis.je@example.org", **numbers) for numbers in tried]
        differ = {str({k: v for k, v in answer.items() if k != "request_id"}) for _, answer in answers}

        assert [(status, answer["code"]) for status, answer in answers] == [(400, "account-creation-refused")] * 4
        assert len(differ) == 1
        assert len(answers[0][1]["causes"]) >= 3
        assert await space.mails_to("qui.suis.je@example.org") == []


async def test_a_forgotten_address_is_shown_in_full_or_masked_and_told_to_itself(running: Running) -> None:
    shown = member_line(27, email="oubli.total@example.org")
    masked = member_line(28, email="oubli.partiel@example.org")
    async with opened(running) as space:
        await import_members(running, space, "mgas", shown)
        await import_members(running, space, "demo", masked)
        in_full, in_part = await look_up(space, "mgas", shown), await look_up(space, "demo", masked)
        wrong, problem = await look_up(space, "mgas", shown, birth_date="1950-01-01")
        told = [await mail_about(space, one["email"], LOOKED_UP) for one in (shown, masked)]

        assert in_full == (200, {"email": "oubli.total@example.org"})
        assert in_part == (200, {"email": "o•••@e•••.org"})
        assert (wrong, problem["code"]) == (404, "no-match")
        assert all("numéro de\r\nsécurité sociale et votre date de naissance ont été donnés" in text for text in told)


async def test_a_statement_of_safiag_opens_the_first_connection_and_the_member_signs_in_again(running: Running) -> None:
    member = member_line(29)
    async with opened(running) as space:
        await import_members(running, space, "safiag", member)
        statement = member["statement_identifier"]
        wrong, problem = await connect_with_code(space, "safiag", member["nir"], "5000000000", "739184")
        connected, nothing = await connect_with_code(space, "safiag", member["nir"], statement, "739184")
        used, _ = await connect_with_code(space, "safiag", member["nir"], statement, "739185")
        signed_in = await sign_in(space, "safiag", member["nir"][:13], "739184")

        assert (wrong, problem["code"]) == (400, "first-connection-refused")
        assert (connected, nothing, used) == (204, None, 400)
        assert "terms_to_accept" not in signed_in


async def signed_in(space: Space, email: str) -> dict[str, str]:
    """Choose a password with a mailed link and sign in."""
    await ask_for_reset(space, "mgas", email)
    assert (await redeem(space, "mgas", await token_from_mail(space, email), PASSPHRASE))[0] == 204
    return await sign_in(space, "mgas", email, PASSPHRASE)


async def refused(space: Space, email: str, password: str) -> bool:
    """Tell whether an address and a password are no way in."""
    status, _ = await space.post("identity", "/v1/mgas/sessions", {"identifier": email, "password": password})
    return bool(status == 401)


async def test_a_member_chooses_another_password_and_stays_signed_in_here_only(running: Running) -> None:
    email = "change.souvent@example.org"
    async with opened(running) as space:
        await import_members(running, space, "mgas", member_line(61, email=email))
        here = await signed_in(space, email)
        elsewhere = await sign_in(space, "mgas", email, PASSPHRASE)
        wrong, problem = await change_password(space, here["access_token"], current="pas celui-ci", new=ANOTHER)
        changed, _ = await change_password(space, here["access_token"], current=PASSPHRASE, new=ANOTHER)
        _, sessions = await space.get("identity", "/v1/sessions", here["access_token"])
        over, _ = await space.post("identity", "/v1/sessions/refresh", {"refresh_token": elsewhere["refresh_token"]})
        await mail_about(space, email, PASSWORD_CHANGED, number=2)

        assert (wrong, [field["field"] for field in problem["fields"]]) == (422, ["current_password"])
        assert (changed, over) == (204, 401)
        assert [one["id"] for one in sessions["items"]] == [here["session_id"]]
        assert await refused(space, email, PASSPHRASE)
        assert await sign_in(space, "mgas", email, ANOTHER)


async def test_a_member_changes_the_address_and_whoever_reads_the_former_one_takes_it_back(running: Running) -> None:
    former, present = "ancienne.boite@example.org", "nouvelle.boite@example.org"
    async with opened(running) as space:
        await import_members(running, space, "mgas", member_line(62, email=former))
        await change_email(space, (await signed_in(space, former))["access_token"], present)
        by_present = await sign_in(space, "mgas", present, PASSPHRASE)
        former_is_over = await refused(space, former, PASSPHRASE)
        token = await token_from_mail(space, former, about=EMAIL_CHANGED)
        async with space.client.get(f"{running.base}/mgas/ancienne-adresse/{token}") as response:
            page = await response.text()
        undone, _ = await undo_email(space, "mgas", token)
        again, problem = await undo_email(space, "mgas", token)
        over, _ = await space.post("identity", "/v1/sessions/refresh", {"refresh_token": by_present["refresh_token"]})
        back = [await mail_about(space, former, EMAIL_BACK), await mail_about(space, present, EMAIL_GONE)]
        way_in = await token_from_mail(space, former, number=2)  # asked for by itself: the password may be known
        chosen, _ = await redeem(space, "mgas", way_in, ANOTHER)

        assert former_is_over
        assert "/v1/mgas/email-changes/undo" in page
        assert token in page
        assert (undone, again, problem["code"]) == (204, 400, "undo-token-invalid")
        assert (over, len(back), chosen) == (401, 2, 204)
        assert await refused(space, present, ANOTHER)
        assert await sign_in(space, "mgas", former, ANOTHER)
