"""Which addresses are believed, by which way people are told, and when e-mail addresses are asked about."""

from datetime import UTC, date, datetime, timedelta

import pytest
from contracts_service.domain.delivery_preference import Delivery, EmailState, PaperReason, why_paper
from contracts_service.domain.email_checks import next_check_on
from contracts_service.domain.trusted_contact import KnownAddress, is_trusted, trusted_address

pytestmark = pytest.mark.unit

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def test_what_came_with_the_first_file_is_believed_and_what_is_new_is_not():
    assert is_trusted(None, now=NOW, days=30)
    assert is_trusted(ago(30), now=NOW, days=30)
    assert not is_trusted(ago(29.9), now=NOW, days=30)


def test_two_changes_in_a_row_do_not_wash_an_address():
    home, first, second = {"city": "Home"}, {"city": "First"}, {"city": "Second"}
    known = [
        KnownAddress(second, ago(1)),
        KnownAddress(first, ago(2), until=ago(1)),
        KnownAddress(home, None, until=ago(2)),
    ]

    assert trusted_address(known, now=NOW, days=30).address == home
    assert trusted_address(known, now=NOW + timedelta(days=30), days=30).address == second


def test_where_every_address_is_new_the_oldest_is_believed():
    known = [KnownAddress({"city": "New"}, ago(1)), KnownAddress({"city": "Old"}, ago(5), until=ago(1))]

    assert trusted_address(known, now=NOW, days=30).address == {"city": "Old"}


@pytest.mark.parametrize(
    ("preference", "email", "expected"),
    [
        ("electronic", EmailState(known=True), None),
        ("paper", EmailState(known=True), "chosen"),
        ("electronic", EmailState(known=False), "no-email"),
        ("electronic", EmailState(known=True, undeliverable_since=NOW), "email-undeliverable"),
        ("electronic", EmailState(known=True, unconfirmed_since=NOW), "email-unconfirmed"),
    ],
)
def test_paper_is_for_whoever_chose_it_and_where_no_mail_is_sure_to_be_read(
    preference: Delivery, email: EmailState, expected: PaperReason | None
):
    assert why_paper(preference, email) == expected


def test_an_address_is_asked_about_a_year_after_its_proof():
    today = date(2026, 11, 21)

    assert next_check_on(None, months=12, today=today) == today
    assert next_check_on(datetime(2026, 2, 28, 23, 30, tzinfo=UTC), months=12, today=today) == date(2027, 3, 1)  # Paris
    assert next_check_on(datetime(2024, 2, 29, 12, tzinfo=UTC), months=12, today=date(2024, 3, 1)) == date(2025, 2, 28)
    assert next_check_on(ago(800), months=12, today=today) == today
