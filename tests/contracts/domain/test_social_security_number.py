"""The social-security number, as people and files write it."""

import copy
import logging
import pickle
import string

import orjson
import pytest
from contracts_service.domain.social_security_number import (
    NumberKind,
    NumberPart,
    SocialSecurityNumber,
    SocialSecurityNumberError,
    parse_social_security_number,
)
from hypothesis import given
from hypothesis import strategies as st

pytestmark = pytest.mark.unit

SEPARATORS = (
    " ", "\u00a0", "\u202f", "\u2009", "\u3000", "\t", "-", "\u2010", "\u2011", "\u2013", ".", "\u00b7"
)  # fmt: skip


def digits(length: int, lowest: int = 0, highest: int | None = None) -> st.SearchStrategy[str]:
    top = 10**length - 1 if highest is None else highest
    return st.integers(lowest, top).map(lambda n: f"{n:0{length}d}")


MONTHS = digits(2, 1, 12) | digits(2, 20, 99)
PLACES = st.one_of(
    st.tuples(digits(2, 1, 96), digits(3)),
    st.tuples(st.sampled_from(["2A", "2B", "98", "99"]), digits(3)),
    st.tuples(st.just("97"), digits(3, 100, 899)),
).map("".join)
NUMBERS = st.tuples(st.sampled_from("1278"), digits(2), MONTHS, PLACES, digits(3, 1)).map("".join)


@given(NUMBERS)
def test_a_number_with_its_key_is_the_number_without_it(number13: str) -> None:
    number = parse_social_security_number(number13)

    assert number == parse_social_security_number(number.number15)
    assert number13 == number.number13
    assert number13 + number.key == number.number15


@given(NUMBERS, st.lists(st.sampled_from(SEPARATORS), min_size=16, max_size=16), st.booleans())
def test_separators_small_letters_and_full_width_characters_change_nothing(
    number13: str, separators: list[str], full_width: bool
) -> None:
    plain = parse_social_security_number(number13).number15.lower()
    if full_width:
        plain = plain.translate({ord(c): ord(c) + 0xFEE0 for c in string.digits + "ab"})
    written = separators[15] + "".join(c + s for c, s in zip(plain, separators, strict=False))

    assert number13 == parse_social_security_number(written).number13


@given(NUMBERS)
def test_what_is_displayed_reads_back_as_the_same_number(number13: str) -> None:
    number = parse_social_security_number(number13)

    assert number == parse_social_security_number(number.display)


