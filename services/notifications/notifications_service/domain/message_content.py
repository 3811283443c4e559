"""What is sealed of a message until it has gone: what its words need of the event, and where it goes."""

import base64
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer
from service_kit.field_problems import WORDS
from service_kit.personal import Personal
from service_kit.problems import FieldProblem, FinalEventError

from notifications_service.domain.recipient import Recipient, RecipientAddress


class ContentMissing(FinalEventError):
    """An event does not tell what the words of its message need. The log names the fields; the event is a dead letter.

    It is whoever publishes the event that must be mended; replayed as it is, the event comes back here.
    """

    code = "content-missing"

    def __init__(self, fields: list[str]) -> None:
        super().__init__(fields=tuple(FieldProblem(field, *WORDS["missing"]) for field in fields))


def _opened(value: Any) -> Any:
    return base64.b64decode(value, validate=True) if isinstance(value, str) else value


# A PDF: bytes here, Base64 in JSON. More than this is no letter, and no mailbox takes it.
LONGEST_PDF = 1024 * 1024
PdfBytes = Annotated[
    bytes,
    BeforeValidator(_opened),
    PlainSerializer(lambda pdf: base64.b64encode(pdf).decode(), return_type=str, when_used="json"),
    Field(max_length=LONGEST_PDF),
]


class AttachedDocument(BaseModel):
    """A document that a message brings, as documents has stored it: attached to a mail, or printed as the letter.

    `address_lines` is the address block that its page shows in the window; None where that has none.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    document_id: UUID
    file_name: str
    pdf: PdfBytes = Field(repr=False)
    address_lines: tuple[Personal, ...] | None = None


class MessageContent(BaseModel):
    """What is sealed until a message has gone: where a mail goes, and what its words need. A kind has some of it."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    email: Personal | None = None
    token: Personal | None = None
    code: Personal | None = None
    other_email: Personal | None = None
    moment: datetime | None = None
    device: str | None = None
    way: str | None = None
    change: str | None = None
    passkeys: int = 0
    document: str | None = None  # a document's kind
    about: str | None = None  # another message's purpose
    came_back: bool = False  # that message, though nothing is held against its address
    expected_by: date | None = None  # when a letter should be there
    amount: Decimal | None = Field(default=None, repr=False)  # euros
    method: str | None = None  # of payment
    due_date: date | None = None
    period_start: date | None = None
    period_end: date | None = None
    iban_ending: Personal | None = None
    in_force_on: date | None = None
    reply_by: date | None = None
    changed: tuple[str, ...] | None = None  # of contact details
    former_address: RecipientAddress | None = None  # where a letter goes, if not to the address that contracts knows
    first_name: Personal | None = None  # of a beneficiary
    last_name: Personal | None = None
    reason: Personal | None = None  # in the back office's own words
    effective_date: date | None = None
    end_date: date | None = None
    use: str | None = None  # of a termination: what its sender has called it
    attachment: AttachedDocument | None = None

    def addressed(self, recipient: Recipient) -> Recipient:
        """Return the person as a letter is addressed to them: where they lived before, if the message says so."""
        former = self.former_address
        return recipient if former is None else recipient.model_copy(update={"address": former})

    @property
    def holds_a_secret(self) -> bool:
        """Tell whether the message is of no use once something has expired."""
        return self.token is not None or self.code is not None

    def only(self, names: Iterable[str]) -> "MessageContent":
        """Return what of it has one of these names."""
        return MessageContent.model_validate({name: getattr(self, name) for name in names})


class LetterToPrint(MessageContent):
    """What is sealed while a letter is in a batch: fixed then, so that printing again gives the same page.

    It reads as a MessageContent too: a letter that leaves its batch is collected anew.
    """

    salutation: Personal
    address_lines: tuple[Personal, ...]
