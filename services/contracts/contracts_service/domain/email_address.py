"""E-mail addresses: their form is checked, their existence is not (a bounce will tell)."""

import re
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from contracts_service.domain.refused_value import RefusedValueError

LONGEST_EMAIL = 254
"""Characters (RFC 5321, 4.5.3.1, errata 1690)."""

# Local parts that are as good under any rule (RFC 5321, 4.1.2 and 4.5.3.1.1): only their domain is looked at closer, once.
_PLAIN = re.compile(r"([A-Za-z0-9]+(?:[._+-][A-Za-z0-9]+)*)@([A-Za-z0-9.-]+)")
LONGEST_LOCAL_PART = 64


class EmailAddressError(RefusedValueError):
    """The text is no e-mail address; `code` is `invalid-email`."""

    def __init__(self) -> None:
        super().__init__("invalid-email")


def normalise_email_address(text: str) -> str:
    """Return the address with its domain in small letters and in Unicode, its local part as typed, in NFC.

    Raises EmailAddressError.
    """
    plain = _PLAIN.fullmatch(text)
    if plain is None or len(plain[1]) > LONGEST_LOCAL_PART or len(text) > LONGEST_EMAIL:
        return _normalised(text)
    address = f"{plain[1]}@{_domain(plain[2])}"
    return address if len(address) <= LONGEST_EMAIL else _normalised(text)


@lru_cache(maxsize=4096)
def _domain(text: str) -> str:
    return _normalised(f"a@{text}").removeprefix("a@")


def _normalised(text: str) -> str:
    try:
        # `strict` counts the local part's characters; `test_environment` lets a test bed's `.test` domains through.
        found = validate_email(text, check_deliverability=False, strict=True, test_environment=True)
    except EmailNotValidError:
        raise EmailAddressError from None
    return found.normalized
