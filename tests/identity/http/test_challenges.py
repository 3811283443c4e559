"""The proof of work: asked for as risk rises, good once, for one brand and one step, for some minutes."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from identity_service.worker import forget_faded

from tests.support.identity_fixtures import TERMS, OpenedIdentity, http_client
from tests.support.identity_steps import Seen, post
from tests.support.limits_steps import ask_reset, behind_a_proxy, challenge_for, client_under, limited, solution_in
from tests.support.proof_of_work_solver import solve

STEPS = ["sign-in", "first-connection", "password-reset", "account-creation", "identifier-lookup", "redeem"]
LOW = {"address_challenge_at": 1}


@pytest.fixture
async def opened(identity_database: str, tmp_path: Path) -> AsyncIterator[OpenedIdentity]:
    """Identity that soon asks for work, and believes what these tests say of their addresses."""
    async with behind_a_proxy(tmp_path, identity_database, resets=LOW, claims=LOW) as made:
        yield made


async def look_up(client: aiohttp.ClientSession, challenge: str | None = None, *, brand: str = "mgas") -> Seen:
    """Claim to be a member whom nobody knows, from the address of the other tries."""
    body = {"membership_number": "99999999", "nir": "2850578006084", "birth_date": "1985-05-07", "challenge": challenge}
    headers = {"X-Forwarded-For": "192.0.2.1"}
    return await post(client, f"/v1/{brand}/identifier-lookups", body, headers=headers)


async def refused_reset(client: aiohttp.ClientSession) -> Seen:
    """Ask so often that a challenge is needed."""
    await ask_reset(client, "1850578006084")
    return await ask_reset(client, "1850578006084")


def altered(solution: str, **changes: Any) -> str:
    """Return a solution with other signed parameters, or (`data={…}`) other parts of what it is for."""
    content = json.loads(base64.b64decode(solution))
    parameters = content["challenge"]["parameters"]
    parameters["data"] |= changes.pop("data", {})
    parameters |= changes
    return base64.b64encode(json.dumps(content).encode()).decode()


async def test_a_quiet_address_is_asked_for_nothing(client):
    assert [await challenge_for(client, step) for step in STEPS] == [{"required": False}] * 6


async def test_a_step_that_nobody_knows_is_refused(client):
    async with client.get("/v1/safiag/challenge", params={"for": "anything"}) as response:
        assert response.status == 422
        assert [one["field"] for one in (await response.json())["fields"]] == ["for"]


async def test_whoever_asks_first_needs_no_refusal(client):
    await ask_reset(client, "1850578006084")
    challenge = await challenge_for(client, "password-reset")
    solved = await ask_reset(client, "1850578006084", challenge=solve(challenge))

    assert challenge.pop("required") is True
    assert sorted(challenge) == ["parameters", "signature"]
    assert challenge["parameters"]["algorithm"] == "PBKDF2/SHA-256"
    assert solved.status == 202


async def test_another_step_brand_or_address_of_the_same_moment_stays_quiet(client):
    await refused_reset(client)

    assert (await challenge_for(client, "sign-in"))["required"] is False
    assert (await challenge_for(client, "password-reset", brand="mgas"))["required"] is False
    assert (await challenge_for(client, "password-reset", address="198.51.100.1"))["required"] is False


async def test_claims_by_leaked_numbers_ask_soon_and_share_their_count(client):
    first, second = await look_up(client), await look_up(client)
    creation = await challenge_for(client, "account-creation", brand="mgas")
    solved = await look_up(client, solution_in(second))

    assert (first.status, second.status, solved.status) == (404, 403, 404)
    assert creation["required"] is True


async def test_a_claim_that_is_badly_written_is_not_counted(client):
    body = {
        "membership_number": "1",
        "nir": "1",
        "email": "a@courriel.example",
        "email_confirmation": "b@courriel.example",
        "accepted_terms": TERMS,
    }
    answers = [await post(client, "/v1/mgas/accounts", body) for _ in range(3)]

    assert {answer.status for answer in answers} == {422}


async def test_a_solution_serves_once(client):
    solution = solution_in(await refused_reset(client))
    answers = [await ask_reset(client, "1850578006084", challenge=solution) for _ in range(3)]

    assert [answer.status for answer in answers] == [202, 403, 403]


async def test_what_was_used_up_is_forgotten_once_it_has_run_out_by_itself(opened, client):
    await ask_reset(client, "1850578006084", challenge=solution_in(await refused_reset(client)))
    spent = "SELECT count(*) FROM spent_challenges"
    opened.clock.advance(minutes=10)
    await forget_faded(opened.identity)

    assert await opened.value(spent) == 1

    opened.clock.advance(seconds=1)
    await forget_faded(opened.identity)

    assert await opened.value(spent) == 0


async def test_of_fifty_parallel_uses_of_one_solution_through_two_instances_one_is_taken(opened, client, tmp_path):
    solution = solution_in(await refused_reset(client))
    async with (
        behind_a_proxy(tmp_path, opened.database_url, resets=LOW) as second,
        http_client(second.identity) as other,
    ):
        clients = (client, other)
        uses = [ask_reset(clients[n % 2], "1850578006084", challenge=solution) for n in range(50)]
        answers = await asyncio.gather(*uses)

    assert sorted(answer.status for answer in answers) == [202] + [403] * 49


async def test_a_solution_that_was_not_needed_is_still_good(client):
    await refused_reset(client)
    solution = solve(await challenge_for(client, "password-reset"))
    quiet = await ask_reset(client, "1850578006084", challenge=solution, address="198.51.100.1")
    needed = await ask_reset(client, "1850578006084", challenge=solution)

    assert (quiet.status, needed.status) == (202, 202)


async def test_a_solution_is_good_for_no_other_brand_or_step(opened, client):
    solution = solution_in(await refused_reset(client))
    await look_up(client)
    foreign_step = await look_up(client, solution)
    headers = {"X-Forwarded-For": "192.0.2.1"}
    for _ in range(2):
        foreign_brand = await post(
            client, "/v1/mgas/password-resets", {"identifier": "a@b.example", "challenge": solution}, headers=headers
        )

    assert (foreign_step.status, foreign_step.code) == (403, "challenge-required")
    assert (foreign_brand.status, foreign_brand.code) == (403, "challenge-required")
    assert (await ask_reset(client, "1850578006084", challenge=solution)).status == 202


async def test_a_solution_runs_out(opened, client):
    late, in_time = [solution_in(await refused_reset(client)) for _ in range(2)]
    opened.clock.advance(minutes=10)

    assert (await ask_reset(client, "1850578006084", challenge=late)).status == 403

    opened.clock.advance(seconds=-1)

    assert (await ask_reset(client, "1850578006084", challenge=in_time)).status == 202


async def test_an_altered_challenge_is_refused_and_the_unaltered_one_still_good(client):
    solution = solution_in(await refused_reset(client))
    changes: list[dict[str, Any]] = [
        {"data": {"expires": 4_000_000_000}},
        {"data": {"for": "sign-in"}},
        {"data": {"work": 1_000_000}},
        {"cost": 1},
        {"keyPrefix": ""},
        {"keySignature": None},
        {"keySignature": "00"},
        {"expiresAt": 4_000_000_000},
        {"expiresAt": 1},
        {"algorithm": "SHA-256"},
    ]
    refused = [await ask_reset(client, "1850578006084", challenge=altered(solution, **one)) for one in changes]

    assert [(one.status, one.code) for one in refused] == [(403, "challenge-required")] * len(changes)
    assert (await ask_reset(client, "1850578006084", challenge=solution)).status == 202


async def test_what_is_no_solution_is_refused_with_a_challenge(client):
    await refused_reset(client)
    contents: list[Any] = [
        None,
        [],
        {"challenge": 1, "solution": 2},
        {"challenge": {"parameters": []}, "solution": {"counter": 1, "derivedKey": ""}},
        {"challenge": {"parameters": {"data": "x" * 9000}}},
    ]
    solutions = ["", "x", "é", base64.b64encode(b"[" * 3000).decode()]
    solutions += [base64.b64encode(json.dumps(one).encode()).decode() for one in contents]
    refused = [await ask_reset(client, "1850578006084", challenge=one) for one in solutions]

    assert [(one.status, one.code) for one in refused] == [(403, "challenge-required")] * len(solutions)
    assert (await ask_reset(client, "1850578006084", challenge=solution_in(refused[-1]))).status == 202


async def test_a_wrong_answer_to_a_right_challenge_is_refused(client):
    content = json.loads(base64.b64decode(solution_in(await refused_reset(client))))
    content["solution"]["derivedKey"] = content["challenge"]["parameters"]["keyPrefix"] + "00" * 16
    wrong = base64.b64encode(json.dumps(content).encode()).decode()

    assert (await ask_reset(client, "1850578006084", challenge=wrong)).status == 403


async def test_the_work_doubles_with_what_went_wrong_and_an_easy_solution_is_not_enough_any_more(opened):
    rules = {"resets": {"address_challenge_at": 2, "address_stop_at": 1000, "brand_challenge_at": 1000}}
    asked = []
    async with client_under(opened, challenge_work=4, **rules) as client:
        for _ in range(2):
            await ask_reset(client, "1850578006084")
        early = solution_in(await ask_reset(client, "1850578006084"))
        for _ in range(30):
            refused = await ask_reset(client, "1850578006084")
            asked.append(refused.body["challenge"]["parameters"]["data"]["work"])
            await ask_reset(client, "1850578006084", challenge=solution_in(refused))
        too_easy = await ask_reset(client, "1850578006084", challenge=early)

    assert asked == [4] * 2 + [8] * 4 + [16] * 8 + [32] * 16
    assert too_easy.status == 403


async def test_a_solution_counts_although_the_risk_rose_a_little_while_it_was_found(opened):
    async with http_client(limited(opened.identity, challenge_work=4, resets={"address_challenge_at": 2})) as client:
        for _ in range(2):
            await ask_reset(client, "1850578006084")
        slow = solution_in(await ask_reset(client, "1850578006084"))
        for _ in range(3):
            quick = solution_in(await ask_reset(client, "1850578006084"))
            await ask_reset(client, "1850578006084", challenge=quick)

        assert (await ask_reset(client, "1850578006084", challenge=slow)).status == 202


async def test_a_refusal_tells_whom_to_call_and_what_to_solve(client):
    refused = await refused_reset(client)

    assert refused.body["help"]["phone"] == "01 99 00 12 34"
    assert refused.body["detail"].startswith("Une vérification de sécurité est nécessaire")
    assert refused.body["challenge"]["parameters"]["data"] == {
        "brand": "safiag",
        "for": "password-reset",
        "work": 1,
        "expires": 1_773_133_200 + 600,
    }
