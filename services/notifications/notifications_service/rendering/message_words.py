"""What a message says of its content, by mail and by letter alike: instants, dates and sums in French words."""

from collections.abc import Callable, Mapping
from typing import Any

from service_kit.french_dates import date_in_words, moment_in_words
from service_kit.postal_capitals import printable_words

from notifications_service.domain.brand_sender import BrandSender
from notifications_service.domain.contact_words import contact_words
from notifications_service.domain.document_words import DOCUMENTS
from notifications_service.domain.french_amounts import euros
from notifications_service.domain.mail_address import hint_at
from notifications_service.domain.message_content import MessageContent
from notifications_service.domain.message_titles import TITLES
from notifications_service.domain.password_ways import WAYS

LONGEST_DEVICE = 60  # characters: a device's name is no place for a message
LONGEST_REASON = 600  # characters: a letter is one page

# Name in MessageContent → how it is said. Secrets and addresses to write to are not: each channel has its own place for them.
_SAID: Mapping[str, Callable[[Any], str | int]] = {
    "moment": moment_in_words,
    "device": lambda device: printable_words(device)[:LONGEST_DEVICE],
    "way": WAYS.__getitem__,
    "change": str,
    "passkeys": int,
    "other_email": lambda email: hint_at(email.reveal()),
    "document": DOCUMENTS.__getitem__,
    "about": lambda purpose: TITLES[purpose].words,
    "came_back": int,
    "expected_by": date_in_words,
    "amount": euros,
    "method": str,
    "due_date": date_in_words,
    "period_start": date_in_words,
    "period_end": date_in_words,
    "iban_ending": lambda ending: printable_words(ending.reveal()),
    "in_force_on": date_in_words,
    "reply_by": date_in_words,
    "changed": contact_words,
    "reason": lambda reason: printable_words(reason.reveal())[:LONGEST_REASON],
    "effective_date": date_in_words,
    "end_date": date_in_words,
    "use": str,
}


def message_words(content: MessageContent, brand: BrandSender) -> dict[str, str | int]:
    """Return what is said of a content; what it does not have is left out, so that asking for it is an error."""
    told = {name: getattr(content, name) for name in _SAID}
    words = {name: _SAID[name](value) for name, value in told.items() if value is not None}
    if content.attachment is not None:
        words["attached"] = 1
    if content.last_name is not None:
        words["person"] = _name(content)
    if content.end_date is not None:
        words["read_only_until"] = date_in_words(brand.read_only_until(content.end_date))
    return words


def _name(content: MessageContent) -> str:
    names = (content.first_name, content.last_name)
    return " ".join(printable_words(name.reveal()) for name in names if name is not None)
