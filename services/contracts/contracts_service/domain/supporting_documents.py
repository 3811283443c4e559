"""What a member may be asked for to prove a change of beneficiaries: kinds, their French words, and how large a file may be.

Which ones are asked for is the brand's decision (`domain/beneficiary_rules.py`): who is covered follows from each mutual's own
statutes (code de la mutualité, L114-1 I).
"""

from typing import Literal, get_args

DocumentKind = Literal[
    "birth_certificate",
    "marriage_certificate",
    "civil_partnership_certificate",
    "cohabitation_certificate",
    "guardianship_judgment",
    "rights_certificate",
    "study_certificate",
    "disability_notice",
    "identity_document",
    "former_insurer_certificate",
    "divorce_judgment",
    "civil_partnership_end",
    "other_cover_certificate",
    "death_certificate",
]
KINDS: tuple[DocumentKind, ...] = get_args(DocumentKind)

MediaType = Literal["application/pdf", "image/jpeg"]
"""What is kept: photos of every other kind are written anew as JPEG."""

MOST_BYTES = 10 * 1024 * 1024

LABELS: dict[DocumentKind, str] = {
    "birth_certificate": "Acte de naissance ou livret de famille",
    "marriage_certificate": "Acte de mariage ou livret de famille",
    "civil_partnership_certificate": "Attestation de Pacs",
    "cohabitation_certificate": "Attestation de concubinage",
    "guardianship_judgment": "Jugement d’adoption ou de tutelle",
    "rights_certificate": "Attestation de droits à l’assurance maladie",
    "study_certificate": "Certificat de scolarité ou contrat d’apprentissage",
    "disability_notice": "Notification de la MDPH",
    "identity_document": "Pièce d’identité",
    "former_insurer_certificate": "Certificat de radiation de l’ancienne mutuelle",
    "divorce_judgment": "Jugement de divorce ou convention de divorce",
    "civil_partnership_end": "Attestation de dissolution du Pacs",
    "other_cover_certificate": "Attestation d’une autre complémentaire santé",
    "death_certificate": "Acte de décès",
}
EXTENSIONS: dict[MediaType, str] = {"application/pdf": "pdf", "image/jpeg": "jpg"}
