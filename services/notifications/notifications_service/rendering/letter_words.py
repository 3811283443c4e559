"""What the page of a letter shows: the same for a member's letter and a preview."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from notifications_service.channels.letter_pdf import (
    AccessRequestedLetter,
    LetterBrand,
    LetterContent,
    PasswordChangedLetter,
    PostedCodeLetter,
)
from notifications_service.domain.brand_sender import BrandSender
from notifications_service.domain.french_dates import last_whole_day, moment_in_words
from notifications_service.domain.mail_address import hint_at
from notifications_service.domain.message_content import LetterToPrint
from notifications_service.domain.password_ways import WAYS


@dataclass(frozen=True)
class AroundLetter:
    """What a letter says that neither the event nor the recipient tells; `dated` is the day of its batch."""

    brand: BrandSender
    public_url: str | None
    reference: UUID
    dated: date
    expires_at: datetime


Words = Callable[[LetterToPrint, AroundLetter], dict[str, Any]]


def letter_page(purpose: str, opened: LetterToPrint, around: AroundLetter) -> LetterContent:
    """Return what the page of a letter shows; raise pydantic's ValidationError where something is missing or too long."""
    on_every_page = {
        "brand": _shown(around.brand),
        "address_lines": tuple(line.reveal() for line in opened.address_lines),
        "dated": around.dated,
        "salutation": opened.salutation.reveal(),
        "reference": str(around.reference),
    }
    page, words = PAGES[purpose]
    return page.model_validate(on_every_page | words(opened, around))


def _posted_code(opened: LetterToPrint, around: AroundLetter) -> dict[str, Any]:
    brand = around.brand
    return {
        "code": opened.code and opened.code.reveal(),
        "valid_until": last_whole_day(around.expires_at),
        "web_address": brand.link(around.public_url, brand.first_connection_path),
        "login_identifier": brand.login_identifier,
        "password_rule": brand.password_rule,
    }


def _access_requested(opened: LetterToPrint, _around: AroundLetter) -> dict[str, Any]:
    return {
        "moment": opened.moment and moment_in_words(opened.moment),
        "other_email": opened.other_email and hint_at(opened.other_email.reveal()),
    }


def _password_changed(opened: LetterToPrint, around: AroundLetter) -> dict[str, Any]:
    return {
        "moment": opened.moment and moment_in_words(opened.moment),
        "way": WAYS.get(opened.way or ""),
        "passkeys": opened.passkeys,
        "web_address": around.brand.link(around.public_url, around.brand.sign_in_path),
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


PAGES: dict[str, tuple[type[LetterContent], Words]] = {
    "posted_code": (PostedCodeLetter, _posted_code),
    "access_requested": (AccessRequestedLetter, _access_requested),
    "password_changed_by_post": (PasswordChangedLetter, _password_changed),
}
