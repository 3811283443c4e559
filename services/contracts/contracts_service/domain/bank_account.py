"""An IBAN as people type it: read, checked, and shown by its end only (ISO 13616; key: ISO 7064 MOD 97-10).

What cannot be an account is refused; what may be a slip of the pen, though banks do issue such numbers, is a warning.
"""

import re
from string import ascii_uppercase

from service_kit.problems import FieldProblem
from stdnum import bic, iban
from stdnum.exceptions import InvalidChecksum, ValidationError

from contracts_service.domain.masked_value import MaskedValue
from contracts_service.domain.refused_value import RefusedValueError
from contracts_service.domain.sepa_countries import SEPA_COUNTRIES

_WRITTEN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_WITH_RIB_KEY = frozenset({"FR", "MC"})
# Letters of a French account number count as digits (Comité français d'organisation et de normalisation bancaires).
_RIB_DIGITS = str.maketrans(ascii_uppercase, "12345678912345678923456789")
ENDING = 4

RIB_KEY_DIFFERS = FieldProblem(
    "iban",
    "rib-key-differs",
    "La clé RIB (les deux derniers chiffres) ne correspond pas au reste du numéro. Relisez votre RIB"
    "\u202f: si c’est bien ce qui y est écrit, vous n’avez rien à faire.",
)
BIC_ELSEWHERE = FieldProblem(
    "bic",
    "bic-of-another-country",
    "Ce BIC est celui d’une banque d’un autre pays que celui de l’IBAN. Relisez votre RIB"
    "\u202f: si c’est bien ce qui y est écrit, vous n’avez rien à faire.",
)


class BankAccountError(RefusedValueError):
    """The text is refused; `code` is `invalid-iban`, `not-a-sepa-country`, `invalid-iban-key` or `invalid-bic`."""


class Iban(MaskedValue):
    """An account's number, in capitals and without blanks; `ending` is all that is ever shown."""

    @property
    def number(self) -> str:
        """Return the number itself."""
        return self._plain

    @property
    def country(self) -> str:
        """Return where the account is held."""
        return self._plain[:2]

    @property
    def ending(self) -> str:
        """Return the last four characters."""
        return self._plain[-ENDING:]


def parse_iban(text: str) -> Iban:
    """Read a number in any case and spacing; raise BankAccountError for one that is no account in a SEPA country."""
    compact = "".join(text.split())
    number = compact.upper() if compact.isascii() else ""
    if not _WRITTEN.fullmatch(number):
        raise BankAccountError("invalid-iban")
    if number[:2] not in SEPA_COUNTRIES:
        raise BankAccountError("not-a-sepa-country")
    try:
        # Not the rules of single countries: they know the banks of the day on which the library was made.
        return Iban(iban.validate(number, check_country=False))
    except InvalidChecksum:
        raise BankAccountError("invalid-iban-key") from None
    except ValidationError:
        raise BankAccountError("invalid-iban") from None


def parse_bic(text: str) -> str:
    """Read a bank's identifier (ISO 9362) in any case and spacing; raise BankAccountError."""
    compact = "".join(text.split())
    if not compact.isascii() or not bic.is_valid(compact):
        raise BankAccountError("invalid-bic")
    return compact.upper()


def account_warnings(account: Iban, bank: str | None) -> tuple[FieldProblem, ...]:
    """Return what whoever typed the account should look at again; nothing is refused for it."""
    warnings = []
    if account.country in _WITH_RIB_KEY and not _fits_rib_key(account.number):
        warnings.append(RIB_KEY_DIFFERS)
    if bank is not None and bank[4:6] != account.country and account.country != "FR":
        warnings.append(BIC_ELSEWHERE)
    return tuple(warnings)


def _fits_rib_key(number: str) -> bool:
    bank, branch, account, key = number[4:9], number[9:14], number[14:25], number[25:]
    said = int(account.translate(_RIB_DIGITS))
    return int(key) == 97 - (89 * int(bank) + 15 * int(branch) + 3 * said) % 97
