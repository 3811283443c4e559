"""An address that a member chose stays until contracts tells another one than the time before."""

from typing import Any

import pytest

from tests.support.account_steps import change_email, signed_in
from tests.support.identity_steps import mailed_token, redeem

MINE, THEIRS, NEWS = "choisie@courriel.example", "fichier@courriel.example", "guichet@courriel.example"


async def address(opened, member) -> str | None:
    """Return the address that the account has."""
    kept = (await opened.account(member))["email_sealed"]
    if kept is None:
        return None
    return opened.identity.addresses.open(kept, context=member["member_id"]).decode()


async def tell(opened, member: dict[str, Any], version: int, email: str | None) -> None:
    """Let contracts tell the member's state with an address."""
    await opened.hear({**member, "version": version, "email": email}, event="member.changed.v1")


@pytest.fixture
async def member(opened, client):
    """A member of mgas whom contracts knows with THEIRS, and who chose MINE."""
    member, tokens = await signed_in(opened, client, email=THEIRS)
    await change_email(opened, client, tokens, MINE)
    return member


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ([THEIRS], MINE),  # a change of something else
        ([THEIRS.upper(), THEIRS], MINE),
        ([NEWS], NEWS),  # the file has another one
        ([MINE], MINE),  # contracts has heard of the choice
        ([MINE, MINE.upper()], MINE.upper()),
        ([MINE, THEIRS], THEIRS),  # and then the file changed back
        ([None], None),  # the file has none any more
        ([None, THEIRS], THEIRS),
        ([None, None, MINE], MINE),
        ([THEIRS, NEWS, NEWS], NEWS),
    ],
)
async def test_contracts_wins_only_with_news(opened, member, told, kept):
    for version, email in enumerate(told, start=2):
        await tell(opened, member, version, email)

    assert await address(opened, member) == kept


async def test_what_is_older_changes_neither_the_address_nor_what_was_told_last(opened, member):
    await tell(opened, member, 5, THEIRS)
    await tell(opened, member, 4, NEWS)
    await tell(opened, member, 6, THEIRS)

    assert await address(opened, member) == MINE


async def test_a_choice_without_a_former_address_outlives_events_without_one(opened, client):
    member, tokens = await signed_in(opened, client, "481592", brand="safiag", email=None)
    await change_email(opened, client, tokens, MINE)
    await tell(opened, member, 2, None)

    assert await address(opened, member) == MINE

    await tell(opened, member, 3, NEWS)

    assert await address(opened, member) == NEWS


async def test_a_mailed_link_outlives_what_changes_nothing_and_not_what_brings_another_address(opened, client, member):
    token = await mailed_token(opened, client, "mgas", MINE)
    await tell(opened, member, 2, THEIRS)
    await tell(opened, member, 3, MINE)

    assert (await redeem(client, "mgas", token)).status == 204

    token = await mailed_token(opened, client, "mgas", MINE)
    await tell(opened, member, 4, NEWS)

    assert (await redeem(client, "mgas", token)).code == "reset-token-invalid"


async def test_an_address_under_a_former_key_is_the_same_address(opened, client, member):
    ring = opened.identity.foundation.data_keys
    former = ring.current
    ring._keys["new"], ring.current = b"n" * 32, "new"
    try:
        await tell(opened, member, 2, THEIRS)

        assert await address(opened, member) == MINE

        await tell(opened, member, 3, MINE)
        digest = (await opened.account(member))["email_digest"]

        assert digest == opened.identity.digests.email.of("mgas", MINE)
    finally:
        ring.current = former
