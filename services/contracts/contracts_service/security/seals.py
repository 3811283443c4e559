"""Encryption at rest and keyed digests of contracts: the only holder of social-security numbers."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID

from service_kit.key_rings import Cipher, Digests, KeyRing, KeyRingUnusable
from service_kit.wrapped_keys import WrappingCipher

from contracts_service.domain.enrolment_line import EnrolmentLine
from contracts_service.domain.present_email import comparable_email
from contracts_service.domain.social_security_number import SocialSecurityNumber

BARE_BYTES = 32  # a mark is longer


@dataclass(frozen=True)
class Seals:
    """One purpose each: a value moved to another column does not open, equal values in two columns do not look equal."""

    member_nir: WrappingCipher
    beneficiary_nir: WrappingCipher
    statement_identifier: Cipher
    import_line: Cipher
    refusal_proof: Cipher
    autonomy_proof: WrappingCipher
    reasons: WrappingCipher
    bank_iban: WrappingCipher
    bank_holder: WrappingCipher
    bank_bic: WrappingCipher
    requested_nir: WrappingCipher
    request_refusal: WrappingCipher
    supporting_document: WrappingCipher
    termination_entry: Cipher
    termination_evidence: WrappingCipher
    nir_digests: Digests
    fingerprints: Digests
    file_emails: Digests
    file_parts: Digests
    purged_numbers: Digests
    told_states: Digests
    body_digests: Digests
    key_digests: Digests
    iban_digests: Digests
    contact_tags: Digests
    termination_secrets: Digests
    calling_networks: Digests

    @classmethod
    def on(cls, ring: KeyRing) -> Self:
        """Return the seals under the keys of `ring`."""
        return cls(
            member_nir=WrappingCipher(ring, "member.nir"),
            beneficiary_nir=WrappingCipher(ring, "beneficiary.nir"),
            statement_identifier=Cipher(ring, "member.statement_identifier"),
            import_line=Cipher(ring, "import_line.content"),
            refusal_proof=Cipher(ring, "beneficiary.autonomy_refusal_proof"),
            autonomy_proof=WrappingCipher(ring, "autonomy_change.proof"),
            reasons=WrappingCipher(ring, "staff_deed.reason"),
            bank_iban=WrappingCipher(ring, "bank_details.iban"),
            bank_holder=WrappingCipher(ring, "bank_details.holder"),
            bank_bic=WrappingCipher(ring, "bank_details.bic"),
            requested_nir=WrappingCipher(ring, "beneficiary_request.nir"),
            request_refusal=WrappingCipher(ring, "beneficiary_request.refusal"),
            supporting_document=WrappingCipher(ring, "supporting_document.content"),
            termination_entry=Cipher(ring, "termination_draft.entry"),
            termination_evidence=WrappingCipher(ring, "termination.evidence"),
            nir_digests=Digests(ring, "nir"),
            fingerprints=Digests(ring, "member.fingerprint"),
            file_emails=Digests(ring, "member.file_email"),
            file_parts=Digests(ring, "member.file_part"),
            purged_numbers=Digests(ring, "purged_member.number"),
            told_states=Digests(ring, "beneficiary.told_state"),
            body_digests=Digests(ring, "import.body"),
            key_digests=Digests(ring, "import.key"),
            iban_digests=Digests(ring, "bank_details.iban"),
            contact_tags=Digests(ring, "contact_details.tag"),
            termination_secrets=Digests(ring, "termination.secret"),
            calling_networks=Digests(ring, "public_calls.network"),
        )

    def nir_digest(self, brand: str, number: SocialSecurityNumber) -> bytes:
        """Return the digest that a number is looked up by inside one brand."""
        return self.nir_digests.of(brand, number.number13)

    def fingerprint(self, brand: str, line: EnrolmentLine) -> bytes:
        """Return the mark of all that `line` says: it names its key."""
        return self.fingerprints.mark(brand.encode(), line.fingerprint_source())

    def is_fingerprint(self, known: bytes, brand: str, line: EnrolmentLine) -> bool:
        """Tell whether `known` is the mark of all that `line` says; not so when its key has left the ring."""
        return bool(_is_mark(self.fingerprints, known, brand.encode(), line.fingerprint_source()))

    def is_current_fingerprint(self, known: bytes) -> bool:
        """Tell whether `known` was made with the current key."""
        return known.startswith(self.fingerprints.current_mark)

    def file_email_digest(self, member_id: UUID, email: str | None) -> bytes:
        """Return the mark of what a file says is a member's address, none included."""
        return self.file_emails.mark(str(member_id).encode(), comparable_email(email).encode())

    def is_file_email(self, known: bytes, member_id: UUID, email: str | None) -> bool:
        """Tell whether `known` is the mark of a member's address in a file.

        When its key has left the ring nobody knows any more: it is taken to be, so that what the member chose stays.
        """
        told = _is_mark(self.file_emails, known, str(member_id).encode(), comparable_email(email).encode())
        return told is not False

    def file_part(self, member_id: UUID, part: str, said: bytes) -> str:
        """Return the mark of what a file says of one part of a member: the digest is in hexadecimal."""
        key_id, _, digest = self.file_parts.mark(str(member_id).encode(), part.encode(), said).partition(b":")
        return f"{key_id.decode()}:{digest.hex()}"

    def is_file_part(self, known: str, member_id: UUID, part: str, said: bytes) -> bool:
        """Tell whether `known` is the mark of what a file says of one part of a member; see `is_file_email`."""
        key_id, _, digest = known.partition(":")
        mark = key_id.encode() + b":" + bytes.fromhex(digest)
        return _is_mark(self.file_parts, mark, str(member_id).encode(), part.encode(), said) is not False

    def purged_number_marks(self, brand: str, membership_number: str) -> list[bytes]:
        """Return what a member whose data have left may be remembered by, the mark under the current key first."""
        return self.purged_numbers.marks_of(brand.encode(), membership_number.encode())

    def told_state(self, beneficiary_id: UUID, said: bytes) -> bytes:
        """Return the mark of what was told of a beneficiary."""
        return self.told_states.mark(str(beneficiary_id).encode(), said)

    def is_told_state(self, known: bytes, beneficiary_id: UUID, said: bytes) -> bool:
        """Tell whether `known` is the mark of what was told of a beneficiary; not so when its key has left the ring."""
        return bool(_is_mark(self.told_states, known, str(beneficiary_id).encode(), said))


def _is_mark(digests: Digests, known: bytes, *parts: bytes) -> bool | None:
    """Tell whether `known` was made of `parts`, or None when its key has left the ring."""
    if len(known) == BARE_BYTES:  # from before digests named their key
        return known in digests.all_of(*(part.decode() for part in parts))
    try:
        return digests.is_mark(known, *parts)
    except KeyRingUnusable:
        return None
