"""What the back office is told to do about a failure."""

import itertools
from typing import get_args

import pytest
from notifications_service.domain.failure_remedies import remedy
from notifications_service.domain.print_notes import RETURN_REASONS
from notifications_service.domain.relay_answers import Verdict
from service_kit.postal_address import AddressDoesNotFit, Field, PostalAddress, Reason, address_lines

LINES = ("nom", "destinataire", "complément", "bâtiment", "voie", "lieu-dit", "code postal", "ville", "pays")


def test_a_street_that_is_too_long_names_the_line_to_shorten():
    address = PostalAddress(street="12 " + "interminablement " * 4, postal_code="61170", city="Le Mêle-sur-Sarthe")
    with pytest.raises(AddressDoesNotFit) as refused:
        address_lines("Mme", "Núñez", "Zoëlig", address)

    assert remedy(str(refused.value)) == (
        "Raccourcir la ligne «\u202fvoie\u202f» dans le dossier\u202f: 38 caractères au plus, abréviations comprises. "
        "Puis faire envoyer un nouveau courrier."
    )


def test_every_refusal_of_the_address_norm_names_its_line_or_how_many_there_may_be():
    unclear = [
        (field, reason)
        for field, reason in itertools.product(get_args(Field), get_args(Reason))
        if not any(line in remedy(str(AddressDoesNotFit(field, reason))) for line in (*LINES, "6 lignes"))
    ]

    assert unclear == []


@pytest.mark.parametrize(
    "failure",
    [
        *(verdict.value for verdict in (Verdict.NO_SUCH_ADDRESS, Verdict.ADDRESS_MALFORMED, Verdict.REFUSED)),
        "address-suppressed",
        "mailbox-full",
        "expired-on-the-way",
        "bounced",
        "letter-not-rendered: overflow",
        "gave-up",
        "address-closed",
        *RETURN_REASONS,
    ],
)
def test_every_failure_has_a_remedy_of_its_own(failure: str):
    assert remedy(failure) != remedy("something-else")


def test_a_refusal_that_nobody_knows_is_for_operators():
    assert remedy("address-does-not-fit: planet (too_round)").startswith("Corriger l’adresse postale")
    assert remedy("something-else") == "Signaler à l’exploitation, avec la référence du message."
