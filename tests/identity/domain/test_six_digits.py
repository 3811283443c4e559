"""Six-digit passwords: what nobody may choose, and that enough is left to choose from."""

import itertools

import pytest
from identity_service.domain.passwords import password_problems
from identity_service.domain.personal_pieces import personal_pieces
from identity_service.domain.six_digits import guessable_six_digits

MARIE = personal_pieces(
    birth_date="1958-02-17",
    numbers=["2580200000042", "70001234", "9000005678"],
    names=["Lefèvre-Guégan", "Castaing", "Françoise"],
)


def codes(password: str, confirmation: str | None = None, pieces: set[str] = MARIE) -> list[str]:
    found = password_problems(
        "six_digits", password, password if confirmation is None else confirmation, is_personal=pieces.__contains__
    )
    return [one.code for one in found]


def test_the_blocklist_is_about_a_tenth_of_the_million():
    share = len(guessable_six_digits()) / 1_000_000

    assert 0.07 < share < 0.13


def test_the_blocklist_holds_nothing_but_six_digits():
    assert {password for password in guessable_six_digits() if len(password) != 6 or not password.isdecimal()} == set()


@pytest.mark.parametrize(
    "password",
    [
        "123456",
        "654321",
        "234567",
        "890123",
        "098765",
        "135791",
        "246802",
        "000000",
        "777777",
        "121212",
        "123123",
        "123321",
        "112233",
        "111222",
        "147258",
        "258369",
        "159753",
        "741963",
        "789456",
        "123654",
        "010203",
        "290224",
        "240229",
        "022924",
        "311299",
        "102030",
        "007007",
        "131415",
        "124578",
        "142536",
    ],
)
def test_runs_repeats_keypad_shapes_dates_and_leaked_codes_are_too_guessable(password):
    assert codes(password, pieces=set()) == ["too-guessable"]


@pytest.mark.parametrize("order", sorted("".join(order) for order in itertools.permutations(["17", "02", "58"])))
def test_the_birth_date_is_refused_in_every_order(order):
    assert "derived-from-your-data" in codes(order)


@pytest.mark.parametrize(
    "password",
    [
        "170219",  # 17/02/1958, cut
        "702195",
        "021958",  # month and year
        "171958",  # day and year
        "195802",
        "195817",
        "958021",
        "580217",
    ],
)
def test_a_piece_of_the_birth_date_with_its_whole_year_is_refused(password):
    assert "derived-from-your-data" in codes(password)


@pytest.mark.parametrize("password", ["258020", "802000", "000042", "700012", "001234", "900000", "005678"])
def test_six_digits_in_a_row_of_ones_own_numbers_are_refused(password):
    assert "derived-from-your-data" in codes(password)


def test_what_is_ones_own_and_guessable_is_told_as_both():
    assert codes("170258") == ["derived-from-your-data", "too-guessable"]


def test_a_number_of_corsica_is_cut_without_its_letter():
    assert "180042" in personal_pieces(birth_date="1958-02-17", numbers=["258022A180042"], names=[])


@pytest.mark.parametrize("birth_date", ["1958-00-00", "1958-02-00", "1958"])
def test_a_partial_birth_date_still_gives_its_year(birth_date):
    assert "1958" in personal_pieces(birth_date=birth_date, numbers=[], names=[])


@pytest.mark.parametrize(
    "password", ["12345", "1234567", "48159a", "azerty", "48 159", "-48159", "４８１５９", "4815９²³"]
)
def test_anything_but_six_digits_is_told_as_such_and_nothing_else(password):
    assert codes(password) == ["six-digits-required"]


def test_digits_of_another_width_are_the_same_digits():
    assert codes("４８１５９２", "481592", pieces=set()) == []


def test_digits_of_another_script_are_not():
    assert codes("٤٨١٥٩٢") == ["six-digits-required"]


def test_a_confirmation_that_differs_is_told_beside():
    assert codes("481592", "481593") == ["confirmation-differs"]
    assert codes("123456", "123465") == ["too-guessable", "confirmation-differs"]


@pytest.mark.parametrize("password", ["481592", "907316", "358047", "619470"])
def test_what_is_none_of_that_is_accepted(password):
    assert codes(password) == []
