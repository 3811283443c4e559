"""Accesses and forgotten passwords through docker compose: images, gateway, Mailpit and the folder of print batches."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest
from espace_embedded.letterbox import Letterbox
from espace_embedded.staff_tokens import staff_token

from tests.support.access_journeys import ACTIVATED, create_access, numbers_of
from tests.support.compose_stack import Stack
from tests.support.journeys import (
    ACTIVATION,
    Mail,
    Space,
    ask_for_reset,
    code_from_letter,
    connect_with_code,
    look_around,
    mail_about,
    redeem,
    sign_in,
    text_of,
    token_from_mail,
)
from tests.support.members import member_line
from tests.support.orchestration import SERVICES
from tests.support.waiting import eventually

CONTAINERS = 3 * len(SERVICES) + 5  # gateway, PostgreSQL, RabbitMQ, Mailpit, and who makes the secrets
PROJECTIONS = (("identity", "accounts"), ("notifications", "recipients"))


@asynccontextmanager
async def opened(stack: Stack, folder: Path) -> AsyncIterator[Space]:
    """Yield the stack as a gateway client sees it; mails from Mailpit, letters from a copy of the batch folder."""
    gateway, mailpit = stack.address("gateway", 8080), stack.address("mailpit", 8025)
    async with aiohttp.ClientSession() as client:

        async def mailpit_says(path: str) -> Any:
            async with client.get(f"{mailpit}/api/v1/{path}") as response:
                return await response.json()

        async def mails_to(email: str) -> list[Mail]:
            found = (await mailpit_says(f"search?query=to:{email}"))["messages"]
            return [
                Mail(one["Subject"], (await mailpit_says(f"message/{one['ID']}"))["Text"]) for one in reversed(found)
            ]

        async def letters_to(line: str) -> list[bytes]:
            letters = Letterbox(stack.copy_from("notifications-work", "/var/lib/espace", folder) / "letters").letters()
            return [letter.file.read_bytes() for letter in letters if line in letter.address_lines]

        yield Space(client, lambda service: f"{gateway}/api/{service}", mails_to, letters_to)


@pytest.fixture
async def space(stack: Stack, tmp_path: Path) -> AsyncIterator[Space]:
    async with opened(stack, tmp_path) as space:
        yield space


async def import_member(stack: Stack, space: Space, brand: str, member: dict[str, Any], folder: Path) -> None:
    """Import one member with a token of the local staff provider, and wait until every service has heard of it."""
    keys = stack.copy_from("secrets", "/secrets/staff/signing-keys.json", folder)
    token = staff_token(keys, brand=brand, role="back-office", now=datetime.now(UTC))
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}
    url = f"{space.url('contracts')}/v1/{brand}/imports?kind=members"

    async def known() -> list[int]:
        of_brand = f"WHERE brand = '{brand}'"
        return [int(stack.sql(database, f"SELECT count(*) FROM {table} {of_brand}")) for database, table in PROJECTIONS]

    one_more = [count + 1 for count in await known()]
    async with space.client.post(url, data=orjson.dumps(member), headers=headers) as response:
        answer = await response.json()

    assert (response.status, answer["accepted"], answer["refused"]) == (200, 1, 0)
    assert await eventually(known, lambda counts: counts == one_more, within=30) == one_more


async def test_a_member_of_mgas_gets_back_in_by_mail(stack: Stack, space: Space, tmp_path: Path) -> None:
    email, passphrase = "zoe.compose@example.org", "cheval agrafe batterie correcte"
    await import_member(stack, space, "mgas", member_line(1, email=email), tmp_path)
    await ask_for_reset(space, "mgas", email)
    redeemed, _ = await redeem(space, "mgas", await token_from_mail(space, email), passphrase)
    signed_in = await sign_in(space, "mgas", email, passphrase)
    card = text_of(await look_around(space, signed_in["access_token"]))

    assert redeemed == 204
    assert "10000001" in card.replace(" ", "")


async def test_a_member_of_safiag_without_an_address_gets_back_in_by_letter(
    stack: Stack, space: Space, tmp_path: Path
) -> None:
    member = member_line(3)
    await import_member(stack, space, "safiag", member, tmp_path)
    await ask_for_reset(space, "safiag", member["nir"])
    code = await code_from_letter(space, "4 RUE DE L EGLISE")
    connected, _ = await connect_with_code(space, "safiag", member["nir"], code.lower().replace("-", " "), "739184")
    again, _ = await connect_with_code(space, "safiag", member["nir"], code, "418273")
    signed_in = await sign_in(space, "safiag", member["nir"], "739184")

    assert (connected, again) == (204, 400)
    assert await look_around(space, signed_in["access_token"])


async def test_a_member_without_an_address_creates_the_access_and_every_service_knows_it(
    stack: Stack, space: Space, tmp_path: Path
) -> None:
    email, passphrase = "cree.compose@example.org", "cheval agrafe batterie correcte"
    member = member_line(7)
    await import_member(stack, space, "mgas", member, tmp_path)
    created, _ = await create_access(space, "mgas", email, **numbers_of(member))
    token = await token_from_mail(space, email, about=ACTIVATION)
    activated, _ = await redeem(space, "mgas", token, passphrase)
    signed_in = await sign_in(space, "mgas", email, passphrase)
    await mail_about(space, email, ACTIVATED)

    async def version() -> str:
        return stack.sql(
            "contracts", f"SELECT version FROM members WHERE membership_number = '{member['membership_number']}'"
        )

    _, policy = await space.get("identity", "/v1/mgas/sign-in-policy")
    assert (created, activated) == (202, 204)
    assert await eventually(version, lambda found: found == "2", within=30) == "2"
    assert await look_around(space, signed_in["access_token"])
    assert policy["passkeys"] is True


async def test_a_new_start_finds_keys_passwords_and_members_again(stack: Stack, tmp_path: Path) -> None:
    email, passphrase = "ana.compose@example.org", "cheval agrafe batterie correcte"
    async with opened(stack, tmp_path) as space:
        await import_member(stack, space, "demo", member_line(5, email=email), tmp_path)
        await ask_for_reset(space, "demo", email)
        await redeem(space, "demo", await token_from_mail(space, email), passphrase)
    stack.compose("stop")
    ended = stack.exit_codes()
    stack.compose("down")
    stack.up()
    async with opened(stack, tmp_path) as space:
        signed_in = await sign_in(space, "demo", email, passphrase)
        card = await look_around(space, signed_in["access_token"])

    assert {name: code for name, code in ended.items() if code != 0 and name.startswith(SERVICES)} == {}
    assert len(ended) == CONTAINERS
    assert card.startswith(b"%PDF-")
