"""Access tokens: RFC 9068 JWTs signed with Ed25519, at most ten minutes long, without name, number or address."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey
from service_kit.key_rings import KeyRingUnusable

PASSWORD_CONTEXT = "password"  # noqa: S105 - the `acr` of a session that began with a password
MEMBER_SCOPE = "member"


@dataclass(frozen=True)
class TokenSubject:
    """Whom and which session an access token stands for, and how and when they proved it (RFC 9068 § 2.2.1)."""

    account_id: UUID
    member_id: UUID
    brand: str
    session_id: UUID
    scope: str  # words with spaces between, RFC 6749 § 3.3
    acr: str
    authenticated_at: datetime


class TokenSigning:
    """Signs access tokens; publishes the public keys."""

    def __init__(self, keys: KeySet, *, issuer: str, audience: str, seconds: int) -> None:
        self._keys, self._issuer, self._audience, self.seconds = keys, issuer, audience, seconds

    @classmethod
    def read(cls, file: Path, *, issuer: str, audience: str, seconds: int) -> "TokenSigning":
        """Read the private keys; the first one signs, the others are only published while their tokens live.

        Raise KeyRingUnusable with the file's name when it is missing or malformed, or its first key cannot sign.
        """
        try:
            keys = KeySet.import_key_set(json.loads(file.read_text()))
        except (OSError, ValueError, KeyError, TypeError, JoseError) as error:
            raise KeyRingUnusable(f"{file}: {type(error).__name__}") from None
        if not (keys.keys and isinstance(keys.keys[0], OKPKey) and keys.keys[0].is_private):
            raise KeyRingUnusable(f"{file}: the first key must be a private Ed25519 key")
        return cls(keys, issuer=issuer, audience=audience, seconds=seconds)

    def access_token(self, subject: TokenSubject, *, token_id: UUID, now: datetime) -> str:
        """Return a signed token that says which account and which session it stands for."""
        key = self._keys.keys[0]
        assert isinstance(key, OKPKey)
        issued = int(now.timestamp())
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": str(subject.account_id),
            "client_id": "member-space",
            "jti": str(token_id),
            "iat": issued,
            "nbf": issued,
            "exp": issued + self.seconds,
            "brand": subject.brand,
            "member_id": str(subject.member_id),
            "sid": str(subject.session_id),
            "acr": subject.acr,
            "auth_time": int(subject.authenticated_at.timestamp()),
            "scope": subject.scope,
        }
        return jwt.encode({"alg": "EdDSA", "typ": "at+jwt", "kid": key.kid}, claims, key, algorithms=["EdDSA"])

    def public_keys(self) -> dict[str, Any]:
        """Return the JWKS to verify with."""
        return {"keys": [key.as_dict(private=False) for key in self._keys.keys]}
