"""Where letters to somebody else than the member go: to the contract's address, in the person's own name."""

from collections.abc import Iterable
from typing import Any

from contracts_service.domain.personal_text import fold


def own_address(
    address: dict[str, Any], *, last_name: str, members: Iterable[str | None] | None = None
) -> dict[str, Any]:
    """Return the contract's address without a line that names the member; `members` are the member's last names.

    A line of the place where the household lives stays. One with a name of theirs would stand in the place of the person's own
    name (NF Z 10-011: line 1 is the line that holds it), and the letter would be another's. Where the member's names are not at
    hand (None), nobody can tell the one from the other, and none stays.
    """
    recipient = f" {fold(address.get('recipient') or '')} "
    names = None if members is None else [last_name, *members]
    if names is None or any(f" {fold(name)} " in recipient for name in names if name):
        return {**address, "recipient": None}
    return address
