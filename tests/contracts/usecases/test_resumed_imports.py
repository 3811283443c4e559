"""Imports that a call does not finish, or whose process dies: others go on, and nothing is done twice."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from contracts_service.store import import_claims
from contracts_service.usecases.drop_uploads import sweep_imports
from contracts_service.usecases.import_kinds import KINDS
from contracts_service.usecases.process_imports import MOST_ATTEMPTS, process_due_imports
from contracts_service.worker import background
from service_kit.background import run_background
from service_kit.in_process import InProcessBroker

from tests.support.contracts_fixtures import FixedClock, OpenContracts, enrolment_line, many_lines, ndjson
from tests.support.waiting import eventually

CHUNK_LINES = KINDS["members"].chunk_lines
NOW = FixedClock().now()
LINES = 3 * CHUNK_LINES


async def state(contracts: OpenContracts, import_id: str) -> tuple[str, int, int]:
    _, answer = await contracts.report(import_id)
    return answer["state"], answer["accepted"], answer["refused"]


async def work_off(contracts: OpenContracts) -> None:
    while await process_due_imports(contracts.service):
        pass


async def stage(contracts: OpenContracts, lines: list[dict[str, Any]], brand: str = "mgas") -> str:
    status, answer = await contracts.send(ndjson(lines), brand)
    assert (status, answer["state"]) == (202, "running")
    import_id: str = answer["id"]
    return import_id


async def claim(contracts: OpenContracts, *, lease_seconds: float = 60.0) -> import_claims.Claim | None:
    async with contracts.service.database.transaction() as connection:
        return await import_claims.claim_next(
            connection, claim=uuid4(), only=None, lease_seconds=lease_seconds, now=NOW
        )


async def test_a_long_import_is_answered_with_its_address_and_done_behind_the_answer(hurried: OpenContracts) -> None:
    url = f"{hurried.url}/v1/mgas/imports"
    headers = {"Content-Type": "application/x-ndjson", **hurried.staff()}
    body = ndjson(many_lines(5))
    async with hurried.client.post(f"{url}?kind=members", data=body, headers=headers) as response:
        answer = await response.json()
        place = response.url.with_query(None).join(type(response.url)(response.headers["Location"]))
    before = await state(hurried, answer["id"])
    await work_off(hurried)

    assert (response.status, before, str(place)) == (202, ("running", 0, 0), f"{url}/{answer['id']}")
    assert await state(hurried, answer["id"]) == ("done", 5, 0)


async def test_the_background_really_goes_on_in_the_same_process(hurried: OpenContracts, tmp_path: Path) -> None:
    service, stop = hurried.service, asyncio.Event()
    broker = InProcessBroker(dead_letters=tmp_path / "dead")
    working = asyncio.create_task(run_background(service.foundation, background(service), broker, stop, alone=False))
    import_id = await stage(hurried, many_lines(LINES))
    found = await eventually(lambda: state(hurried, import_id), lambda seen: seen[0] == "done", within=30)
    stop.set()
    await working

    assert found == ("done", LINES, 0)


async def test_an_import_is_resumed_where_a_killed_process_left_it(hurried: OpenContracts) -> None:
    import_id = await stage(hurried, many_lines(LINES))
    killed = await claim(hurried)  # and never heard of again
    while_leased = await process_due_imports(hurried.service)
    await hurried.execute("UPDATE imports SET claimed_until = now() - interval '1 second'")
    await work_off(hurried)

    assert (killed is not None, while_leased) == (True, 0)
    assert await state(hurried, import_id) == ("done", LINES, 0)
    assert len(await hurried.envelopes()) == LINES
    assert await hurried.fetch("SELECT FROM import_lines") == []


async def test_what_was_done_before_the_process_died_is_not_done_again(
    hurried: OpenContracts, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = await stage(hurried, many_lines(LINES))
    monkeypatch.setattr("contracts_service.usecases.process_imports.ROUND_SECONDS", 0.0)
    await process_due_imports(hurried.service)  # one chunk
    after_one = await state(hurried, import_id)
    await hurried.execute("UPDATE imports SET claimed_until = now() + interval '1 hour', claim = $1", uuid4())
    await hurried.execute("UPDATE imports SET claimed_until = now() - interval '1 second'")
    await work_off(hurried)
    versions = {one.data["version"] for one in await hurried.envelopes()}

    assert after_one == ("running", CHUNK_LINES, 0)
    assert await state(hurried, import_id) == ("done", LINES, 0)
    assert (len(await hurried.envelopes()), versions) == (LINES, {1})


async def test_a_holder_whose_lease_ran_out_writes_nothing_more(hurried: OpenContracts) -> None:
    await stage(hurried, many_lines(5))
    late = await claim(hurried, lease_seconds=-1)
    other = await claim(hurried)
    assert late is not None
    async with hurried.service.database.transaction() as connection:
        held = await import_claims.hold(connection, late, lease_seconds=60)
    rows = await hurried.fetch("SELECT claim FROM imports")

    assert (held, other is not None) == (None, True)
    assert other is not None
    assert rows[0]["claim"] == other.claim


async def test_a_brands_files_are_processed_in_the_order_of_their_arrival(hurried: OpenContracts) -> None:
    first = await stage(hurried, [enrolment_line(1, title="Mme")])
    second = await stage(hurried, [enrolment_line(1, title="Dr")])
    other_brand = await stage(hurried, [enrolment_line(2)], "demo")
    held = await claim(hurried)
    assert held is not None
    await work_off(hurried)  # the second file waits for the first, another brand's does not
    seen = [
        await state(hurried, first),
        await state(hurried, second),
        (await hurried.report(other_brand, "demo"))[1]["state"],
    ]
    await hurried.execute("UPDATE imports SET claimed_until = NULL")
    await work_off(hurried)
    row = (await hurried.fetch("SELECT title, version FROM members WHERE brand = 'mgas'"))[0]

    assert str(held.import_id) == first
    assert seen == [("running", 0, 0), ("running", 0, 0), "done"]
    assert (row["title"], row["version"]) == ("Dr", 2)


async def test_a_chunk_that_fails_is_rolled_back_put_off_and_tried_again(hurried: OpenContracts) -> None:
    import_id = await stage(hurried, many_lines(5))
    await hurried.execute("ALTER TABLE beneficiaries RENAME TO elsewhere")
    with pytest.raises(asyncpg.UndefinedTableError):
        await process_due_imports(hurried.service)
    left = [len(await hurried.fetch(f"SELECT FROM {table}")) for table in ("members", "outbox", "import_lines")]
    at_once = await process_due_imports(hurried.service)
    await hurried.execute("ALTER TABLE elsewhere RENAME TO beneficiaries")
    await hurried.execute("UPDATE imports SET claimed_until = now() - interval '1 second'")
    await work_off(hurried)

    assert (left, at_once) == ([0, 0, 1], 0)
    assert await state(hurried, import_id) == ("done", 5, 0)


async def test_an_import_that_never_makes_headway_fails_and_lets_the_next_one_go(hurried: OpenContracts) -> None:
    hopeless = await stage(hurried, many_lines(5))
    following = await stage(hurried, [enrolment_line(9)])
    await hurried.execute("UPDATE imports SET attempts = $1 WHERE id::text = $2", MOST_ATTEMPTS, hopeless)
    await process_due_imports(hurried.service)
    await work_off(hurried)
    swept = await sweep_imports(hurried.service)

    assert [await state(hurried, one) for one in (hopeless, following)] == [("failed", 0, 0), ("done", 1, 0)]
    assert (swept, await hurried.fetch("SELECT FROM import_lines")) == (1, [])


async def test_an_upload_whose_receiver_died_is_swept_away(hurried: OpenContracts) -> None:
    living, dead = uuid4(), uuid4()
    for import_id, lease in ((living, "1 minute"), (dead, "-1 second")):
        await hurried.execute(
            f"""
            INSERT INTO imports (id, brand, kind, state, requested_by, begun_at, claimed_until)
            VALUES ($1, 'mgas', 'members', 'receiving', 'somebody', now(), now() + interval '{lease}')
            """,
            import_id,
        )
        await hurried.execute(
            "INSERT INTO import_lines (import_id, line_number, last_line, content_sealed)"
            " SELECT $1, n, n, '' FROM generate_series(1, 7) AS n",
            import_id,
        )
    swept = await sweep_imports(hurried.service)

    assert swept == 1
    assert [row["id"] for row in await hurried.fetch("SELECT id FROM imports")] == [living]
    assert len(await hurried.fetch("SELECT FROM import_lines")) == 7


async def test_reports_are_forgotten_after_ninety_days(hurried: OpenContracts) -> None:
    import_id = await stage(hurried, [enrolment_line(1, nir="?")])
    await work_off(hurried)
    clock = hurried.service.foundation.clock
    await hurried.execute("UPDATE imports SET finished_at = $1::timestamptz - interval '91 days'", clock.now())
    await sweep_imports(hurried.service)

    assert (await hurried.report(import_id))[0] == 404
    assert await hurried.fetch("SELECT FROM import_errors") == []


async def test_who_does_not_want_to_wait_gets_the_id_at_once(contracts: OpenContracts) -> None:
    status, answer = await contracts.send(ndjson(many_lines(5)), headers={"Prefer": "respond-async"})
    await work_off(contracts)

    assert (status, answer["state"]) == (202, "running")
    assert await state(contracts, answer["id"]) == ("done", 5, 0)
