"""The worker's loops and the commands, put together as in production."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from documents_service.worker import background
from service_kit.background import run_background
from service_kit.broker import BrokerUnavailable, Unroutable
from service_kit.events import Envelope
from service_kit.in_process import InProcessBroker

from tests.support.documents_fixtures import RunningDocuments, member_state

SOON = 10.0


@asynccontextmanager
async def working(service: RunningDocuments, broker: InProcessBroker) -> AsyncIterator[None]:
    """Run the worker's loops and consumers meanwhile."""
    stop = asyncio.Event()
    foundation = service.documents.foundation
    worker = asyncio.create_task(run_background(foundation, background(service.documents), broker, stop, alone=False))
    try:
        yield
    finally:
        stop.set()
        await worker


async def publish(broker: InProcessBroker, envelope: Envelope) -> None:
    """Publish as the relay does: again, until the consumer is there."""
    async with asyncio.timeout(SOON):
        while True:
            with suppress(Unroutable, BrokerUnavailable):
                return await broker.publish(envelope)
            await asyncio.sleep(0.01)


async def until_issued(service: RunningDocuments, count: int) -> None:
    async with asyncio.timeout(SOON):
        while True:
            if await service.rows("SELECT FROM documents HAVING count(*) >= $1", count):
                return
            await asyncio.sleep(0.02)


async def test_the_worker_issues_what_it_hears(service, tmp_path):
    broker = InProcessBroker(dead_letters=tmp_path / "dead")
    async with working(service, broker):
        for number in range(20):
            await publish(broker, service.envelope("member.enrolled.v1", member_state(number)))
        await until_issued(service, 20)

    assert len(service.stored_files()) == 20
    assert not (tmp_path / "dead").exists()


def run(service: RunningDocuments, verb: str, **changes: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "documents_service", verb],
        env={"PATH": os.environ["PATH"], **service.environment(), **changes},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


async def test_a_storage_folder_that_cannot_be_made_ends_the_start_with_one_line_that_names_the_variable(
    service, tmp_path
):
    (tmp_path / "file").write_text("")
    ended = [run(service, verb, DOCUMENTS_STORAGE_DIRECTORY=str(tmp_path / "file" / "x")) for verb in ("serve", "work")]

    line = f"documents: DOCUMENTS_STORAGE_DIRECTORY: {tmp_path / 'file' / 'x'}: Not a directory\n"
    assert [(one.returncode, one.stderr) for one in ended] == [(2, line)] * 2


async def test_a_wrong_number_of_threads_ends_the_start_with_the_variable_s_name(service):
    ended = run(service, "work", DOCUMENTS_RENDER_THREADS="0")

    assert ended.returncode == 2
    assert ended.stderr.startswith("DOCUMENTS_RENDER_THREADS: ")
