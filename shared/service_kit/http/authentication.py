"""Who calls: the bearer token of a request, checked against the access rule of its endpoint."""

from dataclasses import dataclass
from datetime import datetime

import structlog
from aiohttp import web

from service_kit.access_tokens import MemberPrincipal, StaffPrincipal, TokenRefused, TokenVerifier
from service_kit.http.endpoints import Access, Public, SignedIn
from service_kit.http.problems import Forbidden, NotSignedIn

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
        """Return the caller; raise NotSignedIn without a valid token, Forbidden for another role or brand."""
        if isinstance(access, Public):
            return None
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise NotSignedIn
        try:
            if isinstance(access, SignedIn):
                return self.members.member(token.strip(), now=now)
            staff = self.staff.staff(token.strip(), now=now, role_claim=self.staff_role_claim)
        except TokenRefused as error:
            log.info("token_refused", reason=str(error))
            raise NotSignedIn from None
        if staff.brand != brand or not staff.roles.intersection(access.roles):
            raise Forbidden
        return staff
