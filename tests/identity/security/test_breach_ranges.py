"""The range service for leaked passwords: little is told to it, and nothing depends on it."""

import asyncio
import hashlib
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from identity_service.security.breach_ranges import open_breach_ranges
from service_kit.process import listening

from tests.support.identity_fixtures import http_client, opened_identity
from tests.support.identity_steps import mailed_token, redeem

LEAKED = "une phrase connue de tous les voleurs"
FRESH = "quatre mouettes boudent le phare"


@asynccontextmanager
async def range_service(answer):
    """Serve `answer(prefix)` and give its address and what it was asked."""
    asked = []

    async def handle(request):
        asked.append((request.path, dict(request.headers)))
        return await answer(request.match_info["prefix"])

    application = web.Application()
    application.router.add_get("/range/{prefix}", handle)
    async with listening(application, host="127.0.0.1", port=0) as port:
        yield f"http://127.0.0.1:{port}/range", asked


def digest(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


async def known(prefix: str) -> web.Response:
    suffix = digest(LEAKED)[5:] if digest(LEAKED).startswith(prefix) else "0" * 35
    return web.Response(text=f"{'A' * 35}:0\r\n{suffix}:12\r\n{digest(FRESH)[5:]}:0\r\n")


async def broken(_prefix: str) -> web.Response:
    raise web.HTTPInternalServerError


async def silent(_prefix: str) -> web.Response:
    await asyncio.sleep(5)
    return web.Response()


async def garbage(_prefix: str) -> web.Response:
    return web.Response(body=b"\xff\x00" * 10_000)


async def test_five_digits_of_the_digest_leave_and_nothing_else():
    async with range_service(known) as (address, asked), open_breach_ranges(address, seconds=1) as ranges:
        assert ranges is not None
        assert [await ranges.knows(LEAKED), await ranges.knows(FRESH)] == [True, False]

    assert [path for path, _ in asked] == [f"/range/{digest(one)[:5]}" for one in (LEAKED, FRESH)]
    assert {headers["Add-Padding"] for _, headers in asked} == {"true"}
    assert digest(LEAKED)[:8] not in str(asked)


@pytest.mark.parametrize("answer", [broken, silent, garbage])
async def test_a_service_that_fails_knows_nothing_and_is_not_waited_for(answer):
    async with range_service(answer) as (address, _), open_breach_ranges(address, seconds=0.1) as ranges:
        assert ranges is not None

        assert await asyncio.wait_for(ranges.knows(LEAKED), 2) is False


async def test_nobody_is_asked_where_no_address_is_set():
    async with open_breach_ranges(None, seconds=1) as ranges:
        assert ranges is None


async def test_a_member_is_told_that_a_password_is_known_to_thieves(tmp_path, identity_database):
    async with (
        range_service(known) as (address, asked),
        opened_identity(tmp_path, identity_database, breach_range_url=address) as opened,
        http_client(opened.identity) as client,
    ):
        member = await opened.enrol()
        token = await mailed_token(opened, client, "mgas", member["email"])
        wrong_token = await redeem(client, "mgas", "no such token", LEAKED)
        refused = await redeem(client, "mgas", token, LEAKED)
        taken = await redeem(client, "mgas", token, FRESH)

    assert refused.field_codes == [("password", "breached")]
    assert (wrong_token.code, taken.status) == ("reset-token-invalid", 204)
    assert len(asked) == 2
