"""What is sealed of a message until it has gone: what its words need of the event, and where it goes."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict
from service_kit.personal import Personal


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

    @property
    def holds_a_secret(self) -> bool:
        """Tell whether the message is of no use once something has expired."""
        return self.token is not None or self.code is not None


class LetterToPrint(MessageContent):
    """What is sealed while a letter is in a batch: fixed then, so that printing again gives the same page.

    It reads as a MessageContent too: a letter that leaves its batch is collected anew.
    """

    salutation: Personal
    address_lines: tuple[Personal, ...]
