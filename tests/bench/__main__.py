"""`make bench`: the way from a reset request to its mail at 16 clients, beside a bare floor, in one run.

Prints a table and writes tests/bench/results/resets.json. Figures of a shared machine are noisy: the ratio to the floor, measured
in the same run, is what to compare.
"""

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import asyncpg
import psutil

from tests.bench.dkim_keys import dkim_keys
from tests.bench.floor import SCHEMA
from tests.bench.load import Outcome, run_load
from tests.support import servers
from tests.support.deployment import deployment, until_rows
from tests.support.limits_steps import brands_without_limits
from tests.support.members import member_line
from tests.support.smtp_process import SmtpProcess

RESULTS = Path(__file__).parent / "results" / "resets.json"
CLIENTS = 16
STEADY = 1000 / 60  # resets a second: at this pace every mail is to be with the relay within ten seconds


async def bench(resets: int) -> dict[str, Outcome]:
    """Return product and floor, each at full and at half load, and the product at a thousand resets a minute."""
    emails = [f"personne.{number}@example.org" for number in range(resets)]
    with tempfile.TemporaryDirectory() as directory, servers.postgres() as postgres_url, servers.rabbitmq() as broker:
        relay = SmtpProcess.start(Path(directory))
        try:
            floor = await _floor(postgres_url, broker, relay, emails)
            product = await _product(Path(directory), postgres_url, broker, relay, emails)
        finally:
            relay.stop()
    return {
        "floor": floor[0],
        "product": product[0],
        "floor, half load": floor[1],
        "product, half load": product[1],
        "product, 1,000 a min": product[2],
    }


async def _product(
    directory: Path, postgres_url: str, broker: str, relay: SmtpProcess, emails: list[str]
) -> list[Outcome]:
    async with (
        deployment(
            directory,
            postgres_url=postgres_url,
            rabbitmq_url=broker,
            smtp_url=relay.url,
            IDENTITY_BRANDS_DIRECTORY=str(brands_without_limits(directory)),  # one address asks for everybody
            NOTIFICATIONS_DKIM_DIRECTORY=str(dkim_keys(directory)),
        ) as running,
        aiohttp.ClientSession() as client,
    ):
        await running.import_members(client, "mgas", [member_line(n, email=email) for n, email in enumerate(emails)])
        await until_rows(running.databases["identity"], "SELECT count(*) FROM accounts", len(emails), seconds=300)
        await until_rows(running.databases["documents"], "SELECT count(*) FROM documents", len(emails), seconds=300)
        ours = [psutil.Process(process.pid) for process in running.processes.values()]
        url = f"{running.url('identity')}/v1/mgas/password-resets"
        steady = emails[: int(60 * STEADY)]
        both = await _both_loads(url, emails, relay, ours)
        return [*both, await run_load(url, steady, relay, ours, clients=CLIENTS, rate=STEADY)]


async def _both_loads(
    url: str, emails: list[str], relay: SmtpProcess, processes: list[psutil.Process]
) -> tuple[Outcome, Outcome]:
    await run_load(url, emails[: len(emails) // 10], relay, processes, clients=CLIENTS, rate=None)  # warm
    full = await run_load(url, emails, relay, processes, clients=CLIENTS, rate=None)
    half = await run_load(url, emails, relay, processes, clients=CLIENTS, rate=full.mails_per_second / 2)
    return full, half


async def _floor(postgres_url: str, broker: str, relay: SmtpProcess, emails: list[str]) -> tuple[Outcome, Outcome]:
    name = servers.unique_name("floor")
    url = await servers.create_database(postgres_url, name)
    connection = await asyncpg.connect(url)
    await connection.execute(SCHEMA)
    await connection.executemany(
        "INSERT INTO account (id, email) VALUES (gen_random_uuid(), $1)", [(email,) for email in emails]
    )
    await connection.close()
    async with _floor_processes(url, broker, relay) as (address, processes):
        outcome = await _both_loads(address, emails, relay, processes)
    await servers.drop_database(postgres_url, name)
    return outcome


@asynccontextmanager
async def _floor_processes(
    url: str, broker: str, relay: SmtpProcess
) -> AsyncIterator[tuple[str, list[psutil.Process]]]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = os.environ | {"FLOOR_DATABASE": url, "FLOOR_BROKER": broker, "FLOOR_RELAY": relay.url}
    commands = (["send"], ["decide"], ["serve", str(port)])
    started = [
        subprocess.Popen([sys.executable, "-m", "tests.bench.floor", *command], env=environment) for command in commands
    ]
    try:
        await asyncio.sleep(3)
        yield f"http://127.0.0.1:{port}/", [psutil.Process(process.pid) for process in started]
    finally:
        for process in started:
            process.terminate()
            process.wait()


def _table(outcomes: dict[str, Outcome]) -> str:
    names = list(next(iter(outcomes.values())).as_dict())
    head = f"{'':20}" + "".join(f"{name:>22}" for name in outcomes)
    rows = [f"{name:20}" + "".join(f"{one.as_dict()[name]:>22}" for one in outcomes.values()) for name in names]
    ratio = outcomes["product"].cpu_ms_per_reset / outcomes["floor"].cpu_ms_per_reset
    steady, full = outcomes["product, 1,000 a min"], outcomes["product"]
    aims = [
        f"CPU for each reset, product to floor: {ratio:.2f} (aim: at most 1.5)",
        f"mails a minute at full load: {60 * full.mails_per_second:.0f} (aim: at least 4,000)",
        f"with the relay within 10 s at 1,000 a minute: {100 * steady.mails_within_10_s:.1f} % (aim: all)",
    ]
    return "\n".join([head, *rows, "", *aims])


def main() -> None:
    """Run, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resets", type=int, default=1000)
    outcomes = asyncio.run(bench(parser.parse_args().resets))
    print(_table(outcomes))
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps({name: one.as_dict() for name, one in outcomes.items()}, indent=1) + "\n")


if __name__ == "__main__":
    main()
