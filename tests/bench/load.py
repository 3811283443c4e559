"""Load on a reset endpoint: a number of clients in closed loop, or a rate in open loop, and what came of it."""

import asyncio
import statistics
import time
from dataclasses import dataclass
from datetime import datetime

import aiohttp
import psutil

from tests.support.smtp_process import SmtpProcess

SETTLE_SECONDS = 60.0
PROMISE_SECONDS = 10.0


@dataclass(frozen=True)
class Outcome:
    """What one run gave. Times in seconds, CPU in milliseconds for each reset over all processes measured."""

    resets: int
    accepted_per_second: float
    mails_per_second: float
    cpu_ms_per_reset: float
    request_p50: float
    request_p99: float
    mail_p50: float
    mail_p99: float
    mails_within_10_s: float  # share

    def as_dict(self) -> dict[str, float]:
        """Return the figures by name, rounded."""
        return {name: round(value, 4) for name, value in vars(self).items()}


async def run_load(
    url: str,
    emails: list[str],
    relay: SmtpProcess,
    processes: list[psutil.Process],
    *,
    clients: int,
    rate: float | None,
) -> Outcome:
    """Ask for one reset for each address, and wait until all mails have come (at most a minute).

    With `rate` (resets a second) requests start on time whatever the answers do; without it, `clients` ask as fast as
    they are answered.
    """
    asked: dict[str, float] = {}
    seconds: list[float] = []
    cpu_before, known, begun = _cpu_seconds(processes), len(relay.mails()), time.time()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as client:

        async def ask(email: str) -> None:
            asked[email] = time.time()
            start = time.perf_counter()
            async with client.post(url, json={"identifier": email}) as response:
                assert response.status == 202, response.status
                await response.read()
            seconds.append(time.perf_counter() - start)

        await (_closed_loop(ask, emails, clients) if rate is None else _open_loop(ask, emails, rate))
        answered = time.time()
        arrivals = await _arrivals(relay, known, len(emails))
    cpu = _cpu_seconds(processes) - cpu_before
    delays = sorted(arrivals[email] - asked[email] for email in emails)
    return Outcome(
        resets=len(emails),
        accepted_per_second=len(emails) / (answered - begun),
        mails_per_second=len(emails) / (max(arrivals.values()) - begun),
        cpu_ms_per_reset=1000 * cpu / len(emails),
        request_p50=statistics.median(seconds),
        request_p99=_p99(sorted(seconds)),
        mail_p50=statistics.median(delays),
        mail_p99=_p99(delays),
        mails_within_10_s=sum(delay <= PROMISE_SECONDS for delay in delays) / len(delays),
    )


async def _closed_loop(ask, emails: list[str], clients: int) -> None:
    waiting = iter(emails)

    async def client() -> None:
        for email in waiting:
            await ask(email)

    await asyncio.gather(*(client() for _ in range(clients)))


async def _open_loop(ask, emails: list[str], rate: float) -> None:
    begun, tasks = time.perf_counter(), []
    for number, email in enumerate(emails):
        await asyncio.sleep(max(0.0, begun + number / rate - time.perf_counter()))
        tasks.append(asyncio.create_task(ask(email)))
    await asyncio.gather(*tasks)


async def _arrivals(relay: SmtpProcess, known: int, wanted: int) -> dict[str, float]:
    ends = time.time() + SETTLE_SECONDS
    while True:
        fresh = relay.mails()[known:]
        found: dict[str, float] = {}
        for mail in fresh:
            found.setdefault(mail.recipients[0], _instant(mail.received_at))
        if len(found) >= wanted:
            return found
        assert time.time() < ends, f"{len(found)} of {wanted} mails came"
        await asyncio.sleep(0.3)


def _instant(received_at: datetime) -> float:
    return received_at.timestamp()


def _cpu_seconds(processes: list[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def _p99(ordered: list[float]) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
