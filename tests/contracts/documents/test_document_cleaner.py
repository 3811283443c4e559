"""Files that are made to take down whoever opens them meet a process of their own, and it ends within its limits."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from contracts_service.domain.document_refusals import DocumentRefused
from contracts_service.security import document_cleaner
from contracts_service.security.document_cleaner import DocumentCleaner
from contracts_service.security.upload_seats import DailyUploads, UploadSeats
from service_kit.http.problems import TemporarilyUnavailable, TooManyRequests

from tests.support import document_files as files

pytestmark = pytest.mark.unit


def cleaner(*, seconds: float = 20, mebibytes: int = 512) -> DocumentCleaner:
    return DocumentCleaner(seconds=seconds, mebibytes=mebibytes)


async def refusal_of(raw: bytes, **limits: float) -> str:
    with pytest.raises(DocumentRefused) as refused:
        await cleaner(**limits).clean(raw)
    return refused.value.code


@pytest.mark.parametrize("make", [files.unfolding_pdf, files.huge_png])
async def test_a_bomb_is_refused_and_nobody_else_waits_for_it(make: Callable[[], bytes]):
    raw = make()
    longest, seen = 0.0, time.perf_counter()
    refused = asyncio.create_task(refusal_of(raw))
    while not refused.done():
        await asyncio.sleep(0.005)
        longest, seen = max(longest, time.perf_counter() - seen), time.perf_counter()

    assert len(raw) < 200_000
    assert await refused == "document-too-heavy"
    assert longest < 0.2


async def test_a_file_that_takes_too_long_is_stopped():
    assert await refusal_of(files.good_pdf(), seconds=0.01) == "document-too-heavy"


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("import os; os.kill(os.getpid(), 11)", "document-too-heavy"),
        ("import sys; sys.stdin.buffer.read(); sys.stdout.write('nothing that we know\\n')", "document-unreadable"),
        ("print('{\"media_type\": \"text/html\"}'); print('<script>')", "document-unreadable"),
        ('print(\'{"refused": "<script>"}\')', "document-unreadable"),
        ("import sys\nwhile True: sys.stdout.write('x' * 100_000)", "document-too-heavy"),
    ],
    ids=["dies", "babbles", "lies about the type", "lies about the code", "floods"],
)
async def test_a_process_that_was_taken_over_is_not_believed(monkeypatch: pytest.MonkeyPatch, program: str, code: str):
    monkeypatch.setattr(document_cleaner, "PROGRAM", (*document_cleaner.PROGRAM[:3], "-c", program))

    assert await refusal_of(files.good_pdf()) == code


async def test_the_process_knows_nothing_of_ours(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CONTRACTS_DATABASE_URL", "postgresql://secret")
    program = "import os, sys; print('{\"media_type\": \"image/jpeg\"}'); print(sorted(os.environ), os.listdir('/proc/self/fd'))"
    monkeypatch.setattr(document_cleaner, "PROGRAM", (*document_cleaner.PROGRAM[:3], "-c", program))
    said = (await cleaner().clean(b"")).content.decode()

    assert "CONTRACTS" not in said
    assert "['0', '1', '2', '3']" in said  # standard streams, and the listing itself


async def test_files_are_cleaned_one_after_the_other():
    one = cleaner()
    found = await asyncio.gather(*[one.clean(files.good_pdf(f"Feuille {number}")) for number in range(3)])

    assert len({document.content for document in found}) == 3
    assert {document.media_type for document in found} == {"application/pdf"}
    assert "Feuille" not in repr(found)


async def test_a_process_receives_so_many_uploads_and_one_of_a_person():
    seats, (anne, bea, chloe) = UploadSeats(2), (UUID(int=number) for number in range(3))
    with seats.taken_by(anne), seats.taken_by(bea):
        with pytest.raises(TooManyRequests), seats.taken_by(anne):
            pass
        with pytest.raises(TemporarilyUnavailable), seats.taken_by(chloe):
            pass
    with seats.taken_by(anne):
        pass


async def test_an_upload_that_has_not_sent_much_takes_nobodys_seat():
    seats, (anne, bea) = UploadSeats(1), (UUID(int=number) for number in range(2))
    with seats.awaited_by(anne) as take_seat:
        with seats.taken_by(bea), pytest.raises(TemporarilyUnavailable):
            take_seat()
        with pytest.raises(TooManyRequests), seats.awaited_by(anne):
            pass
        take_seat()
        with pytest.raises(TemporarilyUnavailable), seats.taken_by(bea):
            pass
    with seats.taken_by(bea):
        pass


def test_a_person_sends_so_much_a_day_and_comes_back_after_midnight_in_paris():
    uploads, anne, evening = DailyUploads(2), UUID(int=1), datetime(2026, 11, 21, 22, tzinfo=UTC)
    for _ in range(2):
        uploads.count_seat(anne, now=evening)
    uploads.count_seat(UUID(int=2), now=evening)
    with pytest.raises(TooManyRequests) as refused:
        uploads.check_day(anne, now=evening)
    uploads.count_seat(anne, now=evening.replace(hour=23))

    assert refused.value.headers["RateLimit"] == "limit=2, remaining=0, reset=3601"
