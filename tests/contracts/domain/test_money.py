"""Amounts: signed, two decimals, cents inside."""

import pytest
from contracts_service.domain.money import AmountError, cents_of, euros
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "cents"), [("26.50", 2650), ("-7.00", -700), ("0.05", 5), ("-0.05", -5), ("9999999.99", 999_999_999)]
)
def test_an_amount_is_read_as_cents_and_written_as_it_was(text: str, cents: int) -> None:
    assert (cents_of(text), euros(cents)) == (cents, text)


def test_a_reversal_of_nothing_is_nothing() -> None:
    assert euros(cents_of("-0.00")) == "0.00"


@pytest.mark.parametrize(
    "text",
    ["", "26", "26.5", "26.500", "26,50", "+26.50", " 26.50", "26.50 ", ".50", "026.50", "1e3", "NaN", "10000000.00",
     "--1.00", "٢٦.٥٠", "26.50\n"],
)  # fmt: skip
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(AmountError):
        cents_of(text)


@given(st.integers(-999_999_999, 999_999_999))
def test_every_amount_survives_the_way_out_and_back(cents: int) -> None:
    assert cents_of(euros(cents)) == cents
