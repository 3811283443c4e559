"""Which address stays when a file has spoken."""

import pytest
from contracts_service.domain.present_email import comparable_email, email_after_import

FILE, NEW, CHOSEN = "file@example.org", "new@example.org", "chosen@example.org"


@pytest.mark.parametrize(
    ("present", "told", "told_before", "expected"),
    [
        (CHOSEN, FILE, True, CHOSEN),
        (CHOSEN, NEW, False, NEW),
        (CHOSEN, None, True, CHOSEN),
        (CHOSEN, None, False, None),
        (None, FILE, True, None),
        (None, NEW, False, NEW),
        (FILE, FILE, True, FILE),
        (FILE, NEW, False, NEW),
    ],
    ids=[
        "a choice outlives a file that repeats itself",
        "a file with news wins over a choice",
        "a choice outlives a file that never knew an address",
        "a file that takes its address back takes the choice with it",
        "no address, chosen, outlives a file that repeats itself",
        "a file with news brings an address back",
        "without a choice nothing changes",
        "without a choice the file's news is taken",
    ],
)
def test_the_address_after_an_import(present: str | None, told: str | None, told_before: bool, expected: str | None):
    assert email_after_import(present=present, told=told, told_before=told_before) == expected


def test_without_a_choice_the_files_own_spelling_is_taken():
    assert email_after_import(present="FILE@example.org", told=FILE, told_before=True) == FILE


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Anne.Lefevre@example.org", "anne.lefevre@example.org", True),
        ("Éloi@example.org", "e\u0301loi@example.org", True),
        ("anne.lefevre@example.org", "annelefevre@example.org", False),
        (None, "anne@example.org", False),
        (None, None, True),
    ],
)
def test_addresses_are_compared_without_capitals(one: str | None, other: str | None, same: bool):
    assert (comparable_email(one) == comparable_email(other)) is same
