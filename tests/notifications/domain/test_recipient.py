"""How a person is greeted and addressed, whatever the insurer's file holds."""

from typing import Any

import pytest
from notifications_service.domain.recipient import Recipient
from service_kit.postal_address import AddressDoesNotFit


def recipient(**changes: Any) -> Recipient:
    address = {"street": "81 chemin de l’Église", "postal_code": "61170", "city": "Le Mêle-sur-Sarthe", "country": "FR"}
    values = {"title": "Mme", "last_name": "Núñez-Gœtz", "first_name": "Zoëlig", "address": address}
    return Recipient.model_validate(values | changes)


@pytest.mark.parametrize(
    ("title", "greeting", "salutation"),
    [
        ("Mme", "Bonjour Madame Núñez-Gœtz", "Madame Núñez-Gœtz"),
        ("MADEMOISELLE", "Bonjour Madame Núñez-Gœtz", "Madame Núñez-Gœtz"),
        ("M.", "Bonjour Monsieur Núñez-Gœtz", "Monsieur Núñez-Gœtz"),
        ("mr", "Bonjour Monsieur Núñez-Gœtz", "Monsieur Núñez-Gœtz"),
        (None, "Bonjour Zoëlig Núñez-Gœtz", "Madame, Monsieur"),
        ("", "Bonjour Zoëlig Núñez-Gœtz", "Madame, Monsieur"),
        ("Dr", "Bonjour Zoëlig Núñez-Gœtz", "Madame, Monsieur"),
    ],
)
def test_a_person_is_greeted_by_title_and_name_or_by_both_names(title: str | None, greeting: str, salutation: str):
    person = recipient(title=title)

    assert (person.greeting(), person.salutation()) == (greeting, salutation)


@pytest.mark.parametrize("first_name", [None, "X", "SP", "-"])
def test_a_person_without_first_name_is_greeted_by_the_last_name(first_name: str | None):
    assert recipient(title=None, first_name=first_name).greeting() == "Bonjour Núñez-Gœtz"


def test_line_breaks_and_direction_marks_in_a_name_are_not_passed_on():
    person = recipient(last_name="Núñez\r\nBcc: autre@example.fr\u202e")

    assert person.greeting() == "Bonjour Madame Núñez Bcc: autre@example.fr"


def test_the_address_block_is_laid_out_by_the_norm():
    assert recipient().address_lines() == ["Mme Zoëlig Núñez-Gœtz", "81 CHEMIN DE L EGLISE", "61170 LE MELE SUR SARTHE"]
    assert recipient().town() == "Le Mêle-sur-Sarthe"


def test_an_address_without_postal_code_names_the_field():
    with pytest.raises(AddressDoesNotFit) as refused:
        recipient(address={"street": "1 rue du Puits", "city": "Alençon", "country": "FR"}).address_lines()

    assert str(refused.value) == "address-does-not-fit: postal_code (missing)"


def test_a_person_does_not_show_in_a_text():
    shown = repr(recipient(email="zoe@example.org"))

    assert [word for word in ("Núñez", "Zoë", "zoe", "chemin", "61170", "Sarthe") if word in shown] == []
