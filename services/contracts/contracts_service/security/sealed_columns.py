"""Every sealed column and every keyed digest of contracts' database, in one place: what an exchange of the data key concerns.

Read by `usecases/reencrypt.py` and its count. `tests/contracts/test_sealed_columns.py` fails when the migrated database has a
binary column that is not named here.
"""

from collections.abc import Callable
from dataclasses import dataclass

from service_kit.key_rings import Cipher

from contracts_service.domain.social_security_number import SocialSecurityNumber
from contracts_service.security.seals import Seals


@dataclass(frozen=True)
class LookUpDigest:
    """A digest beside a sealed value: the two are written together, so that the value's key id is the digest's."""

    column: str
    scope: str  # SQL of what it is bound to beside the content (as text), with the table's columns in sight
    of: Callable[[Seals, str, bytes], bytes]  # the digest of (scope, content)


@dataclass(frozen=True)
class SealedColumn:
    """A column that `reencrypt` walks: the table has an `id`, and `context` is SQL of what a value is bound to."""

    table: str
    column: str
    cipher: Callable[[Seals], Cipher]
    digest: LookUpDigest | None = None
    context: str = "id::text"
    rows: int = 500  # in a transaction

    @property
    def place(self) -> str:
        """Return table and column, as the operator reads them."""
        return f"{self.table}.{self.column}"


def _nir_digest(seals: Seals, brand: str, content: bytes) -> bytes:
    return seals.nir_digest(brand, SocialSecurityNumber(content.decode()))


def _iban_digest(seals: Seals, person_id: str, content: bytes) -> bytes:
    return seals.iban_digests.of(person_id, content.decode())


_BRAND_OF_BENEFICIARY = (
    "(SELECT brand FROM members JOIN contracts ON member_id = members.id WHERE contracts.id = contract_id)"
)

SEALED: tuple[SealedColumn, ...] = (
    SealedColumn(
        "members", "nir_sealed", lambda seals: seals.member_nir, LookUpDigest("nir_digest", "brand", _nir_digest)
    ),
    SealedColumn("members", "statement_identifier_sealed", lambda seals: seals.statement_identifier),
    SealedColumn(
        "beneficiaries",
        "nir_sealed",
        lambda seals: seals.beneficiary_nir,
        LookUpDigest("nir_digest", _BRAND_OF_BENEFICIARY, _nir_digest),
    ),
    SealedColumn("beneficiaries", "autonomy_refusal_proof_sealed", lambda seals: seals.refusal_proof),
    SealedColumn("autonomy_changes", "proof_sealed", lambda seals: seals.autonomy_proof),
    SealedColumn("beneficiary_requests", "nir_sealed", lambda seals: seals.requested_nir),
    SealedColumn("beneficiary_requests", "refusal_sealed", lambda seals: seals.request_refusal),
    SealedColumn("supporting_documents", "content_sealed", lambda seals: seals.supporting_document, rows=2),
    SealedColumn("staff_deeds", "reason_sealed", lambda seals: seals.reasons),
    SealedColumn(
        "bank_details",
        "iban_sealed",
        lambda seals: seals.bank_iban,
        LookUpDigest("iban_digest", "person_id::text", _iban_digest),
    ),
    SealedColumn("bank_details", "holder_sealed", lambda seals: seals.bank_holder),
    SealedColumn("bank_details", "bic_sealed", lambda seals: seals.bank_bic),
    SealedColumn("termination_drafts", "entry_sealed", lambda seals: seals.termination_entry),
    SealedColumn("terminations", "evidence_sealed", lambda seals: seals.termination_evidence),
)

# Sealed values that leave by themselves within hours: counted, and rewritten by nobody.
PASSING = {"import_lines.content_sealed": "it leaves when its import is done"}

# Digests of what is not kept: `save_members` and `left_members` write them anew when a line tells the member.
RENEWED = {
    "members.fingerprint": "the next import of the member writes it anew",
    "purged_members.number_digest": "the next import that still tells the member writes it anew",
}

# Other binary columns, and why they are neither walked nor counted.
EXCUSED = {
    "members.file_email_digest": "written whenever the fingerprint is, and under the same key or a newer one",
    "beneficiaries.told_digest": "where its key is gone, beneficiary.autonomous is told once more",
    "termination_texts.digest": "SHA-256 of a public text",
    "terminations.text_digest": "the same",
    "terminations.recap_digest": "SHA-256, with the nonce in the sealed evidence",
    "supporting_documents.sha256": "of the document as we keep it",
    "termination_drafts.secret_digest": "of a secret that serves for a day",
    "terminations.secret_digest": "opens a receipt that its owner has read; where its key is gone it opens nothing",
    "public_calls.network": "of an hour",
    "imports.key_digest": "an Idempotency-Key, of a day: a repetition after the exchange is an import of nothing new",
    "imports.body_digest": "the same",
    "idempotency_keys.key_digest": "the kit's, of a day",
    "idempotency_keys.request_digest": "the same",
}
