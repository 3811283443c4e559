"""Workers that race, die, fail and find their storage away: one card in the end, or an issue for the back office."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from documents_service.domain.documents import DocumentKind
from documents_service.rendering.press import DocumentContent
from documents_service.rendering.render_pool import RenderPool
from documents_service.storage.folder import Folder
from documents_service.storage.vault import Vault
from documents_service.usecases.issue_due_documents import ATTEMPTS, LEASE, issue_due_documents

from tests.support.documents_fixtures import RunningDocuments, member_state, running_documents, termination

ONE_ROUND = """
import asyncio
from documents_service.resources import open_documents
from documents_service.settings import DocumentsSettings
from documents_service.usecases.issue_due_documents import issue_due_documents

async def main():
    async with open_documents(DocumentsSettings.from_environment()) as documents:
        await issue_due_documents(documents)

asyncio.run(main())
"""
REFUSE_DOCUMENTS = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$;
CREATE TRIGGER refuse BEFORE INSERT ON documents FOR EACH ROW EXECUTE FUNCTION refuse()
"""


class HeldFolder(Folder):
    """A folder whose writer falls asleep after each object; `documents` is the service over it."""

    def __init__(self, service: RunningDocuments) -> None:
        super().__init__(service.settings.storage_directory)
        self.stored, self.go_on = asyncio.Event(), asyncio.Event()
        self.documents = replace(service.documents, vault=Vault(self, service.documents.foundation.data_keys))

    async def put(self, key: str, content: bytes) -> None:
        await super().put(key, content)
        self.stored.set()
        await self.go_on.wait()


class FormerTemplate(RenderPool):
    """Draws the same card otherwise, as another version of the program does."""

    async def draw(self, kind: DocumentKind, content: DocumentContent) -> bytes:
        return await super().draw(kind, content.model_copy(update={"reference": "autrefois"}))


async def execute(service: RunningDocuments, statement: str) -> None:
    async with service.documents.database.connection() as connection:
        await connection.execute(statement)


async def issue_row(service: RunningDocuments) -> dict[str, object]:
    (row,) = await service.rows("SELECT status, attempts, failure, content IS NULL AS blank FROM issues")
    return row


async def assert_one_readable_card(service: RunningDocuments) -> None:
    (row,) = await service.rows("SELECT storage_key, sha256 FROM documents")
    pdf = await service.documents.vault.get(row["storage_key"], sha256=row["sha256"])

    assert len(pdfium.PdfDocument(pdf)) == 1
    assert [path.name for path in service.stored_files()] == [row["storage_key"]]
    assert (await issue_row(service))["blank"]


async def test_two_workers_issue_each_card_once(service, tmp_path, documents_url):
    async with running_documents(tmp_path, documents_url) as other:
        for number in range(12):
            await service.hear("member.enrolled.v1", member_state(number))
        shares = [0, 0]
        while any(done := await asyncio.gather(service.issue(), other.issue())):
            shares = [share + more for share, more in zip(shares, done, strict=True)]
    rows = await service.rows("SELECT count(*) AS cards, count(DISTINCT member_id) AS members FROM documents")

    assert rows == [{"cards": 12, "members": 12}]
    assert sum(shares) == 12
    assert min(shares) > 0
    assert len(service.stored_files()) == 12


@pytest.mark.parametrize(
    ("event_type", "data"),
    [("member.enrolled.v1", member_state()), ("termination.registered.v1", termination())],
    ids=["card", "notice"],
)
async def test_a_process_killed_between_the_bytes_and_the_row_leaves_nothing_half_done(service, event_type, data):
    await service.hear(event_type, data)
    await execute(service, REFUSE_DOCUMENTS.format(body="PERFORM pg_sleep(60); RETURN NEW;"))
    environment = {"PATH": os.environ["PATH"], **service.environment()}
    worker = subprocess.Popen([sys.executable, "-c", ONE_ROUND], env=environment, stderr=subprocess.DEVNULL)
    await wait_for_stored_file(service, worker)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    await end_sleeping_backends(service)
    await execute(service, "DROP FUNCTION refuse CASCADE")
    orphan = [path.name for path in service.stored_files()]
    while_the_lease_runs = await issue_due_documents(service.documents)
    service.clock.instant = await lease_end(service)
    await service.issue()

    assert while_the_lease_runs == 0
    assert len(await service.told()) == 1
    assert orphan == [path.name for path in service.stored_files()]
    await assert_one_readable_card(service)


