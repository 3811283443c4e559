"""Who calls: the bearer token of a request, checked against the access rule of its endpoint."""

from dataclasses import dataclass
from datetime import datetime

import structlog
from aiohttp import web

from service_kit.access_tokens import MemberPrincipal, StaffPrincipal, TokenVerifier
from service_kit.http.endpoints import Access, Public, SignedIn, Staff
from service_kit.http.problems import Forbidden, NotSignedIn
from service_kit.signatures import TokenRefused

log = structlog.get_logger()


@dataclass(frozen=True)
class Authentication:
    """How members and staff are recognised."""

    members: TokenVerifier
    staff: TokenVerifier
    staff_role_claim: str = "roles"

    def principal(
        self, request: web.Request, access: Access, *, brand: str, now: datetime
    ) -> MemberPrincipal | StaffPrincipal | None:
        """Return the caller; raise NotSignedIn without a valid token, Forbidden for another role, scope or brand."""
        if isinstance(access, Public):
            return None
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise NotSignedIn
        try:
            caller = self._verified(token.strip(), access, now=now)
        except TokenRefused as error:
            log.info("token_refused", reason=str(error))
            raise NotSignedIn from None
        # Where the path names no brand, the handler works for the token's brand.
        if brand and caller.brand != brand:
            raise Forbidden
        if isinstance(access, Staff) and not _roles(caller).intersection(access.roles):
            raise Forbidden
        if isinstance(access, SignedIn) and access.scopes and not _scope(caller).intersection(access.scopes):
            raise Forbidden
        return caller

    def _verified(self, token: str, access: SignedIn | Staff, *, now: datetime) -> MemberPrincipal | StaffPrincipal:
        if isinstance(access, SignedIn):
            return self.members.member(token, now=now)
        return self.staff.staff(token, now=now, role_claim=self.staff_role_claim)


def _scope(caller: MemberPrincipal | StaffPrincipal) -> frozenset[str]:
    return caller.scope if isinstance(caller, MemberPrincipal) else frozenset()


def _roles(caller: MemberPrincipal | StaffPrincipal) -> frozenset[str]:
    return caller.roles if isinstance(caller, StaffPrincipal) else frozenset()
