"""An authenticator and its browser in software: they do what WebAuthn says, or what an attacker would rather have.

`SoftPasskey.create(options)` and `.get(options)` take what identity answers and return what it is to be sent, as
`PublicKeyCredential.toJSON()` does. A `Lie` says what is not as it should be.
"""

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import base64url_to_bytes as from_base64url
from webauthn.helpers import bytes_to_base64url as to_base64url
from webauthn.helpers import encode_cbor

ORIGIN = "https://espace.example"
USER_PRESENT, USER_VERIFIED, BACKUP_ELIGIBLE, BACKED_UP, ATTESTED = 1, 4, 8, 16, 64

PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


def es256() -> PrivateKey:
    """Return a fresh key of the kind that nearly every authenticator makes."""
    return ec.generate_private_key(ec.SECP256R1())


def ed25519_key() -> PrivateKey:
    """Return a fresh key of the newer kind."""
    return ed25519.Ed25519PrivateKey.generate()


@dataclass(frozen=True)
class Lie:
    """What is changed, before it is signed: each of it None where the truth is told."""

    type: str | None = None
    origin: str | None = None
    challenge: str | None = None
    rp_id: str | None = None
    flags: int | None = None
    cross_origin: bool = False
    user_handle: bytes | None = None
    credential_id: bytes | None = None
    public_key: bytes | None = None


HONEST = Lie()


class SoftPasskey:
    """One passkey, and the page that it is used on."""

    def __init__(
        self,
        make_key: Callable[[], PrivateKey] = es256,
        *,
        origin: str = ORIGIN,
        counts: bool = False,
        synced: bool = True,
    ) -> None:
        self.key, self.origin, self.counts, self.synced = make_key(), origin, counts, synced
        self.credential_id, self.sign_count = os.urandom(16), 0
        self.rp_id, self.user_handle = "", b""

    def create(self, options: dict[str, Any], lie: Lie = HONEST) -> dict[str, Any]:
        """Make the credential of `options` and return RegistrationResponseJSON."""
        self.rp_id, self.user_handle = options["rp"]["id"], from_base64url(options["user"]["id"])
        credential_id = lie.credential_id or self.credential_id
        attested = (
            bytes(16) + len(credential_id).to_bytes(2, "big") + credential_id + (lie.public_key or self.cose_key())
        )
        data = self._authenticator_data(lie, ATTESTED) + attested
        attestation = encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(
            {
                "clientDataJSON": to_base64url(self._client_data("webauthn.create", options, lie)),
                "attestationObject": to_base64url(attestation),
                "transports": ["internal", "hybrid"],
            },
            lie,
        )

    def get(self, options: dict[str, Any], lie: Lie = HONEST) -> dict[str, Any]:
        """Sign the challenge of `options` and return AuthenticationResponseJSON."""
        if self.counts:
            self.sign_count += 1
        data, client_data = self._authenticator_data(lie), self._client_data("webauthn.get", options, lie)
        handle = self.user_handle if lie.user_handle is None else lie.user_handle
        return self._answer(
            {
                "clientDataJSON": to_base64url(client_data),
                "authenticatorData": to_base64url(data),
                "signature": to_base64url(self._sign(data + hashlib.sha256(client_data).digest())),
                **({"userHandle": to_base64url(handle)} if handle else {}),
            },
            lie,
        )

    def cose_key(self) -> bytes:
        """Return the public key in COSE (RFC 9052 § 7)."""
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            return encode_cbor({1: 1, 3: -8, -1: 6, -2: self.key.public_key().public_bytes_raw()})
        point = self.key.public_key().public_numbers()
        return encode_cbor({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")})

    def _sign(self, message: bytes) -> bytes:
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            return self.key.sign(message)
        return self.key.sign(message, ec.ECDSA(SHA256()))

    def _authenticator_data(self, lie: Lie, more: int = 0) -> bytes:
        synced = BACKUP_ELIGIBLE | BACKED_UP if self.synced else 0
        flags = USER_PRESENT | USER_VERIFIED | synced if lie.flags is None else lie.flags
        rp_id_hash = hashlib.sha256((lie.rp_id or self.rp_id).encode()).digest()
        return rp_id_hash + bytes([flags | more]) + self.sign_count.to_bytes(4, "big")

    def _client_data(self, kind: str, options: dict[str, Any], lie: Lie) -> bytes:
        told = {
            "type": lie.type or kind,
            "challenge": lie.challenge or options["challenge"],
            "origin": lie.origin or self.origin,
            "crossOrigin": lie.cross_origin,
        }
        return json.dumps(told).encode()

    def _answer(self, response: dict[str, Any], lie: Lie) -> dict[str, Any]:
        credential_id = to_base64url(lie.credential_id or self.credential_id)
        return {
            "id": credential_id,
            "rawId": credential_id,
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {},
            "authenticatorAttachment": "platform",
        }


def tampered(credential: dict[str, Any], part: str) -> dict[str, Any]:
    """Return a browser's answer with one bit changed at the end of `part` of its response."""
    raw = bytearray(from_base64url(credential["response"][part]))
    raw[-1] ^= 1
    return {**credential, "response": {**credential["response"], part: to_base64url(bytes(raw))}}
