"""Names and addresses as people really have them."""

import unicodedata

import pytest
from contracts_service.domain.personal_text import PersonalTextError, check_name, clean_text, fold
from hypothesis import given
from hypothesis import strategies as st

pytestmark = pytest.mark.unit

LETTERS = st.text(st.characters(codec="utf-8", categories=("Lu", "Ll", "Mn")), min_size=1, max_size=40)


@pytest.mark.parametrize(
    "name",
    [
        "Ô", "Y", "X", "SP", "d'Arc", "O’Neil", "N'Guyen", "Fañch", "Dupont--Martin", "Le Gall",
        "de La Rochefoucauld", "Saint-Exupéry (de)", "L'Haÿ-les-Roses", "Œuvrard", "Aÿmeric", "Nguyễn", "Łukasz",
        "Müller", "St. John", "王", "Фёдор", "Cossé-Brissac\u202fde", "A" * 100,
    ],
)  # fmt: skip
def test_a_real_name_is_kept_as_it_was_typed(name: str) -> None:
    assert name == check_name(clean_text(name, max_length=100))


def test_a_decomposed_name_is_kept_composed() -> None:
    decomposed = unicodedata.normalize("NFD", "Maëlys Nguyễn")

    assert clean_text(decomposed, max_length=13) == "Maëlys Nguyễn"


def test_blanks_of_a_fixed_width_file_are_dropped() -> None:
    assert clean_text("  Le  Gall      \u00a0", max_length=8) == "Le  Gall"


@pytest.mark.parametrize(
    "character",
    ["\x00", "\t", "\n", "\r", "\x1b", "\x7f", "\x85", "\u200e", "\u200f", "\u061c", "\u202a", "\u202e", "\u2066",
     "\u2069", "\u2028", "\u2029", "\ufffd", "\uffff", "\ufdd0", chr(0xD800), chr(0xDFFF)],
)  # fmt: skip
def test_a_character_that_hides_reorders_or_breaks_is_refused(character: str) -> None:
    with pytest.raises(PersonalTextError) as caught:
        clean_text(f"Du{character}pont", max_length=100)

    assert caught.value.code == "forbidden-characters"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty-text"),
        (" \u00a0\u202f", "empty-text"),
        ("A" * 101, "too-long"),
        ("A" * 1_000_000, "too-long"),
        ("e" + "\u0301" * 300, "too-long"),
    ],
)
def test_an_empty_or_endless_text_is_refused(text: str, code: str) -> None:
    with pytest.raises(PersonalTextError) as caught:
        clean_text(text, max_length=100)

    assert code == caught.value.code


@pytest.mark.parametrize("text", ["70945350", "-", "'", "?", "2 "])
def test_a_name_without_a_letter_is_refused(text: str) -> None:
    with pytest.raises(PersonalTextError) as caught:
        check_name(text)

    assert caught.value.code == "no-letter"


@pytest.mark.parametrize(
    ("typed", "in_a_batch_file"),
    [
        ("Maëlys", "MAELYS"),
        ("Œuvrard", "OEUVRARD"),
        ("L'Haÿ", "L HAY"),
        ("O’Neil", "O'NEIL"),
        ("Dupont--Martin", "DUPONT MARTIN"),
        ("Fañch", "FANCH"),
        ("Saint-Exupéry (de)", "SAINT EXUPERY DE"),
        ("François", "FRANCOIS"),
        ("Strauß", "STRAUSS"),
        ("  Le   Gall ", "LE GALL"),
    ],
)
def test_a_name_and_its_unaccented_capitals_fold_alike(typed: str, in_a_batch_file: str) -> None:
    assert fold(in_a_batch_file) == fold(typed)


def test_different_names_fold_differently() -> None:
    assert fold("Martin") != fold("Martine")
    assert fold("Le Gall") != fold("Legall")


@given(LETTERS)
def test_folding_twice_is_folding_once_in_either_normal_form(text: str) -> None:
    folded = fold(text)

    assert folded == fold(folded)
    assert folded == fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(st.text(max_size=60))
def test_a_cleaned_text_is_composed_bounded_and_stays_as_it_is(text: str) -> None:
    try:
        kept = clean_text(text, max_length=50)
    except PersonalTextError:
        return

    assert unicodedata.is_normalized("NFC", kept)
    assert 1 <= len(kept) <= 50
    assert kept == clean_text(kept, max_length=50)
