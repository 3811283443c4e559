"""Sums of money as members read them: `1 042,10 €`, no line break inside."""

from decimal import Decimal

_NARROW = "\u202f"


def euros(amount: Decimal) -> str:
    """Return a sum in euros and cents."""
    return f"{amount:,.2f}".replace(",", _NARROW).replace(".", ",") + f"{_NARROW}€"
