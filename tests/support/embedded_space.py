"""An `espace up` as a newcomer starts it, in a process of its own; its desk; and what a back office and an adviser do there."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp
import orjson

from tests.support.journeys import Mail, Space

ESPACE = Path(sys.executable).with_name("espace")
START_SECONDS = 60
JSON = {"Accept": "application/json"}


@dataclass
class Running:
    """An `espace up` and where it is."""

    process: subprocess.Popen[str]
    base: str
    state: Path
    output: Path

    def stop(self) -> int:
        """Press Ctrl-C and return the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(40)


def start(
    state: Path,
    *options: str,
    port: int | None = None,
    environment: dict[str, str] | None = None,
    output: Path | None = None,
) -> Running:
    """Start `espace up` without waiting."""
    port = port or _free_port()
    output = output or state.parent / f"{state.name}.{port}.out"
    with output.open("w") as file:
        process = subprocess.Popen(
            [str(ESPACE), "up", "--port", str(port), "--state", str(state), *options],
            stdout=file,
            stderr=subprocess.STDOUT,
            text=True,
            env=os.environ | (environment or {}),
        )
    return Running(process, f"http://127.0.0.1:{port}", state, output)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


async def until_welcome(running: Running) -> None:
    """Wait until it says that it is there."""
    async with asyncio.timeout(START_SECONDS):
        while "Ctrl-C" not in running.output.read_text():
            assert running.process.poll() is None, running.output.read_text()
            await asyncio.sleep(0.1)


@asynccontextmanager
async def opened(running: Running) -> AsyncIterator[Space]:
    """Talk to a running space as a gateway client."""
    await until_welcome(running)
    async with aiohttp.ClientSession() as client:

        async def desk(path: str) -> list[dict[str, Any]]:
            async with client.get(f"{running.base}/_desk/{path}", headers=JSON) as response:
                answer: list[dict[str, Any]] = await response.json()
                return answer

        async def mails_to(email: str) -> list[Mail]:
            return [Mail(mail["subject"], mail["text"]) for mail in await desk("mails") if mail["to"] == email]

        async def letters_to(line: str) -> list[bytes]:
            wanted = [letter["pdf_url"] for letter in await desk("letters") if line in letter["address_lines"]]
            pdfs = []
            for url in wanted:
                async with client.get(f"{running.base}{url}") as response:
                    if response.status == 200:  # otherwise its code has served meanwhile
                        pdfs.append(await response.read())
            return pdfs

        yield Space(client, lambda service: f"{running.base}/api/{service}", mails_to, letters_to)


def staff_token(running: Running, brand: str, role: str = "back-office") -> str:
    """Return what `espace token` prints; each token is asked for once."""
    return _printed_token(running.state, brand, role)


@cache
def _printed_token(state: Path, brand: str, role: str) -> str:
    command = [str(ESPACE), "token", "--brand", brand, "--role", role, "--state", str(state)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


async def import_members(running: Running, space: Space, brand: str, *lines: dict[str, Any]) -> dict[str, Any]:
    """Import members as a back office does, and wait until every service has heard of them."""
    headers = {"Authorization": f"Bearer {staff_token(running, brand)}", "Content-Type": "application/x-ndjson"}
    url = f"{space.url('contracts')}/v1/{brand}/imports?kind=members"
    async with space.client.post(url, data=b"\n".join(map(orjson.dumps, lines)), headers=headers) as response:
        answer: dict[str, Any] = await response.json()

    assert (response.status, answer["refused"]) == (200, 0), answer
    await until_heard(running)
    return answer


async def until_heard(running: Running) -> None:
    """Wait until no event is on its way: the in-process broker publishes once every subscriber has committed."""
    async with aiohttp.ClientSession() as client, asyncio.timeout(30):
        while True:
            async with client.get(f"{running.base}/health/ready") as response:
                report = await response.json()
            if all(part["outbox_oldest_seconds"] == 0.0 for part in report["services"].values()):
                return
            await asyncio.sleep(0.05)
