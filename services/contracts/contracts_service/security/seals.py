"""Encryption at rest and keyed digests of contracts: the only holder of social-security numbers."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID

from service_kit.key_rings import Cipher, Digests, KeyRing
from service_kit.wrapped_keys import WrappingCipher

from contracts_service.domain.enrolment_line import EnrolmentLine
from contracts_service.domain.present_email import comparable_email
from contracts_service.domain.social_security_number import SocialSecurityNumber


@dataclass(frozen=True)
class Seals:
    """One purpose each: a value moved to another column does not open, equal values in two columns do not look equal."""

    member_nir: WrappingCipher
    beneficiary_nir: WrappingCipher
    statement_identifier: Cipher
    import_line: Cipher
    refusal_proof: Cipher
    reasons: WrappingCipher
    nir_digests: Digests
    fingerprints: Digests
    file_emails: Digests
    file_parts: Digests
    body_digests: Digests
    key_digests: Digests

    @classmethod
    def on(cls, ring: KeyRing) -> Self:
        """Return the seals under the keys of `ring`."""
        return cls(
            member_nir=WrappingCipher(ring, "member.nir"),
            beneficiary_nir=WrappingCipher(ring, "beneficiary.nir"),
            statement_identifier=Cipher(ring, "member.statement_identifier"),
            import_line=Cipher(ring, "import_line.content"),
            refusal_proof=Cipher(ring, "beneficiary.autonomy_refusal_proof"),
            reasons=WrappingCipher(ring, "staff_deed.reason"),
            nir_digests=Digests(ring, "nir"),
            fingerprints=Digests(ring, "member.fingerprint"),
            file_emails=Digests(ring, "member.file_email"),
            file_parts=Digests(ring, "member.file_part"),
            body_digests=Digests(ring, "import.body"),
            key_digests=Digests(ring, "import.key"),
        )

    def nir_digest(self, brand: str, number: SocialSecurityNumber) -> bytes:
        """Return the digest that a number is looked up by inside one brand."""
        return self.nir_digests.of(brand, number.number13)

    def fingerprint(self, brand: str, line: EnrolmentLine) -> bytes:
        """Return the digest of all that `line` says."""
        return self.fingerprints.of(brand, line.fingerprint_source().decode())

    def is_fingerprint(self, known: bytes, brand: str, line: EnrolmentLine) -> bool:
        """Tell whether `known` is the digest of all that `line` says, under any key on the ring."""
        return known in self.fingerprints.all_of(brand, line.fingerprint_source().decode())

    def file_email_digest(self, member_id: UUID, email: str | None) -> bytes:
        """Return the digest of what a file says is a member's address, none included."""
        return self.file_emails.of(str(member_id), comparable_email(email))

    def is_file_email(self, known: bytes, member_id: UUID, email: str | None) -> bool:
        """Tell whether `known` is the digest of a member's address in a file, under any key on the ring."""
        return known in self.file_emails.all_of(str(member_id), comparable_email(email))

    def file_part(self, member_id: UUID, part: str, said: bytes) -> str:
        """Return the digest of what a file says of one part of a member, in hexadecimal."""
        return self.file_parts.of(str(member_id), part, said.decode()).hex()

    def is_file_part(self, known: str, member_id: UUID, part: str, said: bytes) -> bool:
        """Tell whether `known` is the digest of what a file says of one part of a member, under any key on the ring."""
        return bytes.fromhex(known) in self.file_parts.all_of(str(member_id), part, said.decode())
