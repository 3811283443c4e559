"""Addresses as people type them: merged onto the former one, and refused where no envelope would take them."""

from datetime import date
from re import compile as pattern
from typing import Any

import pytest
from contracts_service.domain.enrolment_fields import BrandRules, Reading
from contracts_service.domain.postal_form import AddressRefused, Named, patched_address, printed_lines

pytestmark = pytest.mark.unit

READING = Reading(BrandRules(pattern("[0-9]{8}"), pattern("[0-9]{10}")), date(2026, 11, 21))
NAMED = Named("Mme", "Martin", "Zoé")
FORMER = {
    "recipient": None,
    "complement": "Appartement 12",
    "building": None,
    "street": "2 bis rue des Écoles",
    "locality": None,
    "postal_code": "20217",
    "city": "Canari",
    "country": "FR",
}


def patched(patch: dict[str, Any], named: Named = NAMED) -> dict[str, Any]:
    return patched_address(FORMER, patch, named, READING)


def refused(patch: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(AddressRefused) as error:
        patched(patch)
    return [(problem.field, problem.code) for problem in error.value.problems]


def test_what_is_not_named_stays_and_null_takes_a_line_away():
    assert patched({"street": "81 chemin de l’Église", "complement": None}) == FORMER | {
        "street": "81 chemin de l’Église",
        "complement": None,
    }


def test_a_line_of_38_characters_is_kept_and_one_of_39_is_refused():
    assert patched({"building": "B" * 38})["building"] == "B" * 38
    assert refused({"building": "B" * 39}) == [("address.building", "line-too-long")]


def test_a_street_that_the_norm_abbreviates_is_kept_as_it_was_typed():
    kept = patched({"street": "128 bis boulevard du Maréchal de Lattre de Tassigny"})

    assert kept["street"] == "128 bis boulevard du Maréchal de Lattre de Tassigny"
    assert (printed_lines(kept, NAMED) or [])[2] == "128 BIS BD MAL DE LATTRE DE TASSIGNY"


def test_a_refusal_names_the_abbreviations_of_the_norm_and_never_the_street():
    with pytest.raises(AddressRefused) as error:
        patched({"street": "128 boulevard du Docteur Constantinopolitanus Canariensis-Montmorency"})
    [problem] = error.value.problems

    assert "BOULEVARD\u202f→\u202fBD" in problem.detail
    assert "DOCTEUR\u202f→\u202fDR" in problem.detail
    assert "38 caractères" in problem.detail
    assert "anariensis" not in problem.detail.lower()


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        ({"postal_code": "2021"}, [("address.postal_code", "invalid-postal-code")]),
        ({"postal_code": None}, [("address.postal_code", "invalid-postal-code")]),
        ({"city": None}, [("address.city", "required")]),
        ({"country": "QQ"}, [("address.country", "unknown-country")]),
        ({"street": "Улица"}, [("address.street", "not-postal-letters")]),
        ({"street": ""}, [("address.street", "empty-text")]),
    ],
)
def test_what_is_wrong_is_said_of_its_field(patch: dict[str, Any], expected: list[tuple[str, str]]):
    assert refused(patch) == expected


def test_six_lines_are_an_address_and_seven_are_only_with_a_country():
    full = {"recipient": "Résidence du Lac", "building": "Bâtiment B", "locality": "Le Bourg"}

    assert refused(full) == [("address.recipient", "too-many-lines")]
    assert len(printed_lines(patched(full | {"recipient": None}), NAMED) or []) == 6
    abroad = patched(full | {"recipient": None, "country": "BE", "postal_code": "1000", "city": "Bruxelles"})
    assert len(printed_lines(abroad, NAMED) or []) == 7


def test_a_town_abroad_needs_no_postal_code():
    assert patched({"country": "IE", "postal_code": None, "city": "Cork"})["postal_code"] is None


def test_a_name_that_no_envelope_takes_keeps_nobody_from_moving():
    noble = Named("M.", "X" * 60, None)

    assert patched({"street": "1 rue du Lac"}, noble)["street"] == "1 rue du Lac"
    assert printed_lines(FORMER, noble) is None
