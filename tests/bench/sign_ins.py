"""`make bench`, second part: sign-ins beside the bare hash pool, refreshes, and what everybody reads beside a bare handler.

Each product figure and its floor are taken in turns, several rounds in one run; what is printed are ratios of medians. Then the
same again with a million accounts. Writes tests/bench/results/sign_ins.json.
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import asyncpg
import orjson
from identity_service.resources import open_identity
from identity_service.settings import IdentitySettings

from tests.bench.accounts import BRAND, PASSWORD, add_active, add_others, email_of
from tests.bench.wire_client import Asking, Load, closed_loop, open_loop, request
from tests.support import servers
from tests.support.identity_fixtures import identity_settings, make_template
from tests.support.identity_process import free_port, identity_process

RESULTS = Path(__file__).parent / "results" / "sign_ins.json"
CLIENTS, ACTIVE, ROUNDS, SECONDS = 16, 400, 3, 6.0
MEMORY_KIB, PASSES, THREADS = 47_104, 2, 2  # the settings' defaults


@dataclass(frozen=True)
class Place:
    """Where the load goes."""

    identity: str
    bare: str


class Refreshing(Asking):
    """Each client trades its own refresh token again and again."""

    def __init__(self, tokens: list[str]) -> None:
        super().__init__(self._next, expected=200)
        self._tokens = tokens

    def _next(self, client: int) -> bytes:
        return request("POST", "/v1/sessions/refresh", orjson.dumps({"refresh_token": self._tokens[client]}))

    def answered(self, client: int, status: int, body: bytes) -> None:
        """Keep the next token."""
        super().answered(client, status, body)
        self._tokens[client] = orjson.loads(body)["refresh_token"]


def signing_in() -> Asking:
    """Return sign-ins, each of another account than those at the same time."""
    bodies = [
        request("POST", f"/v1/{BRAND}/sessions", orjson.dumps({"identifier": email_of(n), "password": PASSWORD}))
        for n in range(ACTIVE)
    ]
    place = iter(range(10**9))
    return Asking(lambda _client: bodies[next(place) % ACTIVE], expected=201)


def reading(path: str) -> Asking:
    """Return GETs of `path`."""
    whole = request("GET", path)
    return Asking(lambda _client: whole, expected=200)


async def bare_hashes() -> tuple[float, float]:
    """Return hashes a second in the bare pool, and the seconds of one alone."""
    arguments = ["hash", str(THREADS), str(MEMORY_KIB), str(PASSES), str(SECONDS)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.bare", *arguments, stdout=subprocess.PIPE
    )
    out, _ = await process.communicate()
    per_second, alone = out.split()
    return float(per_second), float(alone)


async def sign_in_figures(place: Place) -> dict[str, float]:
    """Return the sign-in rates and times beside the bare pool's."""
    pools, alone, rates = [], [], []
    for _ in range(ROUNDS):
        per_second, one = await bare_hashes()
        pools.append(per_second)
        alone.append(one)
        rates.append((await closed_loop(place.identity, signing_in(), clients=CLIENTS, seconds=SECONDS)).per_second)
    rate, pool, one = (statistics.median(values) for values in (rates, pools, alone))
    half = await open_loop(place.identity, signing_in(), rate=rate / 2, seconds=3 * SECONDS)
    return {
        "sign-ins a second": rate,
        "bare hashes a second": pool,
        "sign-ins to bare hashes (aim: at least 0.9)": rate / pool,
        "one hash, ms": one * 1000,
        "p99 at half load, ms": half.percentile(0.99) * 1000,
        "p99 at half load to one hash (aim: under 4)": half.percentile(0.99) / one,
    }


async def refresh_rate(place: Place) -> float:
    """Return refreshes a second."""
    tokens = await refresh_tokens(place)
    loads = [
        await closed_loop(place.identity, Refreshing(tokens), clients=CLIENTS, seconds=SECONDS) for _ in range(ROUNDS)
    ]
    return statistics.median(load.per_second for load in loads)


