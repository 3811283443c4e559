"""What becomes of a contribution (domain.md § 2.2), and what its amount counts as in the totals."""

from typing import Literal

ContributionStatus = Literal[
    "scheduled",
    "called",
    "collecting",
    "paid",
    "unpaid",
    "formal_notice",
    "suspended",
    "terminated",
    "regularised",
    "written_off",
    "refunded",
]
PaymentMethod = Literal["direct_debit", "transfer", "cheque", "card"]

PAID: frozenset[str] = frozenset({"paid", "regularised"})
# From the first missed payment to the end of the contract that follows from it (code de la mutualité, L221-7 and L221-8).
OWED: frozenset[str] = frozenset({"unpaid", "formal_notice", "suspended", "terminated"})


def is_called(status: str) -> bool:
    """Tell whether the member was asked for the amount: all but what the schedule only announces."""
    return status != "scheduled"
