"""Whether the social-security number that a file gives for a person is that person's own.

Children are known to the health insurance under a parent's number until they have theirs, and files carry that one: a number
that opened an account of the child's would open it to the parent, and the parent's to the child.
"""

from collections.abc import Sequence

from contracts_service.domain.birth_date import BirthDate


def is_own_number(number13: str, born: BirthDate, *, is_members: bool, others: Sequence[BirthDate]) -> bool:
    """Tell whether `number13` identifies who was `born` then; `others` are the births of those who share it on the contract.

    The member's number is nobody else's. Of several others it is the one's whose birth it says, where that is one only.
    """
    if is_members:
        return False
    return not others or (_says(number13, born) and not any(_says(number13, other) for other in others))


def _says(number13: str, born: BirthDate) -> bool:
    """Tell whether a number holds a birth's year, and its month where both know it (décret 82-103, art. 4)."""
    year, month = number13[1:3], number13[3:5]
    unknown = not "01" <= month <= "12" or not "01" <= born.text[5:7] <= "12"
    return year == born.text[2:4] and (unknown or month == born.text[5:7])
