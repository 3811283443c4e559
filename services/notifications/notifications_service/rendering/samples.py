"""Messages to look at: for every kind one with all that its words can say, and one for each way in which they can differ.

Nobody in here exists. Previews, the embedded desk, tests and the check at start show and read the same samples.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from notifications_service.domain.message_content import AttachedDocument, MessageContent
from notifications_service.domain.message_kinds import INSTEAD, LETTERS, MAILS, MessageKind
from notifications_service.domain.recipient import Recipient

AT = datetime(2026, 11, 21, 14, 4, tzinfo=UTC)
DELIVERY = UUID("0197a6c2-5b7e-7c1d-9f30-2f7f5a1f4c11")
EMAIL = "zoelie.martin@example.org"
TOKEN = "Exemple-7QmWl2Jq3x8yVv1m5bC9oTtZrRsE4uHgPdL"  # noqa: S105 - opens nothing
CODES = {"email": "482913", "letter": "K7NR-4WXQ-9PTC"}
# A page without a word, as a document would come.
PDF = b"""%PDF-1.7
1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj
2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj
3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842]>> endobj
trailer <</Root 1 0 R>>
%%EOF
"""
LIVES = {"email": timedelta(hours=1), "letter": timedelta(days=21)}

# Name in MessageContent → what a sample says. A code depends on the channel.
FIELDS: Mapping[str, Any] = {
    "email": EMAIL,
    "token": TOKEN,
    "other_email": "adresse.nouvelle@exemple.fr",
    "moment": AT,
    "device": "Firefox, Windows",
    "way": "mailed_link",
    "change": "added",
    "passkeys": 2,
    "document": "third_party_payment_card",
    "about": "bank_details_changed",
    "came_back": True,
    "expected_by": date(2026, 11, 26),
    "amount": Decimal("1234.50"),
    "method": "direct_debit",
    "due_date": date(2026, 11, 5),
    "period_start": date(2026, 11, 1),
    "period_end": date(2026, 11, 30),
    "iban_ending": "2606",
    "in_force_on": date(2026, 12, 1),
    "reply_by": date(2026, 12, 21),
    "changed": ["address", "delivery_preference", "phone"],
    "former_address": {"street": "14 rue des Lilas", "postal_code": "53000", "city": "Laval"},
    "first_name": "Noé",
    "last_name": "Martin",
    "reason": "L’acte de naissance n’est pas lisible. Envoyez-nous une autre copie.",
    "effective_date": date(2026, 12, 1),
    "end_date": date(2026, 12, 31),
    "use": "termination",
    "attachment": AttachedDocument(document_id=DELIVERY, file_name="Avis de résiliation 2026.pdf", pdf=PDF),
}
# Purpose → what its fullest sample says otherwise.
_REMOVAL: Mapping[str, Mapping[str, Any]] = {"removal": {"change": "removal"}}
ITS_OWN: Mapping[str, Mapping[str, Any]] = {
    "beneficiary_request_received": {"change": "addition"},
    "beneficiary_request_accepted": {"change": "addition"},
    "beneficiary_request_refused": {"change": "addition"},
}
# Purpose → variant → what it says instead. What is optional to a kind is left out in a variant of its own anyway.
VARIANTS: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "passkeys_changed": {"removed": {"change": "removed"}},
    "password_changed": {"by-posted-code": {"way": "posted_code"}, "from-account": {"way": "account"}},
    "password_changed_by_post": {"by-statement": {"way": "statement_identifier"}},
    "document_available": {"contractual": {"document": "contractual_document"}},
    "termination_acknowledged": {"withdrawal": {"use": "withdrawal"}},
    "termination_answered": {"withdrawal": {"use": "withdrawal"}},
    "termination_cancelled": {"withdrawal": {"use": "withdrawal"}},
    "termination_receipt": {"withdrawal": {"use": "withdrawal"}},
    "contribution_unpaid": {"by-transfer": {"method": "transfer"}},
    "beneficiary_request_received": _REMOVAL,
    "beneficiary_request_accepted": _REMOVAL,
    "beneficiary_request_refused": _REMOVAL,
}
ORDINARY, LONG = "", "long-name"
_PERSONS: Mapping[str, Mapping[str, Any]] = {
    ORDINARY: {
        "title": "Mme",
        "last_name": "Martin-Gœtz",
        "first_name": "Zoélie",
        "address": {"street": "81 chemin de l’Église", "postal_code": "61170", "city": "Le Mêle-sur-Sarthe"},
    },
    # Six lines of nearly 38 characters, a name on two of them.
    LONG: {
        "title": "M.",
        "last_name": "de Montmorency-Laval-Châteaubriand-Wittelsbach",
        "first_name": "Jean-Maximilien Barthélemy",
        "address": {
            "complement": "Appartement 1204 Escalier B Étage 12",
            "building": "Résidence les Grands Magnolias Bât C",
            "street": "128 bis boulevard du Maréchal Leclerc",
            "postal_code": "59650",
            "city": "Villeneuve-d’Ascq Cedex 09",
        },
    },
}
PEOPLE = {variant: Recipient.model_validate(person) for variant, person in _PERSONS.items()}


class SampleMissing(Exception):
    """A kind of message says something of which there is no sample: FIELDS lacks it."""


@dataclass(frozen=True)
class Sample:
    """One message to look at: `variant` is "" for the fullest one."""

    kind: MessageKind
    variant: str
    content: MessageContent
    person: Recipient

    @property
    def name(self) -> str:
        """Return what a file with it is called, without its ending: `welcome`, `welcome.without-token`."""
        return f"{self.kind.purpose}.{self.variant}" if self.variant else self.kind.purpose

    @property
    def expires_at(self) -> datetime:
        """Return when what the message holds expires."""
        return AT + LIVES[self.kind.channel]


def kinds() -> list[MessageKind]:
    """Return every kind of message: the mails, then the letters."""
    return [*MAILS.values(), *LETTERS.values()]


def samples(kind: MessageKind) -> list[Sample]:
    """Return the samples of a kind, the fullest first; raise SampleMissing."""
    fullest = {
        **{name: _sample_of(kind, name) for name in kind.content.keys() - _not_drawn_here(kind)},
        **ITS_OWN.get(kind.purpose, {}),
    }
    found = [Sample(kind, ORDINARY, MessageContent.model_validate(fullest), PEOPLE[ORDINARY])]
    for variant, changes in _variants(kind):
        content = MessageContent.model_validate({**fullest, **changes})
        found.append(Sample(kind, variant, content, PEOPLE[ORDINARY]))
    if kind.by_name:
        found.append(Sample(kind, LONG, found[0].content, PEOPLE[LONG]))
    return found


def _variants(kind: MessageKind) -> Iterator[tuple[str, Mapping[str, Any]]]:
    defaults = MessageContent()
    for name in sorted(kind.optional - _not_drawn_here(kind)):
        yield f"without-{name.replace('_', '-')}", {name: getattr(defaults, name)}
    if kind in INSTEAD.values():
        yield "after-mail", {"email": EMAIL}  # told by letter since the mail did not arrive
    yield from VARIANTS.get(kind.purpose, {}).items()


def _not_drawn_here(kind: MessageKind) -> frozenset[str]:
    # A letter that is a document is no page of ours: what is drawn is the letter in words, where there is no document.
    return frozenset({"attachment"}) if kind.channel == "letter" else frozenset()


def _sample_of(kind: MessageKind, name: str) -> Any:
    if name == "code":
        return CODES[kind.channel]
    if name not in FIELDS:
        raise SampleMissing(f"{kind.purpose}: rendering/samples.py has no sample of {name}")
    return FIELDS[name]
