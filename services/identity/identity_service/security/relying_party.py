"""What is asked of authenticators, and the check of what they answer: WebAuthn Level 3, by the library `webauthn`.

Discoverable credentials with user verification, no attestation: whoever signs in types nothing, and nobody learns which make of
device somebody has. Reads and writes nothing.
"""

import hmac
from dataclasses import dataclass, field
from typing import Any

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    decode_credential_public_key,
    decoded_public_key_to_cryptography,
    options_to_json_dict,
    parse_client_data_json,
)
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticationCredential,
    AuthenticatorAssertionResponse,
    AuthenticatorAttestationResponse,
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    RegistrationCredential,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from identity_service.domain.passkeys import CHALLENGE_LIFE

ACCOUNT_NAME = "Espace adhérent"
TIMEOUT_MILLISECONDS = int(CHALLENGE_LIFE.total_seconds() * 1000)
# For whoever presents a passkey that nobody has: the same work. A point of P-256 whose private key nobody knows: its x is the
# first of SHA-256("espace-adherent: nobody 1"), "… 2" and so on that has a y.
NOBODYS_KEY = bytes.fromhex(
    "a5010203262001"  # {kty: EC2, alg: ES256, crv: P-256,
    "215820183184b3c5dccf492a3d4eb54bd4fd45976099a90dab2e9ee4897cc10fe64746"  # x: …,
    "2258200e00db7631648c9d8b2024460d40063813fab5f33869f3dda5914ed677378068"  # y: …}
)


class AnswerRefused(Exception):
    """What an authenticator answered is not what was asked, or is not signed by it. The cause is for nobody's eyes."""


@dataclass(frozen=True)
class Attestation:
    """What a browser hands over when a passkey was made."""

    credential_id: bytes
    client_data: bytes = field(repr=False)
    attestation_object: bytes = field(repr=False)


@dataclass(frozen=True)
class Assertion:
    """What a browser hands over when a passkey has signed."""

    credential_id: bytes
    client_data: bytes = field(repr=False)
    authenticator_data: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    user_handle: bytes | None = field(repr=False)


@dataclass(frozen=True)
class SignerKnown:
    """What is known of the passkey that an assertion names."""

    public_key: bytes
    handle: bytes
    backup_eligible: bool


NOBODY = SignerKnown(NOBODYS_KEY, handle=b"", backup_eligible=False)


@dataclass(frozen=True)
class MadeCredential:
    """A credential that an authenticator has made, and proved to hold."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    backup_eligible: bool
    backed_up: bool


@dataclass(frozen=True)
class Proof:
    """A right assertion. Whether its counter has grown is decided where the last one is kept."""

    sign_count: int
    backed_up: bool


def challenge_of(client_data: bytes) -> str:
    """Return the challenge that a browser says was signed, as it was given out; raise AnswerRefused when there is none."""
    try:
        return bytes_to_base64url(parse_client_data_json(client_data).challenge)
    except Exception:  # bytes from anybody: the library raises whatever its parsers raise
        raise AnswerRefused from None


@dataclass(frozen=True)
class RelyingParty:
    """This deployment, to authenticators: the domain that its passkeys are bound to, and the origins of its pages."""

    rp_id: str
    origins: tuple[str, ...]

    def creation_options(
        self, *, brand_name: str, handle: bytes, challenge: str, existing: list[bytes]
    ) -> dict[str, Any]:
        """Return PublicKeyCredentialCreationOptionsJSON. What a device shows names the brand and nobody."""
        name = f"{ACCOUNT_NAME} {brand_name}"
        options = generate_registration_options(
            rp_id=self.rp_id,
            rp_name=brand_name,
            user_id=handle,
            user_name=name,
            user_display_name=name,
            challenge=base64url_to_bytes(challenge),
            timeout=TIMEOUT_MILLISECONDS,
            attestation=AttestationConveyancePreference.NONE,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in existing],
        )
        return options_to_json_dict(options)

    def request_options(self, *, challenge: str) -> dict[str, Any]:
        """Return PublicKeyCredentialRequestOptionsJSON: any passkey of ours will do, and none is named."""
        options = generate_authentication_options(
            rp_id=self.rp_id,
            challenge=base64url_to_bytes(challenge),
            timeout=TIMEOUT_MILLISECONDS,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return options_to_json_dict(options)

    def check_attestation(self, made: Attestation, *, challenge: str) -> MadeCredential:
        """Return the credential of an answer to `challenge` (WebAuthn § 7.1), or raise AnswerRefused."""
        try:
            self._check_frame(made.client_data)
            verified = verify_registration_response(
                credential=RegistrationCredential(
                    id=bytes_to_base64url(made.credential_id),
                    raw_id=made.credential_id,
                    response=AuthenticatorAttestationResponse(made.client_data, made.attestation_object),
                ),
                expected_challenge=base64url_to_bytes(challenge),
                expected_rp_id=self.rp_id,
                expected_origin=list(self.origins),
                require_user_verification=True,
            )
            # Not looked at before it verifies a signature, which is not here: at a sign-in, that is.
            decoded_public_key_to_cryptography(decode_credential_public_key(verified.credential_public_key))
        except Exception:  # the library raises whatever its parsers raise
            raise AnswerRefused from None
        if verified.credential_id != made.credential_id:
            raise AnswerRefused
        return MadeCredential(
            credential_id=verified.credential_id,
            public_key=verified.credential_public_key,
            sign_count=verified.sign_count,
            backup_eligible=_eligible(verified.credential_device_type),
            backed_up=verified.credential_backed_up,
        )

    def check_assertion(self, shown: Assertion, known: SignerKnown, *, challenge: str) -> Proof:
        """Return what a right answer to `challenge` says (WebAuthn § 7.2), or raise AnswerRefused.

        The library is told of no former counter: it would look at it before the signature, and whoever knows a passkey's id
        could have it suspected.
        """
        try:
            self._check_frame(shown.client_data)
            verified = verify_authentication_response(
                credential=AuthenticationCredential(
                    id=bytes_to_base64url(shown.credential_id),
                    raw_id=shown.credential_id,
                    response=AuthenticatorAssertionResponse(
                        shown.client_data, shown.authenticator_data, shown.signature, shown.user_handle
                    ),
                ),
                expected_challenge=base64url_to_bytes(challenge),
                expected_rp_id=self.rp_id,
                expected_origin=list(self.origins),
                credential_public_key=known.public_key,
                credential_current_sign_count=0,
                require_user_verification=True,
            )
        except Exception:  # the library raises whatever its parsers raise
            raise AnswerRefused from None
        if not hmac.compare_digest(shown.user_handle or b"", known.handle):
            raise AnswerRefused
        if _eligible(verified.credential_device_type) != known.backup_eligible:  # it never changes (§ 6.1.3)
            raise AnswerRefused
        return Proof(verified.new_sign_count, verified.credential_backed_up)

    @staticmethod
    def _check_frame(client_data: bytes) -> None:
        """Refuse an answer from a page inside a page of others (§ 7.1 step 10, § 7.2 step 13), where clicks can be stolen."""
        if parse_client_data_json(client_data).cross_origin:
            raise AnswerRefused


def _eligible(kind: CredentialDeviceType) -> bool:
    return kind is CredentialDeviceType.MULTI_DEVICE