async def wait_for_stored_file(service: RunningDocuments, worker: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 20
    while not any("incoming" not in path.parts for path in service.stored_files()):
        assert worker.poll() is None
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


async def end_sleeping_backends(service: RunningDocuments) -> None:
    others = "pid <> pg_backend_pid() AND datname = current_database() AND wait_event = 'PgSleep'"
    await execute(service, f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {others}")


async def lease_end(service: RunningDocuments):
    (row,) = await service.rows("SELECT leased_until FROM issues")
    return row["leased_until"]


async def test_a_refused_row_is_tried_again_and_the_repeat_stores_the_same_object(service):
    await service.hear("member.enrolled.v1", member_state())
    await execute(service, REFUSE_DOCUMENTS.format(body="RAISE EXCEPTION 'no';"))
    await service.issue()
    first, stored = await issue_row(service), [path.name for path in service.stored_files()]
    await execute(service, "DROP FUNCTION refuse CASCADE")
    too_early = await service.issue()
    service.clock.advance(seconds=10)
    await service.issue()

    assert first == {"status": "planned", "attempts": 1, "failure": "unexpected", "blank": False}
    assert too_early == 0
    assert stored == [path.name for path in service.stored_files()]
    await assert_one_readable_card(service)


async def test_a_worker_that_slept_beyond_its_lease_finds_the_card_issued_and_leaves_it_alone(service):
    await service.hear("member.enrolled.v1", member_state())
    sleeper = HeldFolder(service)
    sleeping = asyncio.create_task(issue_due_documents(sleeper.documents))
    await sleeper.stored.wait()
    service.clock.advance(seconds=LEASE.total_seconds())
    taken_over = await service.issue()
    sleeper.go_on.set()
    await sleeping

    assert taken_over == 1
    assert (await issue_row(service))["status"] == "done"
    await assert_one_readable_card(service)


async def test_a_sleeper_with_a_former_template_neither_replaces_nor_leaves_bytes(service):
    await service.hear("member.enrolled.v1", member_state())
    sleeper = HeldFolder(service)
    former = replace(sleeper.documents, rendering=FormerTemplate(threads=1))
    sleeping = asyncio.create_task(issue_due_documents(former))
    await sleeper.stored.wait()
    service.clock.advance(seconds=LEASE.total_seconds())
    await service.issue()
    both = len(service.stored_files())
    sleeper.go_on.set()
    await sleeping
    former.rendering.close()

    assert both == 2
    await assert_one_readable_card(service)


async def test_a_newer_version_that_arrives_while_the_older_is_issued_leaves_no_object_behind(service):
    data = member_state()
    await service.hear("member.enrolled.v1", data)
    late = HeldFolder(service)
    issuing = asyncio.create_task(issue_due_documents(late.documents))
    await late.stored.wait()
    await service.hear("member.changed.v1", data | {"version": 2, "last_name": "Duval"})
    late.go_on.set()
    await issuing
    after_the_older = (await service.rows("SELECT id FROM documents"), service.stored_files())
    await service.issue()
    rows = await service.rows("SELECT member_version, state FROM documents")

    assert after_the_older == ([], [])
    assert rows == [{"member_version": 2, "state": "valid"}]


async def test_a_letter_that_no_font_has_goes_to_the_back_office_at_once(service):
    await service.enrol(last_name="日本")

    assert await issue_row(service) == {
        "status": "failed",
        "attempts": 1,
        "failure": "document-not-rendered:glyph",
        "blank": False,
    }
    assert service.stored_files() == []


async def test_a_failure_that_lasts_goes_to_the_back_office_after_a_few_attempts(service):
    await service.hear("member.enrolled.v1", member_state())
    await execute(service, REFUSE_DOCUMENTS.format(body="RAISE EXCEPTION 'no';"))
    rounds = 0
    while (await issue_row(service))["status"] == "planned":
        rounds += await service.issue()
        service.clock.advance(hours=1)

    assert rounds == ATTEMPTS
    assert await issue_row(service) == {
        "status": "failed",
        "attempts": ATTEMPTS,
        "failure": "unexpected",
        "blank": False,
    }


async def test_a_failed_issue_can_be_planned_again_by_the_back_office(service):
    await service.hear("member.enrolled.v1", member_state())
    await execute(service, REFUSE_DOCUMENTS.format(body="RAISE EXCEPTION 'no';"))
    for _ in range(ATTEMPTS):
        await service.issue()
        service.clock.advance(hours=1)
    await execute(service, "DROP FUNCTION refuse CASCADE")
    await execute(
        service, "UPDATE issues SET status = 'planned', attempts = 0, ended_at = NULL WHERE status = 'failed'"
    )
    await service.issue()

    await assert_one_readable_card(service)


async def test_an_issue_that_ends_every_process_is_not_tried_for_ever(service):
    await service.hear("member.enrolled.v1", member_state())
    await execute(service, f"UPDATE issues SET attempts = {ATTEMPTS}, leased_until = now() - interval '100 years'")
    await service.issue()
    row = await issue_row(service)

    assert (row["status"], row["failure"]) == ("failed", "abandoned")


async def test_a_storage_that_is_away_is_waited_for_as_long_as_it_takes(service):
    await service.hear("member.enrolled.v1", member_state())
    directory: Path = service.settings.storage_directory
    directory.rmdir()
    directory.write_bytes(b"not a folder")
    for _ in range(3 * ATTEMPTS):
        await service.issue()
        service.clock.advance(seconds=15)
    meanwhile = await issue_row(service)
    directory.unlink()
    directory.mkdir()
    await service.issue()

    assert meanwhile == {"status": "planned", "attempts": 0, "failure": "storage-or-database-away", "blank": False}
    await assert_one_readable_card(service)
