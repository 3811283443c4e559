"""The social-security number as a health card prints it: 13 characters in groups, and the key."""

import re

_GROUPS = re.compile(r"(.)(..)(..)(..)(...)(...)")
_CORSICA = {"2A": "19", "2B": "18"}


def printed_nir(number13: str) -> str:
    """Return `1740257519276` as `1 74 02 57 519 276 20`; a text of another shape is returned as it is.

    Key: 97 − (N mod 97), on two digits; in a Corsican number 2A counts as 19 and 2B as 18 (décret 82-103 of 22 January
    1982 gives the layout).
    """
    department = number13[5:7]
    digits = number13[:5] + _CORSICA.get(department, department) + number13[7:]
    groups = _GROUPS.fullmatch(number13)
    if groups is None or not (digits.isascii() and digits.isdigit()):
        return number13
    return " ".join((*groups.groups(), f"{97 - int(digits) % 97:02}"))
