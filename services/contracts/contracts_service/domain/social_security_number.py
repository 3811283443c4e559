"""The social-security number (NIR): read as people and files write it, checked field by field, never shown.

Called by the readers of import lines and of contact forms; its result goes to the encryption and the keyed digest of
the store, and nowhere else. The number may change (décret 82-103, art. 6) and may be shared by several
people of one contract: it is never a key.
"""

import re
from enum import StrEnum

from stdnum.fr import nir

from contracts_service.domain.masked_value import MaskedValue
from contracts_service.domain.refused_value import RefusedValueError

LONGEST_TEXT = 64
"""Characters read at most: a number of 15 with every character surrounded by separators is 31 long."""


class NumberKind(StrEnum):
    """What the first digit, and for 7 and 8 the layout, say of the number."""

    NIR = "nir"
    PROVISIONAL = "nia"
    """Waiting number (numéro d'immatriculation d'attente): 7 or 8, then the layout of a NIR."""
    MIGRANT = "mig"
    """Migrant in transit (migrant de passage): 5 or 6."""
    FORMER_PROVISIONAL = "nnp"
    """The temporary number that the NIA replaced: 7 or 8, then a free layout. Still found in old files."""


class NumberPart(StrEnum):
    """The part of the number that is wrong."""

    LENGTH = "length"
    CHARACTERS = "characters"
    FIRST_DIGIT = "first-digit"
    YEAR = "year"
    MONTH = "month"
    DEPARTMENT = "department"
    COMMUNE = "commune"
    ORDER = "order"
    KEY = "key"


class SocialSecurityNumberError(RefusedValueError):
    """The text is no social-security number; `code` is `invalid-nir-` and the part that is wrong."""

    def __init__(self, part: NumberPart) -> None:
        self.part = part
        super().__init__(f"invalid-nir-{part}")


class SocialSecurityNumber(MaskedValue):
    """A checked number, kept as its 13 characters (`2A` and `2B` in capitals).

    Raises SocialSecurityNumberError when the 13 characters do not have the layout of any kind.
    """

    __slots__ = ()

    def __init__(self, number13: str) -> None:
        _classify(number13)
        super().__init__(number13)

    @property
    def number13(self) -> str:
        """Return the 13 characters without the key."""
        return self._plain

    @property
    def kind(self) -> NumberKind:
        """Return which of the four kinds of number it is."""
        return _classify(self._plain)

    @property
    def key(self) -> str:
        """Return the key, two digits from 01 to 97."""
        return nir.calc_check_digits(self._plain)

    @property
    def number15(self) -> str:
        """Return the 13 characters and the key."""
        return self._plain + self.key

    @property
    def display(self) -> str:
        """Return the 15 characters in the groups printed on a health card: `2 95 10 99 126 111 93`."""
        return nir.format(self.number15)


def parse_social_security_number(text: str) -> SocialSecurityNumber:
    """Read a number of 13 or 15 characters, however it is spaced; check its key when there is one.

    Accepts any Unicode space, dots, hyphens, `2a` and `2b`, and full-width characters.
    Raises SocialSecurityNumberError naming the part that is wrong.
    """
    compact = text.translate(_AS_WRITTEN) if len(text) <= LONGEST_TEXT else text
    if len(compact) not in (13, 15):
        raise SocialSecurityNumberError(NumberPart.LENGTH)
    number = SocialSecurityNumber(compact[:13])
    if len(compact) == 15 and compact[13:] != number.key:
        raise SocialSecurityNumberError(NumberPart.KEY)
    return number


_SPACES = "".join(c for c in map(chr, range(0x3001)) if c.isspace()) + "\u200b\u2060\ufeff"
_DASHES = "-\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d"
_DOTS = ".\u00b7\u2024\u2027\uff0e"
_AS_WRITTEN = str.maketrans("ab０１２３４５６７８９ＡＢａｂ", "AB0123456789ABAB", _SPACES + _DASHES + _DOTS)

# The shape of every kind: digits, but for the department of birth, where Corsica has a letter.
_SHAPE = re.compile(r"[0-9]{5}[0-9A-Z]{2}[0-9]{6}")
_WITHOUT_LAYOUT = re.compile(r"[5-8][12][0-9]{11}")

# The layout of a NIR, part by part. Months: the rule of the CNAM's own validator since October 2024, which takes 20
# to 99 for an unknown month or an incomplete record. Departments: 00 was never one; 20 is Corsica before 1976,
# 91 to 96 were North Africa as well; 97 and 98 are followed by the digit of the overseas territory.
_LAYOUT = (
    (NumberPart.FIRST_DIGIT, slice(0, 1), re.compile(r"[1278]")),
    (NumberPart.MONTH, slice(3, 5), re.compile(r"0[1-9]|1[0-2]|[2-9][0-9]")),
    (NumberPart.DEPARTMENT, slice(5, 7), re.compile(r"0[1-9]|[1-9][0-9]|2[AB]")),
    (NumberPart.COMMUNE, slice(5, 10), re.compile(r"(?!97[09]).{5}")),
    (NumberPart.ORDER, slice(10, 13), re.compile(r"(?!000).{3}")),
)


def _classify(number13: str) -> NumberKind:
    if not _SHAPE.fullmatch(number13):
        raise SocialSecurityNumberError(NumberPart.CHARACTERS)
    free_layout = _WITHOUT_LAYOUT.fullmatch(number13) is not None
    if number13[0] in "56":
        if not free_layout:
            raise SocialSecurityNumberError(_wrong_part_of_migrant(number13))
        return NumberKind.MIGRANT
    wrong = _wrong_part(number13)
    if wrong is None:
        return NumberKind.NIR if number13[0] in "12" else NumberKind.PROVISIONAL
    if number13[0] in "78" and free_layout:
        return NumberKind.FORMER_PROVISIONAL
    raise SocialSecurityNumberError(wrong)


def _wrong_part(number13: str) -> NumberPart | None:
    for part, place, pattern in _LAYOUT:
        if not pattern.fullmatch(number13[place]):
            return part
    return None


def _wrong_part_of_migrant(number13: str) -> NumberPart:
    # A 1 or a 2 stands where a NIR has the first digit of its year, and Corsica's letters mean nothing.
    return NumberPart.DEPARTMENT if number13[1] in "12" else NumberPart.YEAR
