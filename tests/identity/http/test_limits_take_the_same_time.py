"""A try that limits refuse takes the same time whoever is meant: it is decided before anybody looks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from tests.support.answer_times import P_AT_LEAST, Question, measure
from tests.support.identity_fixtures import OpenedIdentity, identity_settings
from tests.support.identity_process import identity_process
from tests.support.identity_steps import SIX_DIGITS, sign_in, with_password
from tests.support.limits_steps import brands_under

SAMPLES, WARM_UP = 250, 100
UNKNOWN = "unknown"


@asynccontextmanager
async def served_under(opened: OpenedIdentity, tmp_path, **limits: int) -> AsyncIterator[str]:
    """Serve identity under limits; yield its address."""
    settings = identity_settings(tmp_path, opened.database_url, brands_directory=brands_under(tmp_path, **limits))
    async with identity_process("serve", settings, log=tmp_path / "serve.log") as url:
        yield url


@pytest.mark.slow
@pytest.mark.parametrize(
    ("limits", "status"), [({"same_secret": 2}, 429), ({"address_challenge_at": 2}, 403)], ids=["stopped", "challenged"]
)
async def test_a_try_that_limits_refuse_takes_the_same_time_whoever_is_meant(opened, client, tmp_path, limits, status):
    known = await with_password(opened, client, SIX_DIGITS, brand="safiag")
    not_activated = await opened.enrol(brand="safiag")
    numbers = {"known": known["nir"], "not activated": not_activated["nir"], UNKNOWN: "1990199900001"}
    bodies = {cause: [{"identifier": nir, "password": "907316"}] for cause, nir in numbers.items()}
    question = Question("/v1/safiag/sessions", bodies, status)
    async with served_under(opened, tmp_path, **limits) as url, aiohttp.ClientSession(url) as filling:
        for number in range(2):
            assert (await sign_in(filling, "safiag", f"199019990001{number}", "907316")).status == 401
        for attempt in (1, 2):
            times = await asyncio.to_thread(measure, url, question, samples=SAMPLES, warm_up=WARM_UP)
            print(f"\n{status}, measurement {attempt}\n{times.table(UNKNOWN)}")
            p = times.p_against(UNKNOWN)
            if min(p.values()) > P_AT_LEAST:
                break

    assert {cause: value for cause, value in p.items() if value <= P_AT_LEAST} == {}
