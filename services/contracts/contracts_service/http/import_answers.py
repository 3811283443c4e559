"""How an import is shown: where it stands, how fast it goes, what was refused."""

from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from contracts_service.domain.import_states import ImportFailure, ImportKind, ImportState
from contracts_service.store.imports import Import
from contracts_service.usecases.read_import import Summary


class FieldAnswer(BaseModel):
    """What is wrong with one field of a line; `line` is the field of a problem of the whole line."""

    field: str
    code: str
    detail: str


class LineAnswer(BaseModel):
    """A refused line, numbered as an editor does."""

    line: int
    fields: list[FieldAnswer]


class ImportProgress(BaseModel):
    """Where an import stands; counts of lines."""

    id: UUID
    kind: ImportKind
    state: ImportState
    failure: ImportFailure | None = Field(description="why it failed")
    lines: int = Field(description="while it is received: so far")
    processed: int
    accepted: int
    unchanged: int
    refused: int
    begun_at: datetime
    finished_at: datetime | None
    lines_per_second: float | None = Field(description="of the processing, once it has begun")
    estimated_end: datetime | None = Field(description="of an import that is running, at this speed")

    @classmethod
    def of(cls, found: Import, *, now: datetime) -> Self:
        """Return how `found` is shown at `now`."""
        return cls.model_validate(progress_of(found, now=now))


class ImportAnswer(ImportProgress):
    """Where an import stands. Once it is over the first 1,000 refusals are told; the report has all of them."""

    errors: list[LineAnswer]
    errors_truncated: bool

    @classmethod
    def told(cls, summary: Summary, *, now: datetime) -> Self:
        """Return the answer that tells `summary` at `now`."""
        errors = [{"line": line, "fields": fields} for line, fields in summary.refused]
        truncated = summary.progress.refused > len(errors)
        return cls.model_validate(
            progress_of(summary.progress, now=now) | {"errors": errors, "errors_truncated": truncated}
        )


def progress_of(found: Import, *, now: datetime) -> dict[str, Any]:
    """Return the fields of ImportProgress."""
    processed = found.accepted + found.unchanged + found.refused
    speed = _speed(found, processed, now=now)
    left = found.lines - processed
    is_estimated = found.state == "running" and speed is not None
    return {name: value for name, value in vars(found).items() if name in ImportProgress.model_fields} | {
        "processed": processed,
        "lines_per_second": None if speed is None else round(speed, 1),
        "estimated_end": now + timedelta(seconds=left / speed) if is_estimated and speed else None,
    }


def _speed(found: Import, processed: int, *, now: datetime) -> float | None:
    if found.processing_since is None or processed == 0:
        return None
    seconds = ((found.finished_at or now) - found.processing_since).total_seconds()
    return processed / seconds if seconds > 0 else None
