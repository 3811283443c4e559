"""Hands a file to a process of its own (`cleaning_process`) and takes back a clean one: nothing of it is read in this process."""

import asyncio
import json
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import cast, get_args

import structlog

from contracts_service.domain.document_refusals import REFUSALS, DocumentRefused, Refusal
from contracts_service.domain.supporting_documents import MediaType

PROGRAM = (sys.executable, "-I", "-B", "-m", "contracts_service.security.cleaning_process")
ENVIRONMENT = {"MALLOC_ARENA_MAX": "2"}  # each thread's arena would count as memory
MEBIBYTE = 1024 * 1024
MOST_KEPT = 16 * MEBIBYTE  # written anew, a file of 10 MiB may be longer
LONGEST_HEAD = 200

log = structlog.get_logger()


@dataclass(frozen=True, repr=False)
class CleanDocument:
    """A document as we have written it."""

    media_type: MediaType
    content: bytes


class DocumentCleaner:
    """Cleans one document at a time: the machine's memory bears so many and no more."""

    def __init__(self, *, seconds: float, mebibytes: int) -> None:
        self._seconds, self._most_memory = seconds, mebibytes * MEBIBYTE
        self._turn = asyncio.Lock()

    async def clean(self, raw: bytes) -> CleanDocument:
        """Return what may be kept of a file; raise DocumentRefused. A cleaner that dies or dawdles has met too heavy a file."""
        async with self._turn:
            answer = await self._run(raw)
        head, _, content = answer.partition(b"\n")
        return _read(head[:LONGEST_HEAD], content)

    async def _run(self, raw: bytes) -> bytes:
        process = await asyncio.create_subprocess_exec(
            *PROGRAM,
            str(self._most_memory),
            str(MOST_KEPT),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,  # decoders' complaints quote the file
            env=ENVIRONMENT,
        )
        writing = asyncio.create_task(_write_all(process, raw))
        try:
            async with asyncio.timeout(self._seconds):
                answer = await _read_some(process)
        except TimeoutError:
            log.warning("document_cleaning_stopped", seconds=self._seconds)
            raise DocumentRefused("document-too-heavy") from None
        finally:
            await _end(process, writing)
        if not answer:
            log.warning("document_cleaning_died", status=process.returncode)
            raise DocumentRefused("document-too-heavy")
        return answer


async def _read_some(process: asyncio.subprocess.Process) -> bytes:
    """Read what the process says, and no more than it may say: it may have been taken over."""
    assert process.stdout is not None
    parts, size = [], 0
    while part := await process.stdout.read(MEBIBYTE):
        size += len(part)
        if size > MOST_KEPT + LONGEST_HEAD:
            raise DocumentRefused("document-too-heavy")
        parts.append(part)
    return b"".join(parts)


async def _write_all(process: asyncio.subprocess.Process, raw: bytes) -> None:
    assert process.stdin is not None
    with suppress(BrokenPipeError, ConnectionResetError):  # it has died, or seen enough
        try:
            process.stdin.write(raw)
            await process.stdin.drain()
        finally:
            process.stdin.close()


async def _end(process: asyncio.subprocess.Process, writing: asyncio.Task[None]) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()  # what it had to say is read
    writing.cancel()
    with suppress(asyncio.CancelledError):
        await writing
    assert process.stdout is not None
    await process.stdout.read()
    await process.wait()


def _read(head: bytes, content: bytes) -> CleanDocument:
    try:
        said = json.loads(head)
    except ValueError:
        raise DocumentRefused("document-unreadable") from None
    if said.get("media_type") in get_args(MediaType) and content:
        return CleanDocument(said["media_type"], content)
    code = said.get("refused")
    raise DocumentRefused(cast(Refusal, code) if code in REFUSALS else "document-unreadable")
