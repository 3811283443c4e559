"""Every mail that events cause, for each brand, as it arrives: complete, French, harmless to open."""

import html
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from contracts_service.events import (
    BankDetailsChanged,
    BeneficiaryAccepted,
    BeneficiaryRefused,
    BeneficiaryRequested,
    ContactDetailsChanged,
    ContractEnded,
    ContributionUnpaid,
    EmailCheckRequested,
    ReimbursementSettled,
    RemovalAnnounced,
    TerminationAnswered,
    TerminationCancelled,
    TerminationReceived,
    TerminationRegistered,
)
from documents_service.events import DocumentIssued
from identity_service.events import (
    AccountCreated,
    AccountEvent,
    AccountLocked,
    ActivationRequested,
    EmailChanged,
    EmailChangeRequested,
    IdentifierLookedUp,
    NewDeviceSeen,
    PasskeysChanged,
    PasswordChanged,
)
from notifications_service.domain.message_kinds import MAILS
from service_kit.events import Event

from tests.structure.test_french import faults
from tests.support.account_events import EMAIL, FORMER_EMAIL, TOKEN, happens
from tests.support.contract_news import IBAN_ENDING, REASON, told
from tests.support.notifications_fixtures import (
    RunningNotifications,
    letter_required,
    member_enrolled,
    reset_requested,
)
from tests.support.smtp_server import ReceivedMail, RecordingSmtpServer

AT = datetime(2026, 11, 21, 14, 4, tzinfo=UTC)
MOMENT = "samedi 21\u00a0novembre\u00a02026 à 15\u00a0h\u00a004"
CODE, DEVICE, TYPED = "482913", "Firefox, Windows", "autre.adresse@exemple.fr"
IN_BOTH_PARTS = {
    "access_requested": [MOMENT, "a•••@e•••.fr", "vos numéros"],
    "account_created": [MOMENT, "connexion"],
    "account_locked": [MOMENT, "connexion", "Mot de passe"],
    "bank_details_changed": [MOMENT, IBAN_ENDING, "1er\u00a0décembre\u00a02026", "annulez-le", "connexion"],
    "beneficiary_request_accepted": ["Éloi Lefèvre", "15\u00a0décembre\u00a02026", "carte de tiers payant"],
    "beneficiary_request_received": [MOMENT, "Éloi Lefèvre", "D’ici là, rien ne change"],
    "beneficiary_request_refused": ["Éloi Lefèvre", REASON],
    "contact_details_changed": [
        MOMENT,
        "votre adresse postale et votre numéro de téléphone",
        "Mot de passe oublié",
        "connexion",
    ],
    "email_check": ["21\u00a0décembre\u00a02026", "gratuitement", "connexion"],
    "removal_announced": ["31\u00a0mars\u00a02032", "connexion", "effacées"],
    "contract_ended": ["30\u00a0novembre\u00a02026", "30\u00a0novembre\u00a02031", "n’est plus valable"],
    "contribution_unpaid": [
        "1\u202f042,10\u202f€",
        "5\u00a0novembre\u00a02026",
        "prélèvement",
        "lettre de mise en demeure",
    ],
    "document_available": ["Votre carte de tiers payant est disponible", "Dites-le en réponse à ce message"],
    "letter_on_its_way": ["Il devrait arriver au plus tard le", "jamais dans un e-mail"],
    "statement_available": ["Votre nouveau relevé de remboursements est disponible", "ne dit rien de vos soins"],
    "termination_acknowledged": [
        MOMENT,
        "15\u00a0décembre\u00a02026",
        "Gardez ce message",
        "15\u00a0décembre\u00a02031",
    ],
    "termination_answered": [MOMENT, "Voici notre réponse", REASON],
    "termination_cancelled": [MOMENT, "Votre contrat continue", "n’est plus valable", "connexion"],
    "termination_receipt": [MOMENT, "Gardez ce message"],
    "activation": ["Si cela se reproduit"],
    "email_change_code": [CODE, "valable jusqu’au"],
    "email_change_confirmed": [MOMENT],
    "email_change_undone": [MOMENT, "connexion"],
    "email_changed": [MOMENT, TOKEN, "z•••@e•••.org", "valable jusqu’au"],
    "email_removed": [MOMENT],
    "identifier_looked_up": [MOMENT, "date de naissance"],
    "new_device_code": [MOMENT, CODE, DEVICE, "valable jusqu’au"],
    "passkeys_changed": [MOMENT, "clé d’accès", "connecter"],
    "password_changed": [MOMENT, "avec le lien reçu par e-mail", "connexion", "vos clés d’accès"],
    "password_reset": [TOKEN, "valable jusqu’au"],
    "welcome": [TOKEN, "valable jusqu’au"],
}