async def refresh_tokens(place: Place) -> list[str]:
    """Return a fresh refresh token for each client."""
    tokens = []
    async with aiohttp.ClientSession() as client:
        for number in range(CLIENTS):
            body = {"identifier": email_of(number), "password": PASSWORD}
            async with client.post(f"{place.identity}/v1/{BRAND}/sessions", json=body) as response:
                tokens.append((await response.json())["refresh_token"])
    return tokens


async def reading_figures(place: Place) -> dict[str, float]:
    """Return the rates of what everybody reads, beside a bare handler's."""
    loads: dict[str, list[Load]] = {"bare": [], "policy": [], "jwks": []}
    paths = {"bare": "/", "policy": f"/v1/{BRAND}/sign-in-policy", "jwks": "/.well-known/jwks.json"}
    for _ in range(ROUNDS):
        for name, path in paths.items():
            url = place.bare if name == "bare" else place.identity
            loads[name].append(await closed_loop(url, reading(path), clients=CLIENTS, seconds=SECONDS / 2))
    rates = {name: statistics.median(load.per_second for load in taken) for name, taken in loads.items()}
    return {
        "bare handler a second": rates["bare"],
        "policy to bare (aim: at least 0.6)": rates["policy"] / rates["bare"],
        "jwks to bare (aim: at least 0.6)": rates["jwks"] / rates["bare"],
    }


async def figures(place: Place, *, connection: asyncpg.Connection, accounts: int) -> dict[str, float]:
    """Return all figures; those with many accounts as ratios to those with few, taken in the same run."""
    found = await sign_in_figures(place)
    refreshes = await refresh_rate(place)
    found["refreshes a second"] = refreshes
    found["refreshes to sign-ins (aim: at least 10)"] = refreshes / found["sign-ins a second"]
    found |= await reading_figures(place)
    await add_others(connection, accounts)
    many, many_refreshes = await sign_in_figures(place), await refresh_rate(place)
    found[f"sign-ins with {accounts:,} accounts, to few (aim: 0.9 to 1.1)"] = (
        many["sign-ins to bare hashes (aim: at least 0.9)"] / found["sign-ins to bare hashes (aim: at least 0.9)"]
    )
    found[f"refreshes with {accounts:,} accounts, to few (aim: 0.9 to 1.1)"] = many_refreshes / refreshes
    return found


async def bench(accounts: int) -> dict[str, float]:
    """Start what is needed and return the figures."""
    with tempfile.TemporaryDirectory() as directory, servers.postgres() as postgres_url:
        settings = await _settings(Path(directory), postgres_url)
        connection = await asyncpg.connect(settings.database_url)
        async with open_identity(settings) as identity:
            await add_active(identity, connection, ACTIVE)
        log = Path(directory) / "serve.log"
        async with identity_process("serve", settings, log=log) as url, _bare_handler() as bare:
            found = await figures(Place(url, bare), connection=connection, accounts=accounts)
        await connection.close()
    return found


async def _settings(directory: Path, postgres_url: str) -> IdentitySettings:
    name = servers.unique_name("bench")
    template = await make_template(postgres_url)
    database_url = await servers.create_database(postgres_url, name, template=template)
    return identity_settings(
        directory, database_url, hashing_memory_kib=MEMORY_KIB, hashing_passes=PASSES, hashing_threads=THREADS
    )


@asynccontextmanager
async def _bare_handler() -> AsyncIterator[str]:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.bare", "serve", str(port)])
    try:
        await asyncio.sleep(2)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    """Run, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=1_000_000)
    found = asyncio.run(bench(parser.parse_args().accounts))
    print("\n".join(f"{name:70} {value:10.2f}" for name, value in found.items()))
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps({name: round(value, 3) for name, value in found.items()}, indent=1) + "\n")


if __name__ == "__main__":
    main()
