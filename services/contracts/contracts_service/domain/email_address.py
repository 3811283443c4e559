"""E-mail addresses: their form is checked, their existence is not (a bounce will tell)."""

from email_validator import EmailNotValidError, validate_email

from contracts_service.domain.refused_value import RefusedValueError

LONGEST_EMAIL = 254
"""Characters (RFC 5321, 4.5.3.1, errata 1690)."""


class EmailAddressError(RefusedValueError):
    """The text is no e-mail address; `code` is `invalid-email`."""

    def __init__(self) -> None:
        super().__init__("invalid-email")


def normalise_email_address(text: str) -> str:
    """Return the address with its domain in small letters and in Unicode, its local part as typed, in NFC.

    Raises EmailAddressError.
    """
    try:
        # `strict` counts the local part's characters; `test_environment` lets a test bed's `.test` domains through.
        found = validate_email(text, check_deliverability=False, strict=True, test_environment=True)
    except EmailNotValidError:
        raise EmailAddressError from None
    return found.normalized