@dataclass(frozen=True)
class Read:
    """A mail as a member reads it."""

    purpose: str
    mail: ReceivedMail
    text: str
    html: str

    @property
    def subject(self) -> str:
        return str(self.mail.message["Subject"])

    @property
    def words(self) -> str:
        """What is read in the HTML part: no style, no tag."""
        return html.unescape(re.sub(r"<head>.*?</head>|<[^>]+>", "", self.html, flags=re.DOTALL))


def account_events(about: dict[str, Any]) -> list[AccountEvent]:
    """Return what identity says in the life of an account, for a member whose e-mail address is known."""
    told_of: list[tuple[type[AccountEvent], dict[str, Any]]] = [
        (ActivationRequested, {"notice": True, "email": TYPED}),
        (ActivationRequested, {"token": None, "email": TYPED}),
        (AccountCreated, {"origin": "automatic"}),
        (AccountCreated, {"token": None, "expires_at": None}),
        (PasswordChanged, {"passkeys": 2}),
        (EmailChangeRequested, {}),
        (EmailChanged, {}),
        (EmailChanged, {"origin": "undone", "undo_token": None, "undo_until": None}),
        (IdentifierLookedUp, {}),
        (NewDeviceSeen, {}),
        (AccountLocked, {}),
        (PasskeysChanged, {}),
        (PasskeysChanged, {"change": "removed"}),
    ]
    return [happens(event, **about | changes) for event, changes in told_of]


def contract_events(about: dict[str, Any]) -> list[Event]:
    """Return what contracts and documents say of the same member."""
    requests = [told(one, **about) for one in (BeneficiaryRequested, BeneficiaryAccepted, BeneficiaryRefused)]
    return [
        told(ContributionUnpaid, **about),
        told(BankDetailsChanged, former_email=FORMER_EMAIL, **about),
        told(ContactDetailsChanged, **about),
        told(EmailCheckRequested, email=EMAIL, **about),
        *requests,
        told(TerminationRegistered, email=TYPED, **about),
        told(TerminationReceived, email=TYPED, **about),
        told(TerminationAnswered, outcome="not_open", explanation=[REASON], **about),
        told(TerminationCancelled, cause="contested", **about | {"cancelled_at": AT, "end_date": None}),
        told(ContractEnded, **about),
        told(RemovalAnnounced, **about),
        told(DocumentIssued, **about),
        told(ReimbursementSettled, **about),
    ]


def events(brand: str, **whose: Any) -> list[Event]:
    instants = ("requested_at", "created_at", "changed_at", "looked_up_at", "seen_at", "locked_at", "received_at")
    about = whose | {"brand": brand} | dict.fromkeys(instants, AT)
    return [*account_events(about), *contract_events(about), letter_required(**whose, brand=brand)]


async def all_mails(service: RunningNotifications, relay: RecordingSmtpServer, brand: str) -> list[Read]:
    member_id = uuid4()
    await service.hear(member_enrolled(member_id=member_id, brand=brand, email=EMAIL))
    for event in events(brand, member_id=member_id):
        await service.hear(event)
    while await service.hand_over():
        pass
    await service.hear(reset_requested(member_id=member_id, brand=brand, token=TOKEN))
    while await service.send_mails():
        pass
    purposes = {
        row["message_id"]: row["purpose"] for row in await service.rows("SELECT message_id, purpose FROM deliveries")
    }
    return [read(mail, purposes) for mail in relay.mails]


def flowing(text: str) -> str:
    """Return a text without its line breaks."""
    return re.sub("[ \\n]+", " ", text)


def read(mail: ReceivedMail, purposes: dict[str, str]) -> Read:
    text, shown = (str(mail.message.get_body((kind,)).get_content()) for kind in ("plain", "html"))  # type: ignore[union-attr]
    return Read(purposes[mail.message["Message-ID"]], mail, text.replace("\r\n", "\n"), shown)


@pytest.mark.parametrize("brand", ["demo", "mgas", "safiag"])
async def test_every_mail_is_complete_french_and_harmless(
    service: RunningNotifications, relay: RecordingSmtpServer, brand: str
):
    sender = service.notifications.brands[brand]
    mails = await all_mails(service, relay, brand)

    assert {mail.purpose for mail in mails} == MAILS.keys() == IN_BOTH_PARTS.keys()
    assert (
        len(mails) == len(MAILS) + 3
    )  # an activation and a receipt of either kind; a passkey that came, one that went
    for mail in mails:
        said = [*IN_BOTH_PARTS[mail.purpose], sender.name, sender.phone, sender.email, sender.hours]
        assert [words for words in said if words not in flowing(mail.text)] == [], mail.purpose
        assert [words for words in said if words not in flowing(mail.words)] == [], mail.purpose
        assert (faults(mail.text), faults(mail.words), faults(mail.subject)) == ({}, {}, {}), mail.purpose
        assert max(len(line) for line in mail.text.splitlines() if "://" not in line) <= 80, mail.purpose
        assert "\n\n\n" not in mail.text, mail.purpose
        assert re.search(r"\bNone\b|[{}]|<p[^>]*></p>", mail.text + mail.words) is None, mail.purpose


