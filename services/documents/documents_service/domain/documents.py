"""A document as members know it: its kind, its title, its state on a given day, the name of its file."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

DocumentKind = Literal[
    "third_party_payment_card",
    "membership_certificate",
    "tax_certificate",
    "termination_certificate",
    "reimbursement_statement",
    "contribution_notice",
    "termination_notice",
    "contractual_document",
]
State = Literal["valid", "superseded", "expired", "cancelled"]

CARD: DocumentKind = "third_party_payment_card"
TERMINATION_NOTICE: DocumentKind = "termination_notice"
LONGEST_BROUGHT = 512 * 1024  # bytes of a document that goes with its event: far below what brokers and mailboxes take

TITLES: dict[DocumentKind, str] = {
    "third_party_payment_card": "Carte de tiers payant",
    "membership_certificate": "Attestation d’adhésion",
    "tax_certificate": "Attestation fiscale",
    "termination_certificate": "Certificat de radiation",
    "reimbursement_statement": "Relevé de prestations",
    "contribution_notice": "Avis d’échéance",
    "termination_notice": "Avis de résiliation",
    "contractual_document": "Document contractuel",
}


@dataclass(frozen=True)
class Holder:
    """Whose documents they are: a member of a brand."""

    brand: str
    member_id: UUID


@dataclass(frozen=True)
class Subject:
    """What documents of a kind are about, one after the other: the member (`id` is the member's), or a termination of theirs."""

    holder: Holder
    kind: DocumentKind
    id: UUID

    @classmethod
    def member(cls, holder: Holder, kind: DocumentKind) -> "Subject":
        """Return the member as the subject of documents of a kind."""
        return cls(holder, kind, holder.member_id)


@dataclass(frozen=True)
class Document:
    """One issued document; `valid_until` is its last day, `sha256` and `size` are those of the PDF.

    It is about a version of its subject: of the member, or of a termination.
    """

    id: UUID
    brand: str
    member_id: UUID
    kind: DocumentKind
    subject_id: UUID
    subject_version: int
    state: State
    issued_at: datetime
    valid_from: date
    valid_until: date
    sha256: bytes
    size: int
    storage_key: str
    template_version: str
    file_name: str
    title: str

    @property
    def holder(self) -> Holder:
        """Return whose document it is."""
        return Holder(self.brand, self.member_id)

    @property
    def subject(self) -> Subject:
        """Return what it is about."""
        return Subject(self.holder, self.kind, self.subject_id)

    def state_on(self, day: date) -> State:
        """Return the state on `day` (a civil date in Paris): what nobody superseded expires by itself."""
        return "expired" if self.state == "valid" and self.valid_until < day else self.state


def file_name_of(title: str, *, brand_name: str, year: int) -> str:
    """Name the file as a person would, without naming the member: downloads lie about in shared folders."""
    return f"{title} {year} – {brand_name.replace('/', '-')}.pdf"
