"""`espace import FILE…`: files of lines to the embedded space that runs here, or to any deployment by address and token.

Exit codes: 0 every line was accepted or known already, 1 some were refused, 2 a file was refused as a whole or cannot be sent,
3 nobody answers.
"""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import aiohttp

from espace_embedded.import_client import ANSWER_SECONDS, ImportClient, NotReachable, Place, Refused
from espace_embedded.import_files import FORMATS, KINDS, FileRefused, ImportFile, Said, import_file
from espace_embedded.import_progress import ImportProgress
from espace_embedded.staff_tokens import NoStaffKeys, staff_token
from espace_embedded.state import State

ALL_WELL, SOME_REFUSED, REFUSED, NOT_REACHABLE = range(4)
TOKEN_VARIABLE = "ESPACE_TOKEN"  # noqa: S105 - its name
MOST_SHOWN = 5
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def add_import(commands: Any, *, state: Path) -> None:
    """Add the command to the parser of `espace`."""
    parser = commands.add_parser("import", help="import members, contributions or reimbursements")
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="<kind>-<brand>.ndjson, .csv, either as .gz; - for stdin"
    )
    parser.add_argument("--brand", help="when the name does not say it")
    parser.add_argument("--kind", choices=KINDS, help="when the name does not say it")
    parser.add_argument("--format", choices=FORMATS, help="when the name does not say it")
    parser.add_argument(
        "--report", type=Path, metavar="FILE", help="write every refused line there (.csv, else NDJSON)"
    )
    parser.add_argument("--again", action="store_true", help="import the file even if it was imported within a day")
    parser.add_argument(
        "--url", help="of a deployment's contracts service, such as https://espace.example/api/contracts"
    )
    parser.add_argument("--token-file", type=Path, help=f"with a staff token of role back-office (or {TOKEN_VARIABLE})")
    parser.add_argument("--port", type=int, default=8080, help="of the embedded space (default: 8080)")
    parser.add_argument("--state", type=Path, default=state, help="of the embedded space")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> None:
    try:
        said = Said(arguments.brand, arguments.kind, arguments.format)
        files = [import_file(name, said) for name in arguments.files]
        if arguments.report is not None and len(files) > 1:
            raise FileRefused("--report: one file at a time")
        place = _place(arguments)
    except FileRefused as error:
        print(f"espace: {error}", file=sys.stderr)
        raise SystemExit(REFUSED) from None
    raise SystemExit(asyncio.run(_import_all(place, files, arguments)))


def _place(arguments: argparse.Namespace) -> Place:
    if arguments.url is None:
        keys = State(arguments.state.absolute()).staff_keys
        return Place(f"http://127.0.0.1:{arguments.port}/api/contracts", partial(_own_token, keys))
    address = urlsplit(arguments.url)
    if address.scheme != "https" and not (address.scheme == "http" and address.hostname in LOOPBACK):
        raise FileRefused("--url: https://…, since a token and people's data travel there")
    return Place(arguments.url, _given_token(arguments.token_file))


def _own_token(keys: Path, brand: str) -> str:
    try:
        return staff_token(keys, brand=brand, role="back-office", now=datetime.now(UTC))
    except NoStaffKeys as error:
        raise NotReachable(str(error)) from None


def _given_token(file: Path | None) -> Callable[[str], str]:
    def token(_brand: str) -> str:
        try:
            given = os.environ.get(TOKEN_VARIABLE, "") if file is None else file.read_text()
        except OSError as error:
            raise FileRefused(f"cannot read {file}: {error.strerror}") from None
        if not given.strip():
            raise FileRefused(f"no token: --token-file, or {TOKEN_VARIABLE}")
        return given.strip()

    return token


async def _import_all(place: Place, files: list[ImportFile], arguments: argparse.Namespace) -> int:
    worst = ALL_WELL
    patience = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=ANSWER_SECONDS)
    async with aiohttp.ClientSession(timeout=patience) as session:
        for file in files:
            try:
                outcome = await _import_one(ImportClient(place, session), file, arguments)
            except (Refused, FileRefused) as error:
                print(f"espace: {file.name}: {error}", file=sys.stderr)
                outcome = REFUSED
            except NotReachable as error:
                print(f"espace: {file.name}: {error}", file=sys.stderr)
                return NOT_REACHABLE
            worst = max(worst, outcome)
    return worst


async def _import_one(client: ImportClient, file: ImportFile, arguments: argparse.Namespace) -> int:
    begun, progress = time.monotonic(), ImportProgress(file.name)
    await client.look(file.brand)
    key, size = (None, 0) if file.path is None else await file.identity()
    if arguments.again and key is not None:
        key = str(uuid4())
    try:
        import_id = await client.send(file, key=key, sent=lambda done: progress.show("sent", done, size, "bytes"))
        answer = await client.follow(
            file,
            import_id,
            shown=lambda now: progress.show("processed", now["processed"], now["lines"], "lines"),
        )
    finally:
        progress.end()
    if arguments.report is not None:
        await client.save_report(file, import_id, arguments.report)
    return _tell(file, answer, seconds=time.monotonic() - begun, has_report=arguments.report is not None)


def _tell(file: ImportFile, answer: dict[str, Any], *, seconds: float, has_report: bool) -> int:
    """Print what an import has come to, and return the exit code that says so."""
    if answer["state"] == "failed":
        print(f"espace: {file.name}: refused as a whole: {answer['failure']} (import {answer['id']})", file=sys.stderr)
        return REFUSED
    counts = ", ".join(f"{answer[name]:,} {name}" for name in ("accepted", "unchanged", "refused"))
    print(f"{file.name}: {answer['lines']:,} lines: {counts} ({seconds:.1f} s, import {answer['id']})")
    if not answer["refused"]:
        return ALL_WELL
    for one in answer["errors"][:MOST_SHOWN]:
        print(f"  line {one['line']}: " + ", ".join(f"{field['field']} {field['code']}" for field in one["fields"]))
    if answer["refused"] > MOST_SHOWN and not has_report:
        print("  … all of them with --report FILE")
    return SOME_REFUSED
