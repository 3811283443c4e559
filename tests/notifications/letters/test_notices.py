"""Letters that only tell something: drawn for every brand, without any code, and whatever an attacker typed."""

import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pypdfium2 as pdfium
import pytest
from contracts_service.event_parts import MemberNews
from contracts_service.events import (
    BankDetailsChanged,
    BeneficiaryAccepted,
    BeneficiaryRefused,
    BeneficiaryRequested,
    ContractEnded,
    ContributionUnpaid,
    RemovalAnnounced,
    TerminationRegistered,
)
from identity_service.events import AccountEvent, ActivationRequested, PasswordChanged

from tests.support.account_events import EMAIL, TOKEN, happens
from tests.support.contract_news import REASON, told
from tests.support.notifications_fixtures import RunningNotifications, member_enrolled

STANDARDS = (b"/StructTreeRoot", b"<pdfuaid:part>1<", b"<pdfaid:part>2<", b"<pdfaid:conformance>A<")


def text_of(pdf: Path) -> str:
    document = pdfium.PdfDocument(pdf.read_bytes())
    assert len(document) == 1
    return re.sub(r"[\u00a0\s]+", " ", document[0].get_textpage().get_text_range())


async def letter_about(service: RunningNotifications, event: type[AccountEvent], **changes: Any) -> Path:
    """Let a member be told of an account's event by post, and return the page."""
    return await letter_after(service, happens(event, **{"member_id": uuid4()} | changes))


async def letter_after(service: RunningNotifications, event: Any, **member: Any) -> Path:
    """Let a member be told of an event by post, and return the page."""
    await service.hear(member_enrolled(member_id=event.member_id, brand=event.brand, **member))
    await service.hear(event)
    while await service.hand_over():
        pass
    (row,) = await service.rows(
        "SELECT id, brand, state, failure, content_sealed FROM deliveries WHERE channel = 'letter'"
    )
    (batch,) = service.batches()

    assert (row["state"], row["failure"], row["content_sealed"]) == ("handed_over", None, None)
    return batch / f"{row['id']}.pdf"


@pytest.mark.parametrize("brand", ["demo", "mgas", "safiag"])
async def test_an_access_that_was_asked_for_is_told_on_one_page(service: RunningNotifications, brand: str):
    pdf = await letter_about(service, ActivationRequested, brand=brand, notice=True)
    text, sender = text_of(pdf), service.notifications.brands[brand]

    for words in (
        "Un espace adhérent a été demandé avec vos numéros",
        "Madame Núñez-Gœtz,",
        "z•••@e•••.org",
        f"Appelez-nous sans attendre au {sender.phone}".replace("\u00a0", " "),
        "Ce courrier ne contient aucun code",
        sender.name,
    ):
        assert words in text
    assert [secret for secret in (EMAIL, TOKEN, "http") if secret in text] == []
    assert [mark for mark in STANDARDS if mark not in pdf.read_bytes()] == []


@pytest.mark.parametrize(
    ("brand", "way", "passkeys", "words"),
    [
        ("demo", "mailed_link", 0, "avec le lien reçu par e-mail"),
        ("mgas", "account", 1, "depuis votre espace"),
        ("safiag", "posted_code", 0, "avec le code reçu par courrier"),
        ("safiag", "statement_identifier", 10, "avec l’identifiant imprimé sur vos relevés"),
    ],
)
async def test_a_password_that_was_changed_is_told_on_one_page(
    service: RunningNotifications, brand: str, way: str, passkeys: int, words: str
):
    changes = {"brand": brand, "way": way, "passkeys": passkeys, "by_post": True, "email": None}
    pdf = await letter_about(service, PasswordChanged, **changes)
    text = text_of(pdf)

    assert "Votre mot de passe a été changé" in text
    assert f"(heure de Paris), {words}." in text
    assert ("vos clés d’accès" in text) == (passkeys > 0)
    assert f"espace.example/{brand}/connexion" in text
    assert "Ce courrier ne contient aucun code" in text
    assert [mark for mark in STANDARDS if mark not in pdf.read_bytes()] == []


@pytest.mark.parametrize(
    "typed",
    ["日本@例え.jp", "\u202e#panic()@x.example", "z@" + "a" * 60 + ".example." + "b" * 63, "$x$*_@`b`.<d>", "@"],
)
async def test_no_address_that_somebody_types_keeps_the_letter_from_being_printed(
    service: RunningNotifications, typed: str
):
    pdf = await letter_about(service, ActivationRequested, notice=True, email=typed)

    assert re.search(r"L’adresse e-mail donnée est (•••@•••|z•••@a•••)\. Par sécurité", text_of(pdf))


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (ContributionUnpaid, ["1 042,10 €", "du 1er novembre 2026 au 30 novembre 2026", "lettre de mise en demeure"]),
        (BankDetailsChanged, ["se termine par 2606", "avant le 1er décembre 2026", "et l’annuler"]),
        (BeneficiaryRequested, ["ajouter Éloi Lefèvre", "cette personne n’est pas encore couverte"]),
        (BeneficiaryAccepted, ["couvre Éloi Lefèvre à partir du 15 décembre 2026"]),
        (BeneficiaryRefused, ["d’ajouter Éloi Lefèvre", REASON]),
        (TerminationRegistered, ["est le 15 décembre 2026", "jusqu’au 15 décembre 2031", "dans les 30 jours"]),
        (RemovalAnnounced, ["jusqu’au 31 mars 2032", "Vos données sont effacées"]),
        (ContractEnded, ["a pris fin le 30 novembre 2026", "reste ouvert jusqu’au 30 novembre 2031"]),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
async def test_a_member_without_e_mail_is_told_of_the_contract_on_one_page(
    service: RunningNotifications, event: type[MemberNews], words: list[str]
):
    pdf = await letter_after(service, told(event, brand="safiag"))
    text = text_of(pdf)

    assert [one for one in words if one not in text.replace("\u202f", " ")] == []
    assert "Pourquoi un courrier" not in text
    assert [mark for mark in STANDARDS if mark not in pdf.read_bytes()] == []


async def test_who_was_the_members_before_is_told_of_another_bank_account_by_post_if_no_address_is_named(
    service: RunningNotifications,
):
    pdf = await letter_after(service, told(BankDetailsChanged, former_email=None), email=EMAIL)

    assert "Un nouveau compte bancaire a été donné" in text_of(pdf)
    assert await service.send_mails() == 0
