"""Bearer tokens, verified against key files: members' access tokens (RFC 9068) and staff tokens (OpenID Connect).

Services do not fetch keys from each other: a JWKS file is laid beside each (see docs/decisions), and read again when it changes.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeGuard
from uuid import UUID

from service_kit.problems import SettingUnusable
from service_kit.signatures import EDDSA, TokenRefused, VerificationKeys
from service_kit.watched_files import WatchedFile

LEEWAY_SECONDS = 5
LAST_INSTANT = 253_402_300_800  # the year 10000: what `datetime` cannot say is no date
SIGNATURE = EDDSA[0]


@dataclass(frozen=True)
class MemberPrincipal:
    """A signed-in member, as identity's token says."""

    account_id: UUID
    member_id: UUID
    brand: str
    session_id: UUID
    authenticated_with: str  # acr
    scope: frozenset[str] = frozenset()
    authenticated_at: datetime | None = None  # auth_time: when the session began, however often it was refreshed


@dataclass(frozen=True)
class StaffPrincipal:
    """A member of staff: who, for which brand, in which roles."""

    subject: str
    brand: str
    roles: frozenset[str]


@dataclass(frozen=True)
class TokenKind:
    """What a kind of token may look like (RFC 8725 § 3.11, 3.12)."""

    algorithms: tuple[str, ...]
    media_types: tuple[str | None, ...]  # `typ`, in lower case and without `application/`
    key_named: bool  # `kid` is needed
    issued: bool  # `iat` is needed


MEMBER = TokenKind(EDDSA, ("at+jwt",), key_named=True, issued=True)  # RFC 9068 § 2.1, 2.2, 4
# OpenID providers sign with what they have, and leave the kind out or call it a JWT.
STAFF = TokenKind((*EDDSA, "ES256", "RS256"), (None, "jwt", "at+jwt"), key_named=False, issued=False)


class KeyFile:
    """A JWKS file, read at once (raises SettingUnusable) and again when it was replaced."""

    def __init__(self, file: Path) -> None:
        self._file = WatchedFile(file, _read_keys)

    def keys(self) -> VerificationKeys:
        """Return the present keys; the former ones go on when the new file cannot be used."""
        return self._file.content()


def _read_keys(file: Path) -> VerificationKeys:
    try:
        return VerificationKeys.of(json.loads(file.read_text()))
    except ValueError as error:
        raise SettingUnusable(f"{file}: {type(error).__name__}") from None
    except SettingUnusable as error:
        raise SettingUnusable(f"{file}: {error}") from None


@dataclass(frozen=True)
class TokenVerifier:
    """Verifies the tokens of one issuer for one audience."""

    key_file: KeyFile
    issuer: str
    audience: str

    def member(self, token: str, *, now: datetime) -> MemberPrincipal:
        """Return who a member's access token stands for; raise TokenRefused."""
        claims = self._claims(token, MEMBER, now=now)
        scope, authenticated_at = claims.get("scope", ""), claims.get("auth_time")
        if not isinstance(claims.get("brand"), str) or not isinstance(scope, str):
            raise TokenRefused("claims are missing")
        if authenticated_at is not None and not _is_instant(authenticated_at):
            raise TokenRefused("claims are missing")
        try:
            return MemberPrincipal(
                account_id=UUID(claims["sub"]),
                member_id=UUID(claims["member_id"]),
                brand=claims["brand"],
                session_id=UUID(claims["sid"]),
                authenticated_with=str(claims.get("acr", "")),
                scope=frozenset(scope.split()),
                authenticated_at=None if authenticated_at is None else datetime.fromtimestamp(authenticated_at, UTC),
            )
        except (KeyError, ValueError, AttributeError, TypeError):
            raise TokenRefused("claims are missing") from None

    def staff(self, token: str, *, now: datetime, role_claim: str) -> StaffPrincipal:
        """Return who a staff token stands for; raise TokenRefused."""
        claims = self._claims(token, STAFF, now=now)
        roles, subject = claims.get(role_claim), claims.get("sub")
        if not isinstance(roles, list) or not isinstance(claims.get("brand"), str):
            raise TokenRefused("claims are missing")
        if not (isinstance(subject, str) and subject.strip()):
            raise TokenRefused("nobody's")  # what staff do is remembered with who did it
        return StaffPrincipal(subject, claims["brand"], frozenset(map(str, roles)))

    def _claims(self, token: str, kind: TokenKind, *, now: datetime) -> dict[str, Any]:
        signed = self.key_file.keys().verified(token, algorithms=kind.algorithms, key_named=kind.key_named)
        if _media_type(signed.header.get("typ")) not in kind.media_types:  # the header's: a claim is something else
            raise TokenRefused("another kind of token")
        try:
            claims = json.loads(signed.payload)
        except (ValueError, RecursionError):
            raise TokenRefused("no claims") from None
        if not isinstance(claims, dict):
            raise TokenRefused("no claims")
        self._check_addressee(claims)
        _check_times(claims, kind, instant=now.timestamp())
        return claims

    def _check_addressee(self, claims: dict[str, Any]) -> None:
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        if claims.get("iss") != self.issuer or self.audience not in audiences:
            raise TokenRefused("another issuer or audience")


def _media_type(typ: Any) -> str | None:
    # RFC 7515 § 4.1.9: in any case of letters, with or without `application/`.
    return typ.lower().removeprefix("application/") if isinstance(typ, str) else None if typ is None else ""


def _check_times(claims: dict[str, Any], kind: TokenKind, *, instant: float) -> None:
    expires, not_before, issued = claims.get("exp"), claims.get("nbf", 0), claims.get("iat", None if kind.issued else 0)
    if not _is_instant(expires) or instant > expires + LEEWAY_SECONDS:
        raise TokenRefused("expired")
    if not _is_instant(not_before) or instant < not_before - LEEWAY_SECONDS:
        raise TokenRefused("not yet valid")
    if not _is_instant(issued) or instant < issued - LEEWAY_SECONDS:
        raise TokenRefused("not yet issued")


def _is_instant(value: Any) -> TypeGuard[float]:
    # Neither a truth value nor Infinity nor NaN, which Python's JSON reads and which no comparison would stop.
    return type(value) in (int, float) and 0 <= value < LAST_INSTANT