@given(NUMBERS, st.integers(0, 14), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed_when_the_key_is_given(number13: str, place: int, difference: int) -> None:
    written = list(parse_social_security_number(number13).number15)
    if not written[place].isdigit():
        return
    written[place] = str((int(written[place]) + difference) % 10)

    with pytest.raises(SocialSecurityNumberError):
        parse_social_security_number("".join(written))


@given(st.text(max_size=40))
def test_any_text_is_a_number_or_a_typed_error_that_does_not_repeat_it(text: str) -> None:
    try:
        said = str(parse_social_security_number(text))
    except SocialSecurityNumberError as error:
        said = str(error)

    assert said in {"SocialSecurityNumber(•••)", *(f"invalid-nir-{part}" for part in NumberPart)}


@pytest.mark.parametrize(
    ("text", "number15"),
    [
        ("255081416802538", "255081416802538"),
        ("2 95 10 99 126 111 93", "295109912611193"),
        ("1.42.06.2B.207.578", "142062B20757826"),
        ("2-69-05-2a-004-018", "269052A00401822"),
    ],
)
def test_a_number_gets_its_key(text: str, number15: str) -> None:
    assert number15[:13] == parse_social_security_number(text).number13
    assert number15 == parse_social_security_number(text).number15


@pytest.mark.parametrize(("department", "stands_for"), [("2A", 19), ("2B", 18)])
def test_corsica_counts_as_19_or_18_at_its_own_place_only(department: str, stands_for: int) -> None:
    number = parse_social_security_number(f"18501{department}004018")

    assert f"{97 - int(f'18501{stands_for}004018') % 97:02d}" == number.key


def test_a_key_below_ten_is_written_with_a_zero() -> None:
    keys = {parse_social_security_number(f"1850175123{order:03d}").key for order in range(1, 98)}

    assert {f"{key:02d}" for key in range(1, 98)} == keys


@pytest.mark.parametrize(
    ("number13", "kind"),
    [
        ("1850175123456", NumberKind.NIR),
        ("2409999350001", NumberKind.NIR),
        ("2852097221304", NumberKind.NIR),
        ("1360591352127", NumberKind.NIR),
        ("7800175123456", NumberKind.PROVISIONAL),
        ("8112099350123", NumberKind.PROVISIONAL),
        ("7100000000000", NumberKind.FORMER_PROVISIONAL),
        ("8211512345678", NumberKind.FORMER_PROVISIONAL),
        ("5100000000001", NumberKind.MIGRANT),
        ("6299999999999", NumberKind.MIGRANT),
    ],
)
def test_the_kind_follows_from_the_13_characters(number13: str, kind: NumberKind) -> None:
    assert kind == parse_social_security_number(number13).kind


@pytest.mark.parametrize("month", ["01", "12", "20", "31", "42", "62", "99"])
def test_the_months_of_incomplete_records_are_accepted(month: str) -> None:
    assert parse_social_security_number(f"185{month}75123456").kind == NumberKind.NIR


@pytest.mark.parametrize("place", ["20004", "96123", "97105", "97805", "98735", "99350", "2A004"])
def test_corsica_before_1976_overseas_and_abroad_are_accepted(place: str) -> None:
    assert parse_social_security_number(f"18501{place}456").kind == NumberKind.NIR


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", NumberPart.LENGTH),
        ("185017512345", NumberPart.LENGTH),
        ("18501751234567", NumberPart.LENGTH),
        ("1850175123456123", NumberPart.LENGTH),
        (" " * 60 + "1850175123456", NumberPart.LENGTH),
        ("18501751234O6", NumberPart.CHARACTERS),
        ("1850175123456" + "\u0000" * 2, NumberPart.KEY),
        ("185017512345\u0666", NumberPart.CHARACTERS),
        ("²850175123456", NumberPart.CHARACTERS),
        ("0850175123456", NumberPart.FIRST_DIGIT),
        ("3850175123456", NumberPart.FIRST_DIGIT),
        ("9850175123456", NumberPart.FIRST_DIGIT),
        ("5850175123456", NumberPart.YEAR),
        ("515012A123456", NumberPart.DEPARTMENT),
        ("1850075123456", NumberPart.MONTH),
        ("1851375123456", NumberPart.MONTH),
        ("1851975123456", NumberPart.MONTH),
        ("1850100123456", NumberPart.DEPARTMENT),
        ("185012C123456", NumberPart.DEPARTMENT),
        ("18501A2123456", NumberPart.DEPARTMENT),
        ("1850197023456", NumberPart.COMMUNE),
        ("1850175123000", NumberPart.ORDER),
        ("7850075123456", NumberPart.MONTH),
        ("185017512345600", NumberPart.KEY),
        ("185017512345698", NumberPart.KEY),
        ("18501751234562A", NumberPart.KEY),
    ],
)
def test_the_error_names_the_part_that_is_wrong(text: str, part: NumberPart) -> None:
    with pytest.raises(SocialSecurityNumberError) as caught:
        parse_social_security_number(text)

    assert part == caught.value.part


def test_no_way_of_printing_shows_the_number(caplog: pytest.LogCaptureFixture) -> None:
    number = parse_social_security_number("1850175123456")
    logging.getLogger("contracts").warning("read %s and %r", number, {"nir": number})

    for shown in (str(number), repr(number), f"{number}", str([number]), caplog.text):
        assert "185" not in shown
        assert "•••" in shown


def test_the_json_encoder_refuses_a_number() -> None:
    with pytest.raises(TypeError):
        orjson.dumps(parse_social_security_number("1850175123456"))


def test_a_number_cannot_be_changed() -> None:
    number = parse_social_security_number("1850175123456")

    with pytest.raises(AttributeError):
        number._plain = "2850175123456"
    with pytest.raises(AttributeError):
        del number._plain


def test_equal_numbers_are_one_key_of_a_set_and_copies_are_equal() -> None:
    number = SocialSecurityNumber("1850175123456")

    assert len({number, SocialSecurityNumber("1850175123456")}) == 1
    assert number == copy.deepcopy(number) == pickle.loads(pickle.dumps(number))  # noqa: S301 (its own bytes)
    assert number != "1850175123456"
    assert number != SocialSecurityNumber("2850175123456")


def test_a_number_cannot_be_made_from_an_unchecked_text() -> None:
    with pytest.raises(SocialSecurityNumberError):
        SocialSecurityNumber("1851375123456")
