"""When another letter is possible."""

from datetime import UTC, datetime, timedelta

import pytest
from identity_service.domain.brand_policy import LetterQuota
from identity_service.domain.letter_quotas import PrintedLetter, possible_from

NOW = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # half an hour before the clocks change: quotas are lengths of time
QUOTA = LetterQuota(most=4, within_days=30, hours_between=24)


def ago(*hours: int, owner_was_in: bool = False) -> list[PrintedLetter]:
    return [PrintedLetter(NOW - timedelta(hours=number), owner_was_in) for number in hours]


@pytest.mark.parametrize(
    ("printed", "member", "adviser"),
    [
        ([], 0, 0),
        (ago(24), 0, 0),
        (ago(23), 1, 0),
        (ago(0), 24, 0),
        (ago(700, 500, 24), 0, 0),
        (ago(719, 500, 300, 24), 1, 1),
        (ago(719, 500, 300, 1), 23, 1),
        (ago(23, owner_was_in=True), 0, 0),  # the letter was stopped, and its member has forgotten the password again
        ([*ago(23, owner_was_in=True), *ago(1)], 23, 0),
        (ago(719, 500, 300, 1, owner_was_in=True), 1, 1),
        (ago(719, 700, 500, 300, 24), 20, 20),  # one too many, from before the brand lowered its quota
    ],
)
def test_another_letter_is_possible_after_a_day_and_four_in_thirty_days_and_an_adviser_need_not_wait_a_day(
    printed: list[PrintedLetter], member: int, adviser: int
):
    found = [possible_from(QUOTA, printed, origin=one, now=NOW) - NOW for one in ("member", "bounce", "adviser")]

    assert found == [timedelta(hours=member), timedelta(hours=member), timedelta(hours=adviser)]
