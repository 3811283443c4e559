"""`python -m tests.bench.contracts`: reads and imports of contracts on a loaded database, beside a bare handler, in one run.

Loads the database first where `--directory` has none of this scale (`tests.bench.contracts_load`). One `serve` and one `work`
process answer; the client is this process. With `--grow` the reads are measured on smaller databases too, which shows how their
cost grows. Prints tables and writes tests/bench/results/contracts.json. Figures of a shared machine are noisy: ratios within one
run are what to compare.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from espace_embedded.staff_tokens import staff_token

from tests.bench.contracts_load import Scale, add_arguments, load_into
from tests.bench.contracts_stock.import_measures import both_figures, import_figures
from tests.bench.contracts_stock.measures import Figures, Place, floor_figures, plan_figures, read_figures
from tests.bench.contracts_stock.people import BRAND
from tests.bench.contracts_stock.server import MEASURED, bench_server
from tests.bench.contracts_stock.uploads import Uploads
from tests.support.contracts_fixtures import contracts_settings
from tests.support.contracts_process import contracts_process
from tests.support.identity_process import free_port

RESULTS = Path(__file__).parent / "results" / "contracts.json"
AIM_MS = 15.0


async def measure(place: Place, directory: Path, *, only_reads: bool) -> Figures:
    """Return all figures of one database."""
    plans, whole = await plan_figures(place)
    async with contracts_process("serve", place.settings, log=directory / "serve.log") as serving:
        reads, left_out = await read_figures(place, serving.url)
        found: Figures = {
            "reads": {name: reads[name] | plans.get(name, {}) for name in reads},
            "not measured": left_out,
            "large tables read whole (aim: none)": whole,
        }
        if only_reads:
            return found
        async with _bare_handler(place.settings.database_url) as bare:
            found["floor"] = await floor_figures(place, serving.url, bare)
        async with contracts_process("work", place.settings, log=directory / "work.log") as working:
            processes = {"serve": serving.process, "work": working.process}
            uploads = Uploads(serving.url, _staff(directory / "keys"), processes)
            found["imports"] = await import_figures(place, uploads, directory)
            found["both"] = await both_figures(place, uploads, directory)
    return found


def _staff(keys: Path) -> dict[str, str]:
    token = staff_token(keys / "staff" / "signing-keys.json", brand=BRAND, role="back-office", now=datetime.now(UTC))
    return {"Authorization": f"Bearer {token}"}


@asynccontextmanager
async def _bare_handler(database_url: str) -> AsyncIterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.contracts_stock.bare_reimbursements", str(port), database_url]
    process = subprocess.Popen(command)
    try:
        await asyncio.sleep(3)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def bench(directory: Path, scales: list[Scale], *, seconds: float) -> Figures:
    """Load what is missing and measure; all but the last of `scales` only for how reads grow."""
    for scale in scales:
        if not _is_loaded(directory, scale):
            load_into(directory, scale)
    found: Figures = {"server": MEASURED}
    with bench_server(directory, filling=False) as admin_url:
        for scale in scales:
            url = urlsplit(admin_url)._replace(path=f"/{scale.database}").geturl()
            settings = contracts_settings(url, directory / "keys")
            place = Place(settings, directory / "keys", scale.members, seconds)
            name = f"{scale.members:,} members, {scale.lines:,} lines"
            found[name] = asyncio.run(measure(place, directory, only_reads=scale is not scales[-1]))
            print(f"\n{name}\n{_table(found[name])}", flush=True)
    return found


def _is_loaded(directory: Path, scale: Scale) -> bool:
    return (directory / f"{scale.database}.loaded").exists()


def _table(found: Figures) -> str:
    rows = [f"{'':58}{'p50 ms':>9}{'p99 ms':>9}{'pages':>7}"]
    for name, one in found["reads"].items():
        mark = "" if one["p99"] < AIM_MS else f"  over {AIM_MS:.0f} ms"
        rows.append(f"{name:58}{one['p50']:9.2f}{one['p99']:9.2f}{one.get('pages', 0):7}{mark}")
    for part in ("floor", "imports", "both"):
        rows += [f"{name:66} {value:12,.2f}" for name, value in found.get(part, {}).items()]
    rows += [f"not measured: {why}" for why in found["not measured"]]
    rows += [f"READ WHOLE: {which}" for which in found["large tables read whole (aim: none)"]]
    return "\n".join(rows)


def _scale(text: str) -> Scale:
    members, _, lines = text.partition(":")
    return Scale(int(members), int(lines))


@contextmanager
def _directory(given: Path | None) -> Iterator[Path]:
    if given is not None:
        yield given.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="bench-contracts-") as made:
        Path(made).chmod(0o711)
        yield Path(made)


def main() -> None:
    """Run, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--seconds", type=float, default=10.0, help="how long each thing is measured")
    parser.add_argument("--grow", type=_scale, nargs="*", default=[], metavar="MEMBERS:LINES")
    given = parser.parse_args()
    with _directory(given.directory) as directory:
        found: dict[str, Any] = bench(
            directory, [*given.grow, Scale(given.members, given.lines)], seconds=given.seconds
        )
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
