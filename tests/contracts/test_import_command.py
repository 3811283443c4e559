"""`espace import` against a contracts service: whose file it is, what it prints, how it ends, and uploads that break off."""

import asyncio
import csv
import gzip
import io
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from contracts_service.usecases.process_imports import process_due_imports
from contracts_service.worker import background
from espace_embedded.import_files import FileRefused, ImportFile, Said, import_file
from espace_embedded.import_progress import ImportProgress
from service_kit.background import run_background
from service_kit.in_process import InProcessBroker

from tests.support.contracts_fixtures import FixedClock, OpenContracts, enrolment_line, many_lines, ndjson
from tests.support.contracts_fixtures import open_contracts_service as open_service
from tests.support.csv_files import csv_file
from tests.support.tcp_proxy import TcpProxy
from tests.support.waiting import eventually

ESPACE = Path(sys.executable).with_name("espace")
NOTHING_SAID = Said(None, None, None)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("members-mgas.ndjson", ("mgas", "members", "ndjson")),
        ("night/contributions-demo-2026-11.csv", ("demo", "contributions", "csv")),
        ("reimbursements-safiag.jsonl.gz", ("safiag", "reimbursements", "ndjson")),
        ("members-mgas.2026-11-21.csv.gz", ("mgas", "members", "csv")),
    ],
)
def test_a_name_says_brand_kind_and_format(name: str, expected: tuple[str, str, str]) -> None:
    file = import_file(name, NOTHING_SAID)

    assert (file.brand, file.kind, file.format) == expected
    assert file == ImportFile(Path(name), *expected)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("members-mgas.ndjson", Said("demo", None, None)),
        ("members-mgas.ndjson", Said(None, "contributions", None)),
        ("members-mgas.csv", Said(None, None, "ndjson")),
        ("export.ndjson", NOTHING_SAID),
        ("members-mgas.xlsx", NOTHING_SAID),
        ("-", Said("mgas", "members", None)),
    ],
)
def test_a_contradiction_or_too_little_is_refused(name: str, said: Said) -> None:
    with pytest.raises(FileRefused):
        import_file(name, said)


def test_elsewhere_than_on_a_terminal_a_line_a_step_is_enough() -> None:
    stream = io.StringIO()
    progress = ImportProgress("f", stream)
    for done in range(0, 101, 10):
        progress.show("sent", done, 100, "bytes")
    progress.show("processed", 0, 7, "lines")
    progress.end()

    assert stream.getvalue().splitlines() == ["f: sent 0 % of 100 bytes", "f: processed 0 % of 7 lines"]


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_a_bar_is_drawn_to_its_end() -> None:
    stream = _Terminal()
    progress = ImportProgress("f", stream)
    progress.show("sent", 50, 100, "bytes")
    progress.show("sent", 100, 100, "bytes")
    progress.end()

    assert "[###############...............] 50 % of 100 bytes" in stream.getvalue()
    assert stream.getvalue().rstrip("\n").endswith("/s)\x1b[K")
    assert "[" + 30 * "#" + "] 100 % of 100 bytes" in stream.getvalue()


@pytest.fixture
async def working(contracts_database: str, tmp_path: Path) -> AsyncIterator[OpenContracts]:
    """The service with its background at work, as in any deployment."""
    async with open_service(contracts_database, tmp_path / "service", clock=FixedClock()) as opened:
        stop, broker = asyncio.Event(), InProcessBroker(dead_letters=tmp_path / "dead-letters")
        task = asyncio.create_task(
            run_background(opened.service.foundation, background(opened.service), broker, stop, alone=False)
        )
        yield opened
        stop.set()
        await task
        await broker.close()


