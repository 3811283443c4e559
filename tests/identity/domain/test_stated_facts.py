"""What is stated of oneself, judged by its form only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from identity_service.domain.stated_facts import address_to_keep, creation_problems, is_birth_date, number_problems


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Zoe.Martin@Courriel.Example", "Zoe.Martin@courriel.example"),
        (" zoe@courriel.example. ", "zoe@courriel.example"),
        ("zoe@XN--MNCHEN-3YA.example", "zoe@münchen.example"),
        ("zoe＠münchen．example", "zoe@münchen.example"),
        ("zoe\u200b@courriel.example\ufeff", "zoe@courriel.example"),
        ("zoe@courriel.test", "zoe@courriel.test"),
    ],
)
def test_an_address_is_kept_as_it_is_written_to(typed, expected):
    assert address_to_keep(typed) == expected


@pytest.mark.parametrize(
    "typed", ["", "zoe", "@", "zoe@", "zoe@courriel", "a b@c.example", "a@b@c.example", "zoe@c.example" * 30]
)
def test_what_is_no_address_is_not_kept(typed):
    assert address_to_keep(typed) is None


def test_two_ways_to_write_an_address_confirm_each_other():
    def differ(email: str, confirmation: str) -> list[str]:
        return [one.code for one in creation_problems(membership_number="1", email=email, confirmation=confirmation)]

    assert differ("zoe@münchen.example", "ZOE@xn--mnchen-3ya.example ") == []
    assert differ("zoe@courriel.example", "zoé@courriel.example") == ["confirmation-differs"]


@pytest.mark.parametrize("date", ["1958-02-17", "1958-02-00", "1931-00-00", "1960-42-00", "2000-02-29", "1931-00-31"])
def test_a_birth_date_may_be_partial(date):
    assert is_birth_date(date)


@given(st.dates())
def test_every_day_of_the_calendar_may_be_a_birth_date(day):
    assert is_birth_date(day.isoformat())


def test_a_number_has_letters_or_digits_and_no_more_than_forty():
    problems = {
        typed: [one.code for one in number_problems(typed)]
        for typed in ("", " -./", "7", "1" * 40, "1 " * 40, "1" * 41)
    }

    assert problems == {
        "": ["required"],
        " -./": ["required"],
        "7": [],
        "1" * 40: [],
        "1 " * 40: [],
        "1" * 41: ["too-long"],
    }
