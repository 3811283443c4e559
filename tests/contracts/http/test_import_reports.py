"""What a back office is told of its imports: progress, the list, and every refused line to download."""

import csv
import io
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import psutil
from contracts_service.usecases.process_imports import process_due_imports

from tests.support.contracts_fixtures import FixedClock, OpenContracts, enrolment_line, many_lines, ndjson

MEGABYTE = 1024 * 1024


async def download(contracts: OpenContracts, import_id: str, query: str = "", **headers: str) -> tuple[str, bytes]:
    url = f"{contracts.url}/v1/mgas/imports/{import_id}/report{query}"
    async with contracts.client.get(url, headers={**contracts.staff(), **headers}) as response:
        assert response.status == 200
        return response.headers["Content-Type"], await response.read()


async def test_the_report_has_every_refused_line_and_no_value(contracts: OpenContracts) -> None:
    lines = [
        enrolment_line(number, nir="1851375123456" if number % 2 else f"2690599000{number:03}") for number in (1, 2, 3)
    ]
    _, answer = await contracts.send(ndjson([*lines, lines[1]]))
    kind, raw = await download(contracts, answer["id"])
    head, *told = [json.loads(line) for line in raw.splitlines()]

    assert (kind, head["id"], head["state"]) == ("application/x-ndjson", answer["id"], "done")
    assert (head["accepted"], head["unchanged"], head["refused"]) == (1, 1, 2)
    assert told == answer["errors"]
    assert [one["line"] for one in told] == [1, 3]
    assert b"1851375123456" not in raw


async def test_the_report_in_csv_is_what_a_spreadsheet_reads(contracts: OpenContracts) -> None:
    wrong = enrolment_line(2, nir="1851375123456", title=7) | {"=cmd": 1}
    _, answer = await contracts.send(ndjson([enrolment_line(1), wrong]))
    by_query = await download(contracts, answer["id"], "?format=csv")
    by_header = await download(contracts, answer["id"], Accept="text/csv")
    rows = list(csv.reader(io.StringIO(by_query[1].decode("utf-8-sig")), delimiter=";"))

    assert by_query == by_header
    assert (by_query[0], by_query[1][:3]) == ("text/csv; charset=utf-8", b"\xef\xbb\xbf")
    assert rows[:4] == [
        ["line", "field", "code", "detail"],
        ["", "", "accepted", "1"],
        ["", "", "unchanged", "0"],
        ["", "", "refused", "1"],
    ]
    assert sorted((row[0], row[1], row[2]) for row in rows[4:]) == [
        ("2", "'=cmd", "unknown-field"),
        ("2", "nir", "invalid-nir-month"),
        ("2", "title", "text-required"),
    ]


async def test_twenty_thousand_refusals_are_told_without_being_held(contracts: OpenContracts) -> None:
    _, answer = await contracts.send(b"{}\n" * 20_000)
    url = f"{contracts.url}/v1/mgas/imports/{answer['id']}/report"
    before, peak, size, lines = psutil.Process().memory_info().rss, 0, 0, 0
    async with contracts.client.get(url, headers=contracts.staff()) as response:
        async for part in response.content.iter_any():
            size, lines = size + len(part), lines + part.count(b"\n")
            peak = max(peak, psutil.Process().memory_info().rss)

    assert (answer["refused"], len(answer["errors"]), lines) == (20_000, 1000, 20_001)
    assert size > 12 * MEGABYTE
    assert peak - before < 10 * MEGABYTE


async def test_a_report_is_its_brands_alone(contracts: OpenContracts) -> None:
    _, answer = await contracts.send(ndjson([enrolment_line(1)]))
    path = f"/imports/{answer['id']}/report"
    other = await contracts.get(f"/v1/demo{path}", contracts.staff("demo"))
    adviser = await contracts.get(f"/v1/mgas{path}", contracts.staff(role="adviser"))
    nowhere = await contracts.get(f"/v1/mgas/imports/{uuid4()}/report", contracts.staff())

    assert [other[0], adviser[0], nowhere[0]] == [404, 403, 404]


async def test_progress_is_told_with_a_speed_and_an_end(hurried: OpenContracts) -> None:
    clock = hurried.service.foundation.clock
    assert isinstance(clock, FixedClock)
    _, answer = await hurried.send(ndjson(many_lines(250)))
    waiting = (await hurried.report(answer["id"]))[1]
    await hurried.execute("UPDATE imports SET processing_since = $1, accepted = 40, refused = 10", clock.instant)
    clock.instant += timedelta(seconds=2)
    running = (await hurried.report(answer["id"]))[1]

    assert [waiting[name] for name in ("state", "lines", "processed", "lines_per_second", "estimated_end")] == [
        "running",
        250,
        0,
        None,
        None,
    ]
    assert (running["processed"], running["lines_per_second"], running["errors"]) == (50, 25.0, [])
    assert running["estimated_end"] == (clock.instant + timedelta(seconds=8)).isoformat().replace("+00:00", "Z")


async def test_imports_are_listed_page_by_page_newest_first(hurried: OpenContracts) -> None:
    clock = hurried.service.foundation.clock
    assert isinstance(clock, FixedClock)
    sent = []
    for number in range(5):
        clock.instant += timedelta(seconds=number % 2)  # some begin at the same instant
        sent.append((await hurried.send(ndjson([enrolment_line(number)])))[1]["id"])
    await hurried.send(ndjson([enrolment_line(9)]), "demo")
    found: list[dict[str, Any]] = []
    path = "/v1/mgas/imports?limit=2"
    pages, cursor = 0, ""
    while cursor is not None:
        _, page = await hurried.get(path + cursor, hurried.staff())
        found, pages, following = found + page["items"], pages + 1, page["next"]
        cursor = following and f"&cursor={following}"
    foreign = await hurried.get("/v1/demo/imports?cursor=" + (await first_cursor(hurried)), hurried.staff("demo"))
    while await process_due_imports(hurried.service):
        pass

    assert (pages, {one["id"] for one in found}, len(found)) == (3, set(sent), 5)
    assert [one["begun_at"] for one in found] == sorted((one["begun_at"] for one in found), reverse=True)
    assert (foreign[0], foreign[1]["fields"][0]["code"]) == (422, "invalid-cursor")


async def first_cursor(contracts: OpenContracts) -> str:
    cursor: str = (await contracts.get("/v1/mgas/imports?limit=1", contracts.staff()))[1]["next"]
    return cursor