async def espace(
    contracts: OpenContracts, *arguments: str, url: str | None = None, **given: bytes
) -> tuple[int, str, str]:
    """Run `espace import`; return exit code, output and errors."""
    token = contracts.staff()["Authorization"].removeprefix("Bearer ")
    process = await asyncio.create_subprocess_exec(
        ESPACE,
        "import",
        "--url",
        url or contracts.url,
        *arguments,
        env={"PATH": os.environ["PATH"], "ESPACE_TOKEN": token},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await asyncio.wait_for(process.communicate(given.get("stdin", b"")), 60)
    assert process.returncode is not None
    return process.returncode, out.decode(), errors.decode()


async def test_files_are_imported_and_the_exit_code_says_how_they_went(working: OpenContracts, tmp_path: Path) -> None:
    lines = many_lines(120)
    good, packed, bad = (tmp_path / name for name in ("members-mgas.ndjson", "members-mgas.csv.gz", "export.txt"))
    good.write_bytes(ndjson(lines))
    packed.write_bytes(gzip.compress(csv_file(lines)))
    bad.write_bytes(ndjson([enrolment_line(900), enrolment_line(901, nir="1")]))
    report = tmp_path / "report.csv"
    first = await espace(working, str(good), str(packed))
    some = await espace(
        working, str(bad), "--brand", "mgas", "--kind", "members", "--format", "ndjson", "--report", str(report)
    )
    rows = list(csv.reader(io.StringIO(report.read_text(encoding="utf-8-sig")), delimiter=";"))

    assert (first[0], [line.partition(" (")[0] for line in first[1].splitlines()]) == (
        0,
        [
            "members-mgas.ndjson: 120 lines: 120 accepted, 0 unchanged, 0 refused",
            "members-mgas.csv.gz: 120 lines: 0 accepted, 120 unchanged, 0 refused",
        ],
    )
    assert (some[0], some[1].splitlines()[1]) == (1, "  line 2: nir invalid-nir-length")
    assert rows[-1][:3] == ["2", "nir", "invalid-nir-length"]


async def test_standard_input_and_refusals_as_a_whole(working: OpenContracts, tmp_path: Path) -> None:
    said = ("--kind", "members", "--format", "ndjson")
    piped = await espace(working, "-", "--brand", "mgas", *said, stdin=ndjson([enrolment_line(1)]))
    other = await espace(working, "-", "--brand", "demo", *said)
    columns = await espace(working, "-", "--brand", "mgas", "--kind", "members", "--format", "csv", stdin=b"a;b\n")
    nothing = await espace(working, str(tmp_path / "members-mgas.csv"))
    away = await espace(working, "-", "--brand", "mgas", *said, url="http://127.0.0.1:9")
    clear = await espace(working, "-", "--brand", "mgas", *said, url="http://elsewhere.example")

    assert [piped[0], other[0], columns[0], nothing[0], away[0], clear[0]] == [0, 2, 2, 2, 3, 2]
    assert "forbidden" in other[2]
    assert "column 1: unknown-column" in columns[2]


async def test_an_upload_that_breaks_off_is_sent_again_and_imported_once(
    contracts: OpenContracts, tmp_path: Path
) -> None:
    file = tmp_path / "members-mgas.ndjson"
    file.write_bytes(ndjson(many_lines(1500)))
    address = urlsplit(contracts.url)
    async with TcpProxy(str(address.hostname), address.port or 0) as proxy:
        proxy.latency = 0.02
        running = asyncio.create_task(espace(contracts, str(file), url=f"http://127.0.0.1:{proxy.port}"))
        assert await eventually(lambda: contracts.fetch("SELECT FROM import_lines"), bool, within=20)
        proxy.latency = 0.0
        proxy.reset()
        while not running.done():
            await process_due_imports(contracts.service)
            await asyncio.sleep(0.05)
    code, out, _ = await running

    assert (code, out.partition(" (")[0]) == (
        0,
        "members-mgas.ndjson: 1,500 lines: 1,500 accepted, 0 unchanged, 0 refused",
    )
    assert len(await contracts.fetch("SELECT FROM imports")) == 1
