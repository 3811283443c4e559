"""What browsers hand over: RegistrationResponseJSON and AuthenticationResponseJSON (WebAuthn Level 3 § 5.1), as far as they are
read here. Browsers add members as WebAuthn grows, so that unknown ones are left aside; names are WebAuthn's."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints
from webauthn.helpers import base64url_to_bytes

from identity_service.security.relying_party import Assertion, Attestation

BASE64URL = r"^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2,3})?$"  # RFC 4648 § 5, without padding

# A credential's id has up to 1,023 bytes, a handle up to 64 (WebAuthn § 5.1.3, § 5.4.3); of the others the largest that
# authenticators make (an RSA key, a certificate) is far below.
CredentialId = Annotated[str, StringConstraints(pattern=BASE64URL, min_length=2, max_length=1364)]
Handle = Annotated[str, StringConstraints(pattern=BASE64URL, min_length=2, max_length=86)]
Part = Annotated[str, StringConstraints(pattern=BASE64URL, min_length=2, max_length=4096)]
LargePart = Annotated[str, StringConstraints(pattern=BASE64URL, min_length=2, max_length=16_384)]


class BrowserObject(BaseModel):
    """An object that a browser made: strict types, unknown members left aside."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True, hide_input_in_errors=True)


class AttestationResponse(BrowserObject):
    """AuthenticatorAttestationResponseJSON."""

    clientDataJSON: Part
    attestationObject: LargePart


class AssertionResponse(BrowserObject):
    """AuthenticatorAssertionResponseJSON."""

    clientDataJSON: Part
    authenticatorData: Part
    signature: Part
    userHandle: Handle | None = None


class AttestedCredential(BrowserObject):
    """RegistrationResponseJSON."""

    id: CredentialId
    type: Literal["public-key"]
    response: AttestationResponse

    def attestation(self) -> Attestation:
        """Return the bytes of it."""
        return Attestation(
            credential_id=base64url_to_bytes(self.id),
            client_data=base64url_to_bytes(self.response.clientDataJSON),
            attestation_object=base64url_to_bytes(self.response.attestationObject),
        )


class AssertedCredential(BrowserObject):
    """AuthenticationResponseJSON."""

    id: CredentialId
    type: Literal["public-key"]
    response: AssertionResponse

    def assertion(self) -> Assertion:
        """Return the bytes of it."""
        handle = self.response.userHandle
        return Assertion(
            credential_id=base64url_to_bytes(self.id),
            client_data=base64url_to_bytes(self.response.clientDataJSON),
            authenticator_data=base64url_to_bytes(self.response.authenticatorData),
            signature=base64url_to_bytes(self.response.signature),
            user_handle=None if handle is None else base64url_to_bytes(handle),
        )
