"""A signed-in member wants another address. A code is mailed to it; nothing changes until it comes back.

Reads accounts and sessions; writes email_changes, deeds and the outbox; publishes email-change.requested. Whether somebody
else has that address is not looked at here: only whoever reads its mail may learn that (usecases/confirm_email_change.py).
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from service_kit.access_tokens import MemberPrincipal
from service_kit.database import Connection
from service_kit.http.problems import TooManyRequests
from service_kit.problems import FieldProblem

from identity_service.domain import mailed_codes
from identity_service.domain.accounts import Account
from identity_service.domain.deeds import Deed
from identity_service.domain.errors import AddressRefused
from identity_service.domain.login_identifiers import normalise_email
from identity_service.domain.stated_facts import address_problems, address_to_keep
from identity_service.events import EmailChangeRequested
from identity_service.resources import Identity
from identity_service.store import accounts, email_changes
from identity_service.store.email_changes import AskedChange
from identity_service.usecases.known_address import known_address
from identity_service.usecases.present_session import recent_session, stay_present

HOUR = timedelta(hours=1)
PRESENT = FieldProblem("email", "already-yours", "Cette adresse e-mail est déjà la vôtre.")


@dataclass(frozen=True)
class EmailChange:
    """What the member typed."""

    email: str = field(repr=False)
    confirmation: str = field(repr=False)


async def request_email_change(
    identity: Identity, member: MemberPrincipal, typed: EmailChange, *, now: datetime
) -> datetime:
    """Have a code mailed and return when it ends; raise AddressRefused, TooManyRequests or RecentSignInRequired."""
    presence = await recent_session(identity, member, now=now)
    email = _checked(identity, presence.account, typed)
    expires_at = now + timedelta(minutes=identity.brands[presence.account.brand].email_code_minutes)
    async with identity.database.transaction() as connection:
        await accounts.lock(connection, presence.account.id)
        await stay_present(connection, presence, now=now)
        await _check_quota(identity, connection, presence.account, now=now)
        await _ask(identity, connection, presence.account, email, now=now)
    identity.foundation.wake.call()
    return expires_at


def _checked(identity: Identity, account: Account, typed: EmailChange) -> str:
    problems, email = address_problems(email=typed.email, confirmation=typed.confirmation), address_to_keep(typed.email)
    if problems or email is None:
        raise AddressRefused(fields=tuple(problems))
    present = known_address(identity, account)
    if present is not None and normalise_email(present) == normalise_email(email):
        raise AddressRefused(fields=(PRESENT,))
    return email


async def _check_quota(identity: Identity, connection: Connection, account: Account, *, now: datetime) -> None:
    most = identity.brands[account.brand].email_changes_per_hour
    asked = await email_changes.asked_since(connection, account.id, since=now - HOUR)
    if len(asked) >= most:
        free_at = asked[-most] + HOUR
        raise TooManyRequests(limit=most, retry_after=max(1, round((free_at - now).total_seconds())))


async def _ask(identity: Identity, connection: Connection, account: Account, email: str, *, now: datetime) -> None:
    [version] = await accounts.draw_versions(connection, [account.id])
    event = EmailChangeRequested(
        version=version,
        account_id=account.id,
        member_id=account.member_id,
        brand=account.brand,
        change_id=identity.entropy.new_id(),
        expires_at=now + timedelta(minutes=identity.brands[account.brand].email_code_minutes),
        email=email,
        code=mailed_codes.new_code(identity.entropy.choose, length=mailed_codes.FOR_ADDRESS),
    )
    asked = AskedChange(
        id=event.change_id,
        account_id=account.id,
        code_digest=identity.digests.secret.of("email-change", str(account.id), event.code),
        email_digest=identity.digests.email.of(account.brand, normalise_email(email)),
        email_sealed=identity.addresses.seal(email.encode(), context=str(account.member_id)),
        expires_at=event.expires_at,
    )
    await email_changes.ask(connection, asked, now=now)
    await identity.outbox.append(connection, event, event_id=identity.entropy.new_id(), occurred_at=now)
    details = {"change_id": str(event.change_id)}
    await identity.record(
        connection, Deed("email_change_requested", account.brand, account.id, details=details), now=now
    )
