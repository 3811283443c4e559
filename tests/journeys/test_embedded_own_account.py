"""Signed-in members look after their account through the embedded space: another password, another address, and back."""

import pytest

from tests.support.access_journeys import (
    EMAIL_BACK,
    EMAIL_CHANGED,
    EMAIL_GONE,
    PASSWORD_CHANGED,
    change_email,
    change_password,
    undo_email,
)
from tests.support.embedded_space import Running, import_members, opened
from tests.support.journeys import Space, ask_for_reset, mail_about, redeem, sign_in, token_from_mail
from tests.support.members import member_line

pytestmark = pytest.mark.slow

PASSPHRASE, ANOTHER = "cheval agrafe batterie correcte", "une autre phrase de passe"


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
