"""Documents as a sentence names them: "… est disponible"."""

from collections.abc import Mapping
from typing import Literal

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
CARD: DocumentKind = "third_party_payment_card"

DOCUMENTS: Mapping[DocumentKind, str] = {
    "third_party_payment_card": "votre carte de tiers payant",
    "membership_certificate": "votre attestation d’adhésion",
    "tax_certificate": "votre attestation fiscale",
    "termination_certificate": "votre certificat de radiation",
    "reimbursement_statement": "votre relevé de prestations",
    "contribution_notice": "votre avis d’échéance",
    "termination_notice": "votre avis de résiliation",
    "contractual_document": "un document de votre contrat",
}
