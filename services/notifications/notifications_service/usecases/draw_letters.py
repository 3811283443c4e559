"""Draws the letters of a batch: opens each one's secret, fills in its page. Reads nothing but what it is given.

A document that comes with its bytes is its own page: these leave, and no others (code de la mutualité, L221-6-4).

A letter that cannot be drawn as it is fails; one whose secret does not open is tried again later; neither holds up the others.
"""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from pydantic import ValidationError
from service_kit.clock import civil_date
from service_kit.tracing import span

from notifications_service.channels.letter_folder import PrintedLetter
from notifications_service.channels.letter_pdf import LetterContent, LetterNotRendered
from notifications_service.domain.message_content import LetterToPrint
from notifications_service.rendering.letter_words import AroundLetter, letter_page
from notifications_service.resources import Notifications
from notifications_service.store.due_letters import BatchedLetter
from notifications_service.store.print_batches import PrintBatch
from notifications_service.usecases.collect_letters import next_try


@dataclass(frozen=True)
class Drawn:
    """What became of each letter of a batch: a page, a reason why there is none, or the instant of its next attempt."""

    printed: list[PrintedLetter] = field(default_factory=list)
    failures: dict[UUID, str] = field(default_factory=dict)
    unreadable: dict[UUID, datetime] = field(default_factory=dict)


async def draw_letters(notifications: Notifications, batch: PrintBatch, letters: list[BatchedLetter]) -> Drawn:
    """Draw every letter that can be drawn."""
    drawn = Drawn()
    for letter, page in zip(
        letters, await asyncio.gather(*(_draw(notifications, batch, letter) for letter in letters)), strict=True
    ):
        match page:
            case PrintedLetter():
                drawn.printed.append(page)
            case str():
                drawn.failures[letter.id] = page
            case datetime():
                drawn.unreadable[letter.id] = page
    return drawn


async def _draw(
    notifications: Notifications, batch: PrintBatch, letter: BatchedLetter
) -> PrintedLetter | str | datetime:
    with span(f"notifications draw {letter.purpose}", traceparent=letter.traceparent):
        try:
            opened = LetterToPrint.model_validate_json(
                notifications.contents.open(letter.content_sealed, context=str(letter.id))
            )
            if opened.attachment is not None:
                return _printed(letter, tuple(line.reveal() for line in opened.address_lines), opened.attachment.pdf)
            content = _content(notifications, batch, letter, opened)
            pdf = await notifications.printing.draw(content, notifications.templates.letters(batch.brand))
        except LetterNotRendered as reason:
            return str(reason)
        except ValidationError:
            return f"{LetterNotRendered.code}: content"
        except Exception as error:
            return next_try(notifications, letter, error)
    return replace(_printed(letter, content.address_lines, pdf), shows_address=content.shows_address)


def _printed(letter: BatchedLetter, lines: tuple[str, ...], pdf: bytes) -> PrintedLetter:
    return PrintedLetter(letter.id, letter.purpose, letter.created_at, lines, pdf)


def _content(
    notifications: Notifications, batch: PrintBatch, letter: BatchedLetter, opened: LetterToPrint
) -> LetterContent:
    around = AroundLetter(
        brand=notifications.brands[batch.brand],
        public_url=notifications.settings.public_url,
        reference=letter.id,
        # The batch's day, not today: printed again after a crash, the page is the same.
        dated=civil_date(batch.created_at),
        expires_at=letter.expires_at,
    )
    by_provider = batch.channel == "maileva" and notifications.settings.maileva_address == "provider"
    return letter_page(letter.purpose, opened, around).model_copy(update={"shows_address": not by_provider})
