"""A refused sign-in or first connection takes the same time whatever was wrong: the same look-up, write and hash."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.answer_times import P_AT_LEAST, Question, Times, measure
from tests.support.identity_fixtures import TERMS, OpenedIdentity, identity_settings, set_password
from tests.support.identity_process import identity_process
from tests.support.identity_steps import SIX_DIGITS, ask
from tests.support.limits_steps import brands_without_limits

SAMPLES, WARM_UP = 60, 20
UNKNOWN = "unknown"


async def numbers_by_cause(opened: OpenedIdentity) -> dict[str, list[str]]:
    """Enrol a member for each try of each cause, since tries with one account are not alike; return their numbers."""
    number = SAMPLES + WARM_UP
    fields: dict[str, dict[str, Any]] = {
        "wrong": {},
        "disabled": {},
        "not activated": {},
        "not yet in force": {"effective_date": "2099-01-01"},
    }
    found = {
        cause: [(await opened.enrol(brand="safiag", email=None, **one))["nir"] for _ in range(number)]
        for cause, one in fields.items()
    }
    with opened.identity.hashing.place() as place:
        password_hash = await place.hash(SIX_DIGITS)
    digests = opened.identity.digests.nir
    async with opened.identity.database.transaction() as connection:
        for cause in ("wrong", "disabled", "not yet in force"):
            ids = await connection.fetch(
                "SELECT id FROM accounts WHERE nir_digest = ANY($1)",
                [digests.of("safiag", nir) for nir in found[cause]],
            )
            for row in ids:
                await set_password(connection, row["id"], password_hash, datetime.now(UTC))
                if cause == "disabled":
                    await connection.execute("INSERT INTO tries VALUES ($1, 10, NULL, now(), 10, now())", row["id"])
    found[UNKNOWN] = [f"19901999{turn:05d}" for turn in range(number)]
    return found


async def compare(opened: OpenedIdentity, tmp_path, question: Question, *, what: str) -> Times:
    settings = identity_settings(tmp_path, opened.database_url, brands_directory=brands_without_limits(tmp_path))
    async with identity_process("serve", settings, log=tmp_path / "serve.log") as url:
        times = await asyncio.to_thread(measure, url, question, samples=SAMPLES, warm_up=WARM_UP)
    print(f"\n{what}\n{times.table(UNKNOWN)}")
    return times


@pytest.mark.slow
async def test_a_refused_sign_in_takes_the_same_time_whatever_was_wrong(opened, tmp_path):
    for attempt in (1, 2):
        found = await numbers_by_cause(opened)
        bodies = {cause: [{"identifier": nir, "password": "907316"} for nir in one] for cause, one in found.items()}
        question = Question("/v1/safiag/sessions", bodies, 401)
        p = (await compare(opened, tmp_path, question, what=f"sign-in, measurement {attempt}")).p_against(UNKNOWN)
        if min(p.values()) > P_AT_LEAST:
            break
        await _everybody_leaves(opened)

    assert {cause: value for cause, value in p.items() if value <= P_AT_LEAST} == {}


@pytest.mark.slow
async def test_a_refused_first_connection_takes_the_same_time_whatever_was_wrong(opened, client, tmp_path):
    for attempt in (1, 2):
        found = await numbers_by_cause(opened)
        found["with a posted code"] = [
            (await opened.enrol(brand="safiag", email=None))["nir"] for _ in range(SAMPLES + WARM_UP)
        ]
        for nir in found["with a posted code"]:
            await ask(client, "safiag", nir)
        while await opened.decide():
            pass
        chosen = {"password": "907316", "password_confirmation": "907316", "accepted_terms": TERMS}
        bodies = {
            cause: [{"identifier": nir, "code": "CDFH-JKLM-NPQR", **chosen} for nir in one]
            for cause, one in found.items()
        }
        question = Question("/v1/safiag/first-connections", bodies, 400)
        times = await compare(opened, tmp_path, question, what=f"first connection, measurement {attempt}")
        p = times.p_against(UNKNOWN)
        if min(p.values()) > P_AT_LEAST:
            break
        await _everybody_leaves(opened)

    assert {cause: value for cause, value in p.items() if value <= P_AT_LEAST} == {}


async def _everybody_leaves(opened: OpenedIdentity) -> None:
    async with opened.identity.database.transaction() as connection:
        await connection.execute("TRUNCATE tries, posted_codes, accounts CASCADE")
