"""Bearer tokens, verified against key files: members' access tokens (RFC 9068) and staff tokens (OpenID Connect).

Services do not fetch keys from each other: a JWKS file is laid beside each (see docs/decisions), and read again when it changes.
"""

import json
import warnings
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from joserfc import jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import KeySet

from service_kit.problems import SettingUnusable

ALGORITHMS = ["EdDSA", "Ed25519", "ES256", "RS256"]
LEEWAY_SECONDS = 5
SIGNATURE = "EdDSA"  # RFC 8037's name, which every verifier knows; RFC 9864 renames it

warnings.filterwarnings("ignore", message="EdDSA is deprecated", category=SecurityWarning)


log = structlog.get_logger()


class TokenRefused(Exception):
    """The token is malformed, not signed by a known key, expired, or for somebody else. The reason is for logs only."""


@dataclass(frozen=True)
class MemberPrincipal:
    """A signed-in member, as identity's token says."""

    account_id: UUID
    member_id: UUID
    brand: str
    session_id: UUID
    authenticated_with: str  # acr


@dataclass(frozen=True)
class StaffPrincipal:
    """A member of staff: who, for which brand, in which roles."""

    subject: str
    brand: str
    roles: frozenset[str]


class KeyFile:
    """A JWKS file, read at once (raises SettingUnusable) and again when it was replaced."""

    def __init__(self, file: Path) -> None:
        self._file, self._stamp = file, 0
        self._keys = self._read()

    def keys(self) -> KeySet:
        """Return the present keys; the former ones go on when the new file cannot be used."""
        try:
            if self._file.stat().st_mtime_ns != self._stamp:
                self._keys = self._read()
        except (OSError, SettingUnusable) as error:
            log.error("key_file_unusable", file=str(self._file), reason=type(error).__name__)
        return self._keys

    def _read(self) -> KeySet:
        try:
            self._stamp = self._file.stat().st_mtime_ns
            return KeySet.import_key_set(json.loads(self._file.read_text()))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, JoseError) as error:
            raise SettingUnusable(f"{self._file}: {type(error).__name__}") from None


@dataclass(frozen=True)
class TokenVerifier:
    """Verifies one kind of token."""

    key_file: KeyFile
    issuer: str
    audience: str

    def claims(self, token: str, *, now: datetime) -> dict[str, Any]:
        """Return the claims of a valid token, with its kind (`typ`); raise TokenRefused."""
        try:
            decoded = jwt.decode(token, self.key_file.keys(), algorithms=ALGORITHMS)
        except Exception as error:  # the library raises whatever a crafted header makes it stumble over
            raise TokenRefused(type(error).__name__) from None
        claims, instant = decoded.claims, now.timestamp()
        audience = claims.get("aud")
        if claims.get("iss") != self.issuer or self.audience not in (
            audience if isinstance(audience, list) else [audience]
        ):
            raise TokenRefused("another issuer or audience")
        expires, not_before = claims.get("exp"), claims.get("nbf", 0)
        if not isinstance(expires, (int, float)) or instant > expires + LEEWAY_SECONDS:
            raise TokenRefused("expired")
        if not isinstance(not_before, (int, float)) or instant < not_before - LEEWAY_SECONDS:
            raise TokenRefused("not yet valid")
        return claims | {"typ": decoded.header.get("typ")}  # the header's: a claim of that name is something else

    def member(self, token: str, *, now: datetime) -> MemberPrincipal:
        """Return who a member's access token stands for."""
        claims = self.claims(token, now=now)
        if claims.get("typ") != "at+jwt":  # RFC 9068 § 4: no other kind of token opens the member's API
            raise TokenRefused("not an access token")
        if not isinstance(claims.get("brand"), str):
            raise TokenRefused("claims are missing")
        try:
            return MemberPrincipal(
                account_id=UUID(claims["sub"]),
                member_id=UUID(claims["member_id"]),
                brand=claims["brand"],
                session_id=UUID(claims["sid"]),
                authenticated_with=str(claims.get("acr", "")),
            )
        except (KeyError, ValueError, AttributeError, TypeError):
            raise TokenRefused("claims are missing") from None

    def staff(self, token: str, *, now: datetime, role_claim: str) -> StaffPrincipal:
        """Return who a staff token stands for."""
        claims = self.claims(token, now=now)
        roles = claims.get(role_claim)
        if not isinstance(roles, list) or not isinstance(claims.get("brand"), str):
            raise TokenRefused("claims are missing")
        return StaffPrincipal(str(claims.get("sub", "")), claims["brand"], frozenset(map(str, roles)))
