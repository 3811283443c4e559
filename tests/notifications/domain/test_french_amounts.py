"""Sums as the French write them."""

from decimal import Decimal

import pytest
from notifications_service.domain.french_amounts import euros

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("42.10", "42,10\u202f€"),
        ("1042", "1\u202f042,00\u202f€"),
        ("9999999.99", "9\u202f999\u202f999,99\u202f€"),
        ("0.05", "0,05\u202f€"),
        ("-12.50", "\u221212,50\u202f€"),
    ],
)
def test_a_sum_never_breaks_at_the_end_of_a_line(amount: str, words: str):
    assert euros(Decimal(amount)) == words
