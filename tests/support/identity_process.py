"""Identity's own processes, `serve` and `work`, started from the environment as in production."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from identity_service.settings import IdentitySettings
from service_kit.settings import variable_name

START_SECONDS = 30.0
STOP_SECONDS = 25.0


@asynccontextmanager
async def identity_process(verb: str, settings: IdentitySettings, *, log: Path) -> AsyncIterator[str]:
    """Run `python -m identity_service <verb>`, logging to `log`; yield its address once it lives."""
    port = free_port()
    settings = settings.model_copy(update={"http_port": port, "work_health_port": port})
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "identity_service", verb, env=environment(settings), stdout=output, stderr=output
        )
        try:
            await until_it_lives(f"http://127.0.0.1:{port}", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            if process.returncode is None:
                process.terminate()
            await asyncio.wait_for(process.wait(), STOP_SECONDS)


def environment(settings: IdentitySettings) -> dict[str, str]:
    """Return this process's environment with `settings` as variables."""
    values = settings.model_dump(mode="json", exclude_none=True)
    texts = {name: ",".join(value) if isinstance(value, list) else str(value) for name, value in values.items()}
    own = {variable_name(IdentitySettings, name): text for name, text in texts.items()}
    return {**os.environ, **own}


def free_port() -> int:
    """Return a port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def until_it_lives(url: str, process: asyncio.subprocess.Process) -> None:
    """Wait until a service's process answers at `url`."""
    async with aiohttp.ClientSession() as client, asyncio.timeout(START_SECONDS):
        while True:
            assert process.returncode is None, "it ended by itself: read its log"
            try:
                async with client.get(f"{url}/health/live") as response:
                    if response.status == 200:
                        return
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)
