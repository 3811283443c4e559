"""Members with a known address get a link by mail, as long as the brand's quotas of mails last.

In the caller's transaction reads and writes reset_tokens, writes deeds and the outbox; publishes reset.requested. What is over
the quota is dropped in silence: whoever floods a mailbox with somebody's identifier learns nothing.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from service_kit.database import Connection
from service_kit.events import Event

from identity_service.domain.accounts import Account
from identity_service.domain.brand_policy import BrandPolicy
from identity_service.domain.deeds import Deed
from identity_service.events import ResetRequested
from identity_service.resources import Identity
from identity_service.store import accounts, reset_tokens
from identity_service.store.reset_requests import ResetRequest
from identity_service.store.reset_tokens import MailedToken, MailsSent

NONE_SENT = MailsSent()


@dataclass(frozen=True)
class WantedLink:
    """A request, whose it is, and the address that the link is mailed to."""

    request: ResetRequest
    account: Account
    email: str


async def mail_reset_links(
    identity: Identity, connection: Connection, wanted: list[WantedLink], *, now: datetime
) -> int:
    """Write a token and an event for each link within the quotas, and return how many. The caller has locked the accounts."""
    due = await _within_quotas(identity, connection, wanted, now=now)
    if not due:
        return 0
    versions = await accounts.draw_versions(connection, [one.account.id for one in due])
    tokens: list[MailedToken] = []
    events: list[tuple[UUID, Event, str | None]] = []
    for one, version in zip(due, versions, strict=True):
        kept, event = _link(identity, one, version=version, now=now)
        tokens.append(kept)
        events.append((identity.entropy.new_id(), event, one.request.traceparent))
    await reset_tokens.insert_all(connection, tokens, now=now)
    await identity.outbox.append_all(connection, events, occurred_at=now)
    await identity.record_all(connection, [_deed(one) for one in due], now=now)
    return len(due)


async def _within_quotas(
    identity: Identity, connection: Connection, wanted: list[WantedLink], *, now: datetime
) -> list[WantedLink]:
    """Return what may still be mailed: what others of the same batch are mailed counts too."""
    if not wanted:
        return []
    account_ids = list({one.account.id for one in wanted})
    sent = await reset_tokens.count_mailed(connection, account_ids, purpose="reset", now=now)
    due: list[WantedLink] = []
    added: Counter[UUID] = Counter()
    for one in wanted:
        account_id = one.account.id
        if _may_send(identity.brands[one.account.brand], sent.get(account_id, NONE_SENT), added=added[account_id]):
            due.append(one)
            added[account_id] += 1
    return due


def _may_send(policy: BrandPolicy, sent: MailsSent, *, added: int) -> bool:
    return sent.last_hour + added < policy.reset_mails_per_hour and sent.last_day + added < policy.reset_mails_per_day


def _link(identity: Identity, wanted: WantedLink, *, version: int, now: datetime) -> tuple[MailedToken, ResetRequested]:
    token, account = identity.entropy.new_token(), wanted.account
    expires_at = now + timedelta(minutes=identity.brands[account.brand].reset_link_minutes)
    digest = identity.digests.secret.of("reset", token)
    kept = MailedToken(digest, account.id, "reset", expires_at, cause=wanted.request.id)
    event = ResetRequested(
        version=version,
        reset_id=wanted.request.id,
        account_id=account.id,
        member_id=account.member_id,
        brand=account.brand,
        expires_at=expires_at,
        email=wanted.email,
        token=token,
    )
    return kept, event


def _deed(wanted: WantedLink) -> Deed:
    account, details = wanted.account, {"reset_id": str(wanted.request.id)}
    return Deed("reset_mailed", account.brand, account.id, "anonymous", details)
