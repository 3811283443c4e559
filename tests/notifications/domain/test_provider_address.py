"""An address block as numbered lines: the same words, in the same order, the town in the sixth, the country as a code."""

import pytest
from notifications_service.domain.provider_address import provider_address
from service_kit.postal_address import AddressDoesNotFit, PostalAddress, address_lines


def numbered(*lines: str) -> tuple[dict[int, str], str]:
    address = provider_address(lines)
    return address.lines, address.country_code


def test_lines_are_numbered_from_the_town_upwards():
    assert numbered("Mme Zoé Roy", "61170 LE MELE") == ({2: "Mme Zoé Roy", 6: "61170 LE MELE"}, "FR")
    assert numbered("a", "b", "61170 LE MELE")[0] == {2: "a", 4: "b", 6: "61170 LE MELE"}
    assert numbered("a", "b", "c", "61170 LE MELE")[0] == {2: "a", 3: "b", 4: "c", 6: "61170 LE MELE"}
    assert numbered("a", "b", "c", "d", "61170 LE MELE")[0] == {1: "a", 2: "b", 3: "c", 4: "d", 6: "61170 LE MELE"}
    assert numbered("a", "b", "c", "d", "e", "61170 X")[0] == {1: "a", 2: "b", 3: "c", 4: "d", 5: "e", 6: "61170 X"}


@pytest.mark.parametrize(
    ("town", "code"),
    [
        ("75001 PARIS", "FR"),
        ("20000 AJACCIO", "FR"),
        ("97400 SAINT DENIS", "RE"),
        ("97133 SAINT BARTHELEMY", "BL"),
        ("97150 SAINT MARTIN", "MF"),
        ("97110 POINTE A PITRE", "GP"),
        ("98000 MONACO", "MC"),
        ("98800 NOUMEA", "NC"),
    ],
)
def test_parts_of_france_overseas_have_codes_of_their_own(town: str, code: str):
    assert numbered("Mme Zoé Roy", town)[1] == code


def test_abroad_the_countrys_line_becomes_a_code():
    address = PostalAddress(street="1 Kirchgasse", postal_code="10115", city="Berlin", country="DE")
    lines = address_lines("Mme", "Roy", "Zoé", address)

    assert lines[-1] == "ALLEMAGNE"
    assert numbered(*lines) == ({2: "Mme Zoé Roy", 4: "1 KIRCHGASSE", 6: "10115 BERLIN"}, "DE")


@pytest.mark.parametrize("last", ["PREUSSEN", "1234 BERNE", "61170", "６１１７０ LE MELE"])
def test_a_country_without_a_code_is_refused(last: str):
    with pytest.raises(AddressDoesNotFit) as refusal:
        provider_address(["Mme Zoé Roy", "1 RUE X", last])

    assert str(refusal.value) == "address-does-not-fit: country (malformed)"
