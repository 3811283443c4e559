"""What the print provider's answers mean, as errors: who is at fault decides what follows.

Of an answer only its status and its error codes are kept: its words may quote an address.
"""

import re

_CODE = re.compile(r"[A-Z][A-Z0-9_]{1,79}")
MOST_CODES = 3


class ProviderAway(Exception):
    """The provider cannot be reached, is overloaded or broken: nothing is known of what was asked, and no letter is at fault.

    `retry_after` is how many seconds it asks to be left alone for.
    """

    def __init__(self, reason: str, *, retry_after: float = 0.0) -> None:
        super().__init__(reason)
        self.reason, self.retry_after = reason, retry_after


class CredentialsRefused(Exception):
    """The provider takes neither our credentials nor the token that it gave us for them."""

    reason = "credentials-refused"


class RequestRefused(Exception):
    """The provider has understood, and refuses: a mistake of ours, or of the account's. `reply` is the status and the codes."""

    def __init__(self, status: int, codes: tuple[str, ...]) -> None:
        self.status, self.codes = status, codes
        self.reply = " ".join((str(status), *codes))
        super().__init__(self.reply)

    @property
    def is_not_draft(self) -> bool:
        """Tell whether it was refused because the sending is submitted already."""
        return any("STATUS" in code and "NOT_DRAFT" in code for code in self.codes)

    @property
    def is_unknown(self) -> bool:
        """Tell whether there is nothing at that address: deleted, or never there."""
        return self.status == 404

    @property
    def is_about_the_address(self) -> bool:
        """Tell whether the recipient's address is at fault: sent again, it would be refused again."""
        return any(
            code.partition("_")[0] == "ADDRESS" or "_ADDRESS_" in code or "COUNTRY" in code for code in self.codes
        )


def codes_of(content: object) -> tuple[str, ...]:
    """Return the error codes in an answer: of `{"errors": [{"code", "message"}]}`, or of one such error alone."""
    errors = content.get("errors", [content]) if isinstance(content, dict) else []
    found = [error.get("code") for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []
    return tuple(code for code in found if isinstance(code, str) and _CODE.fullmatch(code))[:MOST_CODES]
