"""What a contract is on a day: the first and the last day count."""

from datetime import date

import pytest
from contracts_service.domain.contract_status import status_on

pytestmark = pytest.mark.unit

START, END = date(2026, 3, 1), date(2026, 12, 31)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 2, 28), "not_yet_in_force"),
        (START, "in_force"),
        (END, "in_force"),
        (date(2027, 1, 1), "ended"),
    ],
)
def test_a_contract_is_in_force_from_its_first_to_its_last_day(day: date, expected: str) -> None:
    assert status_on(day, effective_date=START, end_date=END) == expected


def test_a_contract_without_an_end_stays_in_force() -> None:
    assert status_on(date(2099, 1, 1), effective_date=START, end_date=None) == "in_force"
