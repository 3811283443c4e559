"""What the print provider's words mean, and how often it is asked."""

from datetime import UTC, datetime, timedelta

import pytest
from notifications_service.domain.provider_states import next_look, return_reason

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
KEEP = timedelta(days=60)


@pytest.mark.parametrize(
    ("status", "undelivered_at", "reason"),
    [
        (None, None, None),
        ("request", None, None),
        ("N10", None, "unknown-address"),
        (None, NOW, "unknown-address"),
        ("N03", NOW, "unclaimed"),
        ("N05", None, "refused"),
    ],
)
def test_a_letter_has_come_back_when_the_provider_says_so(
    status: str | None, undelivered_at: datetime | None, reason: str | None
):
    assert return_reason(status, undelivered_at) == reason


@pytest.mark.parametrize(
    ("ago", "pause"),
    [
        (timedelta(), timedelta(minutes=1)),
        (timedelta(minutes=20), timedelta(minutes=5)),
        (timedelta(days=2), timedelta(hours=1)),
    ],
)
def test_until_a_letter_is_posted_looks_are_a_quarter_of_its_age_apart(ago: timedelta, pause: timedelta):
    assert next_look(submitted_at=NOW - ago, posted_at=None, now=NOW, keep=KEEP) == NOW + pause


def test_a_posted_letter_may_come_back_for_weeks_and_is_asked_for_seldom():
    def pause(days: float) -> timedelta | None:
        due = next_look(submitted_at=NOW, posted_at=NOW, now=NOW + timedelta(days=days), keep=KEEP)
        return None if due is None else due - NOW - timedelta(days=days)

    assert [pause(days) for days in (0, 4, 30, 59)] == [
        timedelta(hours=6),
        timedelta(days=1),
        timedelta(days=3),
        None,
    ]
