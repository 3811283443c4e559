"""What the print provider tells by files is noted as if it were told by the API: each file once, then it is put away.

Reads and writes what `note_posted` and `note_returned` do, one transaction a file; then the file is moved. A worker that dies in
between leaves it where it was: told again, it changes nothing. A file that is refused holds up no other.
"""

import asyncio
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import structlog
from pydantic import AwareDatetime, Field
from service_kit.database import is_unavailable
from service_kit.http.bodies import RequestBody, parse_json, typed
from service_kit.problems import DomainError

from notifications_service.channels.returns_folder import FileRefused, ReturnsFolder
from notifications_service.domain.errors import BatchNotHandedOver, LetterNotHandedOver
from notifications_service.domain.print_notes import PostedNote, ReturnedNote, ReturnReason
from notifications_service.resources import Notifications
from notifications_service.usecases.note_posted import note_posted
from notifications_service.usecases.note_returned import note_returned

log = structlog.get_logger()


class PostedFile(RequestBody):
    """A batch was posted, or some of its letters."""

    batch_id: UUID
    posted_at: AwareDatetime
    letters: Annotated[tuple[UUID, ...], Field(min_length=1)] | None = None


class ReturnedFile(RequestBody):
    """A letter came back."""

    letter_id: UUID
    reason: ReturnReason
    returned_at: AwareDatetime


async def read_returns(notifications: Notifications) -> int:
    """Read every file that lies there, and return how many were noted; nothing lies there where no folder is set."""
    folder = notifications.returns
    if folder is None:
        return 0
    done = 0
    for name in await asyncio.to_thread(folder.names):
        try:
            done += await _read(notifications, folder, name)
        except Exception as error:
            if is_unavailable(error):
                raise
            # Not told by its name, which is the provider's: it lies where it was, and is tried again.
            log.error("return_file_stuck", error=type(error).__name__)
    return done


async def _read(notifications: Notifications, folder: ReturnsFolder, name: str) -> bool:
    try:
        await _note(notifications, await asyncio.to_thread(folder.read, name), now=notifications.now())
    except FileNotFoundError:
        return False  # another worker was quicker
    except FileRefused as refused:
        await _refuse(folder, name, {"code": refused.code, "fields": []})
        return False
    except DomainError as refused:
        if isinstance(refused, (BatchNotHandedOver, LetterNotHandedOver)) and refused.leaving:
            return False  # the provider was quicker than our note of the hand-over
        await _refuse(folder, name, {"code": refused.code, "fields": [field.as_dict() for field in refused.fields]})
        return False
    await asyncio.to_thread(folder.put_away, name)
    return True


async def _note(notifications: Notifications, raw: bytes, *, now: datetime) -> None:
    content = parse_json(raw)
    if isinstance(content, dict) and "letter_id" in content:
        returned = typed(content, ReturnedFile)
        await note_returned(notifications, ReturnedNote(brand=None, **dict(returned)), act=None, now=now)
    else:
        posted = typed(content, PostedFile)
        await note_posted(notifications, PostedNote(brand=None, **dict(posted)), act=None, now=now)


async def _refuse(folder: ReturnsFolder, name: str, why: dict[str, Any]) -> None:
    await asyncio.to_thread(folder.refuse, name, why)
    # By codes: what somebody calls a field that we do not know may be a name.
    problems = sorted({field["code"] for field in why["fields"]})
    log.warning("return_file_refused", code=why["code"], problems=problems)
