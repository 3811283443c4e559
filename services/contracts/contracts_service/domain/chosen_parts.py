"""What the member chooses stays until the file says something else than before, part by part (ADR 0012).

A member who moves tells us; the back office's file may repeat the former address for weeks. So we remember, as a keyed digest,
what the file had said when the choice was made: a file that repeats it changes nothing, one that says another thing wins.
"""

from collections.abc import Sequence
from typing import Any, Literal

import orjson

Part = Literal["phone", "address", "beneficiaries"]


def said_of_phone(phone: str | None) -> bytes:
    """Return what is digested of a telephone number."""
    return (phone or "").encode()


def said_of_address(address: dict[str, Any]) -> bytes:
    """Return what is digested of a postal address."""
    return orjson.dumps(address, option=orjson.OPT_SORT_KEYS)


def said_of_beneficiaries(people: Sequence[tuple[str | None, str, str, int, str, str | None]]) -> bytes:
    """Return what is digested of the people on a contract, in whichever order.

    Each is (first name, last name, birth date, birth rank, relation, NIR of 13 characters).
    """
    return orjson.dumps(sorted(orjson.dumps(person).decode() for person in people))
