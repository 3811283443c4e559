"""A back office sends a file. Writes imports and import_lines; `process_imports` does the rest once the file is complete.

The body is read as a stream and staged encrypted, a chunk of lines a transaction, so that memory stays flat however long
the file is. A file that breaks off leaves nothing. An idempotency key is kept on the import, with the body's digest: the
kit's own needs the whole body first.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from service_kit.database import UNAVAILABLE
from service_kit.http.problems import (
    BodyTooLarge,
    BodyTruncated,
    IdempotencyKeyInProgress,
    IdempotencyKeyReused,
    InvalidRequest,
)
from service_kit.time_slices import TimeSlices
from service_kit.tracing import current_traceparent

from contracts_service.domain.csv_lines import CsvLines, HeaderRefused
from contracts_service.domain.file_lines import FileLine
from contracts_service.domain.import_states import ImportKind
from contracts_service.domain.line_json import MOST_BYTES
from contracts_service.domain.ndjson_lines import LineSplitter
from contracts_service.resources import Contracts
from contracts_service.store import import_lines, imports
from contracts_service.store.imports import Import, NewImport
from contracts_service.usecases.drop_uploads import drop_upload
from contracts_service.usecases.import_kinds import KINDS
from contracts_service.usecases.staged_lines import seal_lines

CHUNK_BYTES = 512 * 1024
LEASE_SECONDS = 120.0  # longer than two pauses that an upload may make
RENEW_SECONDS = 20.0
KEY_LIFETIME = timedelta(hours=24)

log = structlog.get_logger()


@dataclass(frozen=True)
class Sender:
    """Who sends what: a member of a brand's staff, a kind of lines, CSV or NDJSON, the key that makes a repetition harmless."""

    brand: str
    subject: str
    kind: ImportKind
    is_csv: bool
    key: str | None


async def receive_import(service: Contracts, sender: Sender, parts: AsyncIterator[bytes], *, now: datetime) -> UUID:
    """Stage the whole of `parts` and return the import's id: the first one's, when the same was sent before.

    Raises BodyTruncated and BodyTooLarge (nothing is kept), InvalidRequest for a header that names other columns,
    IdempotencyKeyReused and IdempotencyKeyInProgress.
    """
    new = _new_import(service, sender, now=now)
    before = await _begin(service, new)
    if before is not None:
        return await _compare(service, before, parts)
    try:
        await _Staging(service, new.id, KINDS[sender.kind].chunk_lines).stage(parts, _reader(sender))
    except HeaderRefused as error:
        await drop_upload(service, new.id)
        raise InvalidRequest(fields=tuple(error.problems)) from None
    except Exception as error:
        log.info("upload_dropped", import_id=str(new.id), error=type(error).__name__)
        with suppress(*UNAVAILABLE):  # otherwise it is dropped when its lease has run out
            await drop_upload(service, new.id)
        raise
    return new.id


def _reader(sender: Sender) -> CsvLines | LineSplitter:
    return CsvLines(MOST_BYTES, KINDS[sender.kind].columns) if sender.is_csv else LineSplitter(MOST_BYTES)


def _new_import(service: Contracts, sender: Sender, *, now: datetime) -> NewImport:
    return NewImport(
        id=service.entropy.new_id(),
        brand=sender.brand,
        kind=sender.kind,
        requested_by=sender.subject,
        key_digest=None if sender.key is None else service.seals.key_digests.of(sender.key),
        traceparent=current_traceparent(),
        begun_at=now,
    )


async def _begin(service: Contracts, new: NewImport) -> Import | None:
    """Begin the import, or return the one that was begun with the same key."""
    async with service.database.transaction() as connection:
        if new.key_digest is not None:
            await imports.free_key(connection, new, older_than=new.begun_at - KEY_LIFETIME)
        if await imports.begin(connection, new, lease_seconds=LEASE_SECONDS):
            return None
        before = await imports.find_by_key(connection, new)
    if before is None or before.state == "receiving":
        raise IdempotencyKeyInProgress(retry_after=2)
    return before


async def _compare(service: Contracts, before: Import, parts: AsyncIterator[bytes]) -> UUID:
    digest = hashlib.sha256()
    async for part in parts:
        digest.update(part)
    if before.body_digest not in service.seals.body_digests.all_of(digest.hexdigest()):
        raise IdempotencyKeyReused
    return before.id


@dataclass
class _Staging:
    """One upload on its way into import_lines."""

    service: Contracts
    import_id: UUID
    chunk_lines: int
    chunk: list[FileLine] = field(default_factory=list)
    chunk_bytes: int = 0
    lines: int = 0
    last_line: int = 0
    renewed_at: float = field(default_factory=lambda: asyncio.get_running_loop().time())

    async def stage(self, parts: AsyncIterator[bytes], reader: CsvLines | LineSplitter) -> None:
        """Stage every line, then let the import be processed."""
        digest, slices = hashlib.sha256(), TimeSlices()
        async for part in parts:
            digest.update(part)
            for line in reader.feed(part):
                await self._add(line)
                await slices.pause()
            if asyncio.get_running_loop().time() > self.renewed_at + RENEW_SECONDS:
                await self._flush()  # a slow sender is still there
        for line in reader.end():
            await self._add(line)
        await self._flush()
        await self._complete(self.service.seals.body_digests.of(digest.hexdigest()))

    async def _add(self, line: FileLine) -> None:
        self.chunk.append(line)
        self.chunk_bytes += len(line.content or b"")
        self.lines, self.last_line = self.lines + 1, line.number
        if self.lines > self.service.settings.import_max_lines:
            raise BodyTooLarge
        if len(self.chunk) >= self.chunk_lines or self.chunk_bytes >= CHUNK_BYTES:
            await self._flush()

    async def _flush(self) -> None:
        async with self.service.database.transaction() as connection:
            # The row is locked until the commit, so that nobody drops the upload meanwhile.
            if not await imports.go_on_receiving(
                connection, self.import_id, lines=self.lines, lease_seconds=LEASE_SECONDS
            ):
                raise BodyTruncated
            if self.chunk:
                await import_lines.add(
                    connection, self.import_id, seal_lines(self.service.seals, self.import_id, self.chunk)
                )
        self.chunk, self.chunk_bytes = [], 0
        self.renewed_at = asyncio.get_running_loop().time()

    async def _complete(self, body_digest: bytes) -> None:
        async with self.service.database.transaction() as connection:
            if not await imports.mark_received(
                connection, self.import_id, body_digest=body_digest, lines=self.lines, last_line=self.last_line
            ):
                raise BodyTruncated