@pytest.mark.parametrize("brand", ["demo", "mgas", "safiag"])
async def test_no_mail_loads_anything_or_says_a_secret_in_its_subject(
    service: RunningNotifications, relay: RecordingSmtpServer, brand: str
):
    sender = service.notifications.brands[brand]
    pages = [sender.sign_in_path, *(f"{path}/{TOKEN}" for path in (sender.reset_path, sender.activation_path))]
    allowed = {
        f"mailto:{sender.email}",
        f"mailto:{sender.reply_to}",
        *(sender.link("https://espace.example", page) for page in (*pages, f"{sender.undo_email_path}/{TOKEN}")),
    }
    for mail in await all_mails(service, relay, brand):
        assert set(re.findall(r'(?:https?|mailto):[^"<\s]+', mail.html)) <= allowed, mail.purpose
        assert not re.search(r"<(img|link|script|iframe|object|form)\b|url\(|@import", mail.html), mail.purpose
        assert mail.html.count("<h1") == 1
        assert mail.subject.startswith(f"{sender.name}\u202f: ")
        assert [secret for secret in (TOKEN, CODE, EMAIL, TYPED, "Núñez", "Lefèvre") if secret in mail.subject] == []


async def test_a_code_stands_on_a_line_of_its_own_and_is_the_largest_thing_to_see(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    with_codes = [mail for mail in await all_mails(service, relay, "mgas") if MAILS[mail.purpose].content.get("code")]

    assert len(with_codes) == 2
    for mail in with_codes:
        sizes = {int(size) for size in re.findall(r"font-size:(\d+)px", mail.html)}
        groups = "".join(rf"<span[^>]*>{digits}</span>" for digits in (CODE[:3], CODE[3:]))
        shown = re.search(rf'font-size:(\d+)px[^"]*">{groups}<', mail.html)

        assert CODE in mail.text.splitlines()
        assert shown is not None
        assert int(shown[1]) == max(sizes)


async def test_a_name_is_only_told_to_addresses_that_are_known_to_be_the_members(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    mails = await all_mails(service, relay, "safiag")
    nameless = {mail.purpose for mail in mails if mail.text.startswith("Bonjour,\n")}
    named = {mail.purpose for mail in mails if mail.text.startswith("Bonjour Madame Núñez-Gœtz,\n")}

    assert nameless == {"activation", "email_change_code", "email_check", "email_removed", "termination_receipt"}
    assert named == MAILS.keys() - nameless
    assert [mail.purpose for mail in mails if "Núñez" in mail.html and mail.purpose in nameless] == []


async def test_each_mail_goes_to_the_address_that_it_is_for(service: RunningNotifications, relay: RecordingSmtpServer):
    mails = await all_mails(service, relay, "mgas")
    elsewhere = {mail.purpose: mail.mail.recipients for mail in mails if mail.mail.recipients != (EMAIL,)}

    assert elsewhere == {
        "activation": (TYPED,),
        "bank_details_changed": (FORMER_EMAIL,),
        "email_changed": (FORMER_EMAIL,),
        "email_removed": (FORMER_EMAIL,),
        "termination_receipt": (TYPED,),
    }


async def test_passkeys_are_only_spoken_of_to_whom_they_concern(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    for event, changes in (
        (PasswordChanged, {"passkeys": 0}),
        (PasswordChanged, {"passkeys": 1}),
        (PasskeysChanged, {"change": "added"}),
        (PasskeysChanged, {"change": "removed"}),
    ):
        await service.hear(happens(event, **changes))
        while await service.send_mails():
            pass
    texts = [flowing(read(mail, {mail.message["Message-ID"]: ""}).text) for mail in relay.mails]

    assert ["clés d’accès" in text for text in texts] == [False, True, False, False]
    assert ["retirez cette clé d’accès" in text for text in texts] == [False, False, True, False]


async def test_only_announcements_say_how_to_get_no_more_of_them(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    mails = await all_mails(service, relay, "mgas")
    declined = {mail.purpose: mail.mail.message["List-Unsubscribe"] for mail in mails}

    assert {purpose for purpose, header in declined.items() if header} == {"document_available", "statement_available"}
    assert declined["document_available"] == "<mailto:adherents@mgas.example?subject=Plus%20d%E2%80%99annonces>"
    assert [mail.purpose for mail in mails if mail.mail.message["List-Unsubscribe-Post"]] == []  # it asks for https
