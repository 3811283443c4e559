"""One-time codes of letters: hard to guess, easy to copy."""

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st
from identity_service.domain.posted_codes import ALPHABET, BITS, LOOKALIKES, new_code, normalise, printed

CODES = st.text(ALPHABET, min_size=12, max_size=12)
BETWEEN = st.sampled_from(["", " ", "-", "\u2011", "\u2013", "\u00a0", "\u202f", ".", "_", "\t", "\u200b"])


def test_a_code_has_more_than_fifty_bits():
    assert BITS > 50


def test_no_character_is_taken_for_another():
    assert set("0O1IBGSZ").isdisjoint(ALPHABET)
    assert len(set(ALPHABET)) == len(ALPHABET)


def test_no_code_can_hold_a_word():
    assert set("AEIOU").isdisjoint(ALPHABET)


@given(st.randoms())
def test_a_new_code_is_twelve_characters_of_the_alphabet(random):
    code = new_code(random.choice)

    assert len(code) == 12
    assert set(code) <= set(ALPHABET)


def test_two_codes_are_not_the_same():
    assert len({new_code(secrets.choice) for _ in range(1000)}) == 1000


def test_a_code_is_printed_in_groups_joined_by_hyphens():
    assert printed("C4DFH7JK9MNP") == "C4DF-H7JK-9MNP"


@given(code=CODES, data=st.data())
def test_a_code_is_taken_back_in_any_case_and_spacing(code, data):
    spaced = "".join(character + data.draw(BETWEEN) for character in printed(code))

    assert normalise(spaced) == code
    assert normalise(spaced.lower()) == code


@given(code=CODES, data=st.data())
def test_a_look_alike_is_taken_as_what_it_looks_like(code, data):
    looks_like = {chr(right): chr(wrong) if isinstance(wrong, int) else wrong for wrong, right in _pairs()}
    typed = "".join(data.draw(st.sampled_from([one, looks_like.get(one, one)])) for one in code)

    assert normalise(typed) == code


@pytest.mark.parametrize("typed", ["", " ", "😀", "é" * 1000, "ß", "\ufeff"])
def test_odd_input_is_no_error(typed):
    assert set(normalise(typed)).isdisjoint(" -")


def _pairs() -> list[tuple[int, int]]:
    return [(wrong, ord(right)) for wrong, right in LOOKALIKES.items()]
