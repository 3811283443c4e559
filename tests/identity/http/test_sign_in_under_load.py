"""Sixty-four members sign in at once: the loop goes on, and who finds no place is told when to come back."""

import asyncio
import json
import statistics
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.bench.wire_client import Asking, Load, closed_loop, request
from tests.support.identity_fixtures import OpenedIdentity, http_client, opened_identity, set_password
from tests.support.identity_steps import PASSPHRASE, Seen, sign_in

CLIENTS = 64
TICK_SECONDS, LAG_SECONDS = 0.005, 0.020
RUNS = 6


class Pulse:
    """Ticks on the loop, and notes how much later than asked it comes to its turn."""

    def __init__(self) -> None:
        self.lags: list[float] = []
        self._task = asyncio.create_task(self._tick())

    async def _tick(self) -> None:
        while True:
            due = time.perf_counter() + TICK_SECONDS
            await asyncio.sleep(TICK_SECONDS)
            self.lags.append(time.perf_counter() - due)

    async def stop(self) -> float:
        """Return the lag that 99 ticks of 100 stay within."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        return statistics.quantiles(self.lags, n=100)[98]


async def credentials_of(opened: OpenedIdentity) -> list[tuple[str, str]]:
    """Enrol a member for each client; return addresses and passwords. So many with one password would be an attack."""
    passwords = [f"{PASSPHRASE} {number}" for number in range(4)]
    with opened.identity.hashing.place() as place:
        hashes = [await place.hash(password) for password in passwords]
    found = []
    for client in range(CLIENTS):
        member, one = await opened.enrol(), client % len(passwords)
        account = await opened.account(member)
        async with opened.identity.database.transaction() as connection:
            await set_password(connection, account["id"], hashes[one], datetime.now(UTC))
        found.append((member["email"], passwords[one]))
    return found


def signing_in(credentials: list[tuple[str, str]]) -> Asking:
    """Each client signs its own member in, from an address of its own."""
    bodies = [json.dumps({"identifier": email, "password": password}).encode() for email, password in credentials]
    requests = [
        request("POST", "/v1/mgas/sessions", body, headers=f"X-Forwarded-For: 198.51.{client}.7\r\n")
        for client, body in enumerate(bodies)
    ]
    return Asking(lambda client: requests[client], expected=201)


@pytest.mark.alone
@pytest.mark.slow
async def test_the_loops_lag_stays_under_20_ms_while_64_clients_sign_in(identity_database: str, tmp_path: Path) -> None:
    """The best of some runs beside an idle one, since other processes may take the cores away meanwhile."""
    settings = {"trusted_proxies": "127.0.0.0/8"}
    async with (
        opened_identity(tmp_path, identity_database, **settings) as opened,
        http_client(opened.identity) as client,
    ):
        asking, url = signing_in(await credentials_of(opened)), str(client._base_url)
        lags = []
        for _ in range(RUNS):
            idle = Pulse()
            await asyncio.sleep(0.5)
            unloaded, pulse = await idle.stop(), Pulse()
            # In a thread of its own: what the clients do is no part of the lag.
            load: Load = await asyncio.to_thread(asyncio.run, closed_loop(url, asking, clients=CLIENTS, seconds=1.5))
            lags.append(await pulse.stop() - unloaded)

            assert len(load.seconds) >= CLIENTS
            if lags[-1] < LAG_SECONDS:
                break

    assert min(lags) < LAG_SECONDS, f"p99 over the idle loop's: {[round(lag * 1000, 1) for lag in lags]} ms"


async def test_who_finds_no_place_is_told_when_to_come_back(identity_database: str, tmp_path: Path) -> None:
    settings = {"trusted_proxies": "127.0.0.0/8", "hashing_queue": 4}
    async with (
        opened_identity(tmp_path, identity_database, **settings) as opened,
        http_client(opened.identity) as client,
    ):
        credentials = await credentials_of(opened)
        answers: list[Seen] = await asyncio.gather(*(sign_in(client, "mgas", *one) for one in credentials))
        refused = [answer for answer in answers if answer.status != 201]
        again = [await sign_in(client, "mgas", *one) for one in credentials[:4]]

    assert 0 < len(refused) <= CLIENTS - 6  # two are hashed, four may wait
    assert {(one.status, one.code, one.headers["Retry-After"]) for one in refused} == {(503, "too-busy", "2")}
    assert [one.status for one in again] == [201] * 4
