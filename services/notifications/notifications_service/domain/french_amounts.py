"""Sums of money as members read them: `1 042,10 €`, no line break inside."""

from decimal import Decimal

_NARROW = "\u202f"
_MINUS = "\u2212"


def euros(amount: Decimal) -> str:
    """Return a sum in euros and cents."""
    figures = f"{amount:,.2f}".replace(",", _NARROW).replace(".", ",").replace("-", _MINUS)
    return f"{figures}{_NARROW}€"
