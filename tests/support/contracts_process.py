"""Contracts' own processes, `serve` and `work`, started from the environment as in production."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from contracts_service.settings import ContractsSettings
from service_kit.settings import variable_name

from tests.support.identity_process import free_port, until_it_lives

STOP_SECONDS = 30.0


@dataclass(frozen=True)
class Running:
    """A process and where it answers."""

    url: str
    process: psutil.Process


@asynccontextmanager
async def contracts_process(verb: str, settings: ContractsSettings, *, log: Path) -> AsyncIterator[Running]:
    """Run `python -m contracts_service <verb>`, logging to `log`; yield it once it lives."""
    port = free_port()
    settings = settings.model_copy(update={"http_port": port, "work_health_port": port})
    with log.open("wb") as output:
        started = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "contracts_service", verb, env=environment(settings), stdout=output, stderr=output
        )
        try:
            await until_it_lives(f"http://127.0.0.1:{port}", started)
            yield Running(f"http://127.0.0.1:{port}", psutil.Process(started.pid))
        finally:
            if started.returncode is None:
                started.terminate()
            await asyncio.wait_for(started.wait(), STOP_SECONDS)


def environment(settings: ContractsSettings) -> dict[str, str]:
    """Return this process's environment with `settings` as variables."""
    values = settings.model_dump(mode="json", exclude_none=True)
    texts = {name: ",".join(value) if isinstance(value, list) else str(value) for name, value in values.items()}
    return {**os.environ, **{variable_name(ContractsSettings, name): text for name, text in texts.items()}}
