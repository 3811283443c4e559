"""What the page of a letter shows: the same for a member's letter and a preview."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from service_kit.french_dates import last_whole_day

from notifications_service.channels.letter_pdf import LetterBrand, LetterContent, NoticeLetter, PostedCodeLetter
from notifications_service.domain.brand_sender import BrandSender
from notifications_service.domain.mail_address import hint_at
from notifications_service.domain.message_content import LetterToPrint
from notifications_service.rendering.message_words import message_words


@dataclass(frozen=True)
class AroundLetter:
    """What a letter says that neither the event nor the recipient tells; `dated` is the day of its batch."""

    brand: BrandSender
    public_url: str | None
    reference: UUID
    dated: date
    expires_at: datetime

    def link(self, path: str) -> str:
        """Return the address of a page of the brand's."""
        return self.brand.link(self.public_url, path)


def letter_page(purpose: str, opened: LetterToPrint, around: AroundLetter) -> LetterContent:
    """Return what the page of a letter shows; raise pydantic's ValidationError where something is missing or too long."""
    on_every_page = {
        "brand": _shown(around.brand),
        "address_lines": tuple(line.reveal() for line in opened.address_lines),
        "dated": around.dated,
        "salutation": opened.salutation.reveal(),
        "reference": str(around.reference),
        # A letter has an e-mail address where it takes the place of a mail that did not arrive there.
        "unreached_email": opened.email and hint_at(opened.email.reveal()),
    }
    if purpose == "posted_code":
        return PostedCodeLetter.model_validate(on_every_page | _posted_code(opened, around))
    words = message_words(opened, around.brand) | {"web_address": around.link(around.brand.sign_in_path)}
    return NoticeLetter.model_validate(on_every_page | {"purpose": purpose, "words": words})


def _posted_code(opened: LetterToPrint, around: AroundLetter) -> dict[str, Any]:
    brand = around.brand
    return {
        "code": opened.code and opened.code.reveal(),
        "valid_until": last_whole_day(around.expires_at),
        "web_address": around.link(brand.first_connection_path),
        "login_identifier": brand.login_identifier,
        "password_rule": brand.password_rule,
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
