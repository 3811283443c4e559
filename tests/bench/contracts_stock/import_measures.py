"""What `tests.bench.contracts` measures of imports: their pace, the memory they need, and what reads take meanwhile."""

import asyncio
import random
import time
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from tests.bench.contracts_stock.files import reimbursement_json, write_ndjson
from tests.bench.contracts_stock.measures import RATE, Figures, Place, asking, milliseconds
from tests.bench.contracts_stock.money import Share, reimbursements_of
from tests.bench.contracts_stock.people import enrolment
from tests.bench.contracts_stock.reads import Read, reads_of
from tests.bench.contracts_stock.uploads import Imported, Uploads
from tests.bench.wire_client import open_loop

SETTLE_SECONDS = 2.0


async def import_figures(place: Place, uploads: Uploads, directory: Path) -> Figures:
    """Return the pace of members and of reimbursements, and the memory that each process has needed meanwhile."""
    found: Figures = {}
    for kind, lines in (("members", _members(place)), ("reimbursements", _reimbursements(place))):
        file, paces = directory / f"{kind}.ndjson", {"members": 1500, "reimbursements": 8000}
        write_ndjson(file, islice(lines, int(paces[kind] * 2 * place.seconds)))
        found |= _figures(kind, await uploads.send(kind, file))
        file.unlink()
    return found


async def both_figures(place: Place, uploads: Uploads, directory: Path) -> Figures:
    """Return what all kinds of reads, mixed, take alone and while reimbursements are imported."""
    kinds = [read async for read in reads_of(uploads.url, place.people, count=200) if isinstance(read, Read)]
    mixed = [request for read in kinds for request in read.requests]
    random.Random(1).shuffle(mixed)
    reads = asking(Read("mixed", mixed))
    await open_loop(uploads.url, reads, rate=RATE, seconds=1)  # warm
    alone = milliseconds(await open_loop(uploads.url, reads, rate=RATE, seconds=place.seconds))
    file = directory / "meanwhile.ndjson"
    write_ndjson(file, islice(_reimbursements(place), int(8000 * (place.seconds + 2 * SETTLE_SECONDS))))
    importing = asyncio.create_task(uploads.send("reimbursements", file))
    await asyncio.sleep(SETTLE_SECONDS)
    meanwhile = milliseconds(await open_loop(uploads.url, reads, rate=RATE, seconds=place.seconds))
    was_short = importing.done()
    done = await importing
    file.unlink()
    return {
        "reads alone, p50 ms": alone["p50"],
        "reads alone, p99 ms": alone["p99"],
        "reads while importing, p50 ms": meanwhile["p50"],
        "reads while importing, p99 ms": meanwhile["p99"],
        "p99 while importing to alone (aim: under 2)": meanwhile["p99"] / alone["p99"],
        "lines a second meanwhile": done.lines_per_second,
        "import ended before the reads": was_short,
    }


def _figures(kind: str, done: Imported) -> Figures:
    assert done.report["refused"] == 0, done.report
    return {
        f"{kind}: lines": done.report["lines"],
        f"{kind}: lines that said something new": done.report["accepted"],
        f"{kind}: lines a second": done.lines_per_second,
        f"{kind}: seconds of the upload": done.upload_seconds,
        **{f"{kind}: memory of {name} after the first tenth, MiB": value for name, value in done.growth.items()},
    }


def _members(place: Place) -> Iterator[dict[str, Any]]:
    """Half of the lines change a member, a tenth enrol one, the others say what is known."""
    today, phone = date.today(), f"07{time.time_ns() // 1000 % 10**8:08}"
    unknown = place.members + time.time_ns() // 10**6 % 10**7
    for number in range(10**9):
        if number % 10 == 0:
            yield enrolment(unknown + number, today)
        else:
            line = enrolment(number % place.members, today)
            yield line | {"phone": phone} if number % 2 else line


def _reimbursements(place: Place) -> Iterator[dict[str, Any]]:
    """Lines of the present month about random members, as nobody has sent them before."""
    today, mark = date.today(), time.time_ns()
    for _, line in reimbursements_of(Share(0, place.members), today.replace(day=1), lines=10**9, today=today):
        yield reimbursement_json(line._replace(line_id=f"{mark}-{line.line_id}"))
