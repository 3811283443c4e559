"""Access tokens: RFC 9068 JWTs signed with Ed25519, at most ten minutes long, without name, number or address."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, OKPKey
from service_kit.http.lasting_answers import LastingAnswer
from service_kit.key_files import public_part
from service_kit.problems import SettingUnusable
from service_kit.signatures import EDDSA
from service_kit.watched_files import WatchedFile

PASSWORD_CONTEXT = "password"  # noqa: S105 - the `acr` of a session that began with a password
PASSKEY_CONTEXT = "passkey"
MEMBER_SCOPE = "member"
READING_SCOPE = "member.read"  # of a contract that has ended: its documents stay, nothing can be changed


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


@dataclass(frozen=True)
class SigningKeys:
    """The key that signs, and all that tokens are verified with."""

    signer: OKPKey
    published: LastingAnswer

    @classmethod
    def read(cls, file: Path) -> "SigningKeys":
        """Read a private JWKS: the first key signs, the others are published before and after they do.

        Raise SettingUnusable with the file's name when it is malformed, or its first key cannot sign.
        """
        try:
            content = json.loads(file.read_text())["keys"]
            signer = JWKRegistry.import_key(content[0])
            published = LastingAnswer.of({"keys": [public_part(key) for key in content]})
        except (ValueError, KeyError, IndexError, TypeError, AttributeError, JoseError) as error:
            raise SettingUnusable(f"{file}: {type(error).__name__}") from None
        if not (isinstance(signer, OKPKey) and signer.is_private and signer.curve_name == "Ed25519" and signer.kid):
            raise SettingUnusable(f"{file}: the first key must be a private Ed25519 key with its kid")
        return cls(signer, published)


class TokenSigning:
    """Signs access tokens with the keys of a file, which is read again when it was replaced."""

    def __init__(self, file: Path, *, issuer: str, audience: str, seconds: int) -> None:
        self._keys = WatchedFile(file, SigningKeys.read)
        self._issuer, self._audience, self.seconds = issuer, audience, seconds

    def access_token(self, subject: TokenSubject, *, token_id: UUID, now: datetime) -> str:
        """Return a signed token that says which account and which session it stands for."""
        key = self._keys.content().signer
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
        header = {"alg": EDDSA[0], "typ": "at+jwt", "kid": key.kid}
        return jwt.encode(header, claims, key, algorithms=[EDDSA[0]])

    def public_keys(self) -> LastingAnswer:
        """Return the JWKS to verify with (RFC 7517)."""
        return self._keys.content().published
