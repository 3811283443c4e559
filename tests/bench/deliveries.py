"""`make bench`, third part: mails and letters. What a claim costs, whether a flood delays a reset, memory, letters a second.

A `work` process of notifications over real servers, and a relay that takes everything at once. The lane's figures with and
without the flood are taken in turns, in one run; what counts is their ratio. Writes tests/bench/results/deliveries.json.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
from notifications_service.channels.letter_pdf import LetterBrand, LetterPress, PostedCodeLetter
from notifications_service.resources import MIGRATIONS, SERVICE
from notifications_service.store import due_mails
from notifications_service.store.due_mails import Settlement
from service_kit.amqp import AmqpBroker
from service_kit.broker import BrokerUnavailable, Unroutable
from service_kit.events import Envelope
from service_kit.migrate import migrate

from tests.bench.dkim_keys import dkim_keys
from tests.bench.flood import clear, plan_flood
from tests.bench.smtp_sink import Sink
from tests.support import servers
from tests.support.notifications_fixtures import RunningNotifications, reset_requested, running_notifications
from tests.support.notifications_process import worker_process
from tests.support.waiting import eventually

RESULTS = Path(__file__).parent / "results" / "deliveries.json"
RESETS, PER_SECOND, ROUNDS = 200, 10.0, 2
CLAIMS = 2000
LETTERS = 400
UNLIMITED = 10_000_000.0  # a minute
SENT = Settlement(
    state="sent", next_attempt_at=None, failure=None, counted=True, outcome="sent", reply="250 2.0.0", queue_id=None
)


async def claim_figures(service: RunningNotifications, *, flood: int) -> dict[str, float]:
    """Return what the sender's claim costs while so many deliveries are planned and the first thousands are worked off."""
    await plan_flood(service, flood)
    seconds = []
    for _ in range(min(CLAIMS, flood // 4)):
        now = service.clock.now()
        async with service.notifications.database.connection() as connection:
            begun = time.perf_counter()
            mails = await due_mails.claim(connection, limit=4, now=now, leased_until=now + timedelta(seconds=60))
            seconds.append(time.perf_counter() - begun)
            for mail in mails:
                await due_mails.settle(connection, mail, SENT, now=now)
    await clear(service)
    return {
        f"claim with {flood} planned, p50, ms": statistics.median(seconds) * 1000,
        f"claim with {flood} planned, p99, ms (aim: under 5)": percentile(seconds, 0.99) * 1000,
    }


async def lane_figures(
    service: RunningNotifications, sink: Sink, broker: AmqpBroker, *, flood: int
) -> dict[str, float]:
    """Return how long a reset takes from its event to the relay, without and with a flood in the low lane."""
    quiet: list[float] = []
    flooded: list[float] = []
    for _ in range(ROUNDS):
        quiet.append(percentile(await send_resets(service, sink, broker), 0.99))
        await plan_flood(service, flood)
        flooded.append(percentile(await send_resets(service, sink, broker), 0.99))
        await clear(service)
    return {
        "reset alone, event to relay, p99, s": statistics.median(quiet),
        f"reset beside {flood} yearly mails, p99, s": statistics.median(flooded),
        "ratio (aim: at most 2)": statistics.median(flooded) / statistics.median(quiet),
    }


async def send_resets(service: RunningNotifications, sink: Sink, broker: AmqpBroker) -> list[float]:
    """Publish resets at a steady pace, and return the seconds from each event to its mail at the relay."""
    asked: dict[str, float] = {}
    begun = time.perf_counter()
    for number in range(RESETS):
        await asyncio.sleep(max(0.0, begun + number / PER_SECOND - time.perf_counter()))
        email = f"{uuid4()}@bench.example"
        event = reset_requested(email=email)
        body = service.body(event, event_id=uuid4())
        asked[email] = time.time()
        await broker.publish(Envelope.decode(body))

    async def missing() -> int:
        sink.look()
        return len(asked.keys() - sink.arrivals.keys())

    assert await eventually(missing, lambda count: count == 0, within=60) == 0
    return [sink.arrivals[email] - instant for email, instant in asked.items()]


async def memory_figures(
    service: RunningNotifications, sink: Sink, process: psutil.Process, *, mails: int
) -> dict[str, float]:
    """Return the worker's memory after a tenth of the mails and after all, and how many went out a minute."""
    sink.look()
    before = sink.taken
    await plan_flood(service, mails)
    begun, early = time.perf_counter(), 0.0
    while sink.taken - before < mails:
        await asyncio.sleep(0.5)
        sink.look()
        if not early and sink.taken - before >= mails // 10:
            early = process.memory_info().rss / 2**20
        assert time.perf_counter() - begun < 1800, f"{sink.taken - before} of {mails} mails in half an hour"
    seconds, late = time.perf_counter() - begun, process.memory_info().rss / 2**20
    await clear(service)
    return {
        "mails a minute, one worker": 60 * mails / seconds,
        f"memory after {mails // 10} mails, MiB": early,
        f"memory after {mails} mails, MiB": late,
        "ratio (aim: flat)": late / early,
    }


def letter_figures() -> dict[str, float]:
    """Return how many letters one core draws a second."""
    press, letter = LetterPress(), posted_code()
    press.render(letter)
    begun = time.perf_counter()
    for _ in range(LETTERS):
        press.render(letter)
    return {"letters a second a core (aim: at least 60)": LETTERS / (time.perf_counter() - begun)}


def percentile(values: list[float], share: float) -> float:
    """Return the value below which `share` of them are."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


async def bench(*, flood: int, mails: int) -> dict[str, float]:
    """Return all figures."""
    found = letter_figures()
    with tempfile.TemporaryDirectory() as directory, servers.postgres() as postgres, servers.rabbitmq() as rabbitmq:
        sink = Sink.start(Path(directory))
        try:
            async with _service(Path(directory), postgres, rabbitmq, sink) as service:
                found |= await claim_figures(service, flood=flood)
                with worker_process(service.settings):
                    broker = AmqpBroker(rabbitmq, service="identity")
                    try:
                        await _until_heard(service, sink, broker)
                        found |= await lane_figures(service, sink, broker, flood=flood)
                    finally:
                        await broker.close()
                with worker_process(service.settings.model_copy(update={"bulk_per_minute": UNLIMITED})) as process:
                    found |= await memory_figures(service, sink, psutil.Process(process.pid), mails=mails)
        finally:
            sink.stop()
    return found


@asynccontextmanager
async def _service(directory: Path, postgres: str, rabbitmq: str, sink: Sink) -> AsyncIterator[RunningNotifications]:
    name = servers.unique_name(SERVICE)
    url = await servers.create_database(postgres, name)
    try:
        await migrate(url, service=SERVICE, directory=MIGRATIONS)
        settings: dict[str, Any] = {"broker_url": rabbitmq, "http_port": 0, "work_health_port": 0}
        settings["dkim_directory"] = dkim_keys(directory)  # everything that a mail costs
        async with running_notifications(directory, url, sink.url, **settings) as service:
            yield service
    finally:
        await servers.drop_database(postgres, name)


def posted_code() -> PostedCodeLetter:
    """Return a letter with a code."""
    return PostedCodeLetter(
        brand=LetterBrand(
            name="SAFIAG",
            return_address=("SAFIAG", "1 rue de l’Exemple", "99999 EXEMPLE CEDEX"),
            phone="01 99 00 12 34",
            email="adherents@safiag.example",
            hours="du lundi au vendredi, de 8 h 30 à 17 h 30",
            colour="#0b5fa5",
        ),
        address_lines=(
            "MADAME ZOELIG NUNEZ-GOETZ",
            "APPARTEMENT 4",
            "81 CHEMIN DE L EGLISE",
            "61170 LE MELE SUR SARTHE",
        ),
        dated=date(2026, 11, 20),
        salutation="Madame Núñez-Gœtz",
        reference=str(uuid4()),
        code="K7NR-4WXQ-9PTC",
        valid_until=date(2026, 12, 11),
        web_address="https://espace.example/safiag/premiere-connexion",
        login_identifier="nir",
        password_rule="six_digits",
    )


async def _until_heard(service: RunningNotifications, sink: Sink, broker: AmqpBroker) -> None:
    """Wait until the worker hears resets: its queue is made when it has started."""
    while True:
        event = reset_requested(email=f"{uuid4()}@bench.example")
        try:
            await broker.publish(Envelope.decode(service.body(event, event_id=uuid4())))
        except (Unroutable, BrokerUnavailable):
            await asyncio.sleep(0.5)
            continue
        break

    async def arrived() -> bool:
        sink.look()
        return str(event.email) in sink.arrivals

    assert await eventually(arrived, bool, within=30)
    await clear(service)


def main() -> None:
    """Run, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flood", type=int, default=100_000)
    parser.add_argument("--mails", type=int, default=50_000)
    arguments = parser.parse_args()
    found = asyncio.run(bench(flood=arguments.flood, mails=arguments.mails))
    width = max(map(len, found))
    print("\n".join(f"{name:{width}}  {value:10.3f}" for name, value in found.items()))
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
