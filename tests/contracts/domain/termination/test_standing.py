"""The contract's last day beside terminations that stand."""

from datetime import date
from uuid import uuid4

import pytest
from contracts_service.domain.termination.standing import Standing, end_beside

BEGUN = date(2026, 1, 1)


def standing(day: date, motive: str = "annual") -> Standing:
    return Standing(uuid4(), uuid4(), day, motive)


@pytest.mark.parametrize(
    ("told", "days", "end"),
    [
        (None, [], None),
        (date(2026, 6, 30), [], date(2026, 6, 30)),
        (None, [date(2026, 12, 31), date(2026, 12, 24)], date(2026, 12, 24)),
        (date(2026, 6, 30), [date(2026, 12, 31)], date(2026, 6, 30)),
        (date(2027, 6, 30), [date(2026, 12, 31)], date(2026, 12, 31)),
        (None, [BEGUN], BEGUN),
        (None, [date(2025, 12, 31)], None),
    ],
)
def test_the_earliest_day_of_this_contract_holds(told: date | None, days: list[date], end: date | None) -> None:
    assert end_beside(told, [standing(day) for day in days], begun=BEGUN) == end


def test_a_withdrawal_holds_on_the_eve_of_the_contract() -> None:
    eve = standing(date(2025, 12, 31), "withdrawal")

    assert end_beside(None, [eve], begun=BEGUN) == date(2025, 12, 31)
    assert end_beside(None, [eve], begun=date(2026, 1, 2)) is None
