"""Draws the letters of a batch: opens each one's secret, fills in its page. Reads nothing but what it is given.

A letter that cannot be drawn as it is fails; one whose secret does not open is tried again later; neither holds up the others.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from service_kit.clock import civil_date
from service_kit.tracing import span

from notifications_service.channels.letter_folder import PrintedLetter
from notifications_service.channels.letter_pdf import (
    AccessRequestedLetter,
    LetterBrand,
    LetterContent,
    LetterNotRendered,
    PasswordChangedLetter,
    PostedCodeLetter,
)
from notifications_service.domain.brand_sender import BrandSender
from notifications_service.domain.french_dates import last_whole_day, moment_in_words
from notifications_service.domain.mail_address import hint_at
from notifications_service.domain.password_ways import WAYS
from notifications_service.resources import Notifications
from notifications_service.store.due_letters import BatchedLetter
from notifications_service.store.print_batches import PrintBatch
from notifications_service.usecases.collect_letters import LetterToPrint, next_try

Words = Callable[[LetterToPrint, BatchedLetter, BrandSender, str | None], dict[str, Any]]


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
            content = _content(notifications, batch, letter)
            pdf = await notifications.printing.draw(content)
        except LetterNotRendered as reason:
            return str(reason)
        except ValidationError:
            return f"{LetterNotRendered.code}: content"
        except Exception as error:
            return next_try(notifications, letter, error)
    return PrintedLetter(letter.id, letter.purpose, letter.created_at, content.address_lines, pdf)


def _content(notifications: Notifications, batch: PrintBatch, letter: BatchedLetter) -> LetterContent:
    opened = LetterToPrint.model_validate_json(
        notifications.contents.open(letter.content_sealed, context=str(letter.id))
    )
    brand = notifications.brands[batch.brand]
    on_every_page = {
        "brand": _shown(brand),
        "address_lines": tuple(line.reveal() for line in opened.address_lines),
        # The batch's day, not today: printed again after a crash, the page is the same.
        "dated": civil_date(batch.created_at),
        "salutation": opened.salutation.reveal(),
        "reference": str(letter.id),
    }
    page, words = _PAGES[letter.purpose]
    return page.model_validate(on_every_page | words(opened, letter, brand, notifications.settings.public_url))


def _posted_code(
    opened: LetterToPrint, letter: BatchedLetter, brand: BrandSender, public_url: str | None
) -> dict[str, Any]:
    return {
        "code": opened.code and opened.code.reveal(),
        "valid_until": last_whole_day(letter.expires_at),
        "web_address": brand.link(public_url, brand.first_connection_path),
        "login_identifier": brand.login_identifier,
        "password_rule": brand.password_rule,
    }


def _access_requested(
    opened: LetterToPrint, _letter: BatchedLetter, _brand: BrandSender, _public_url: str | None
) -> dict[str, Any]:
    return {
        "moment": opened.moment and moment_in_words(opened.moment),
        "other_email": opened.other_email and hint_at(opened.other_email.reveal()),
    }


def _password_changed(
    opened: LetterToPrint, _letter: BatchedLetter, brand: BrandSender, public_url: str | None
) -> dict[str, Any]:
    return {
        "moment": opened.moment and moment_in_words(opened.moment),
        "way": WAYS.get(opened.way or ""),
        "passkeys": opened.passkeys,
        "web_address": brand.link(public_url, brand.sign_in_path),
    }


def _shown(brand: BrandSender) -> LetterBrand:
    return LetterBrand(
        name=brand.name,
        return_address=brand.return_address,
        phone=brand.phone,
        email=brand.email,
        hours=brand.hours,
        colour=brand.colour,
    )


_PAGES: dict[str, tuple[type[LetterContent], Words]] = {
    "posted_code": (PostedCodeLetter, _posted_code),
    "access_requested": (AccessRequestedLetter, _access_requested),
    "password_changed_by_post": (PasswordChangedLetter, _password_changed),
}
