"""On the effective date the access exists: members with an address get a mail that leads to choosing a password (row S9).

Reads accounts; writes reset_tokens, accounts, the outbox and deeds, one transaction for a batch; publishes account.created.
Whom it is for was decided when the address was heard (usecases/open_account.py): here only the day is looked at.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from service_kit.clock import civil_date
from service_kit.database import Connection
from service_kit.events import Event

from identity_service.domain.accounts import Account
from identity_service.domain.deeds import Deed
from identity_service.events import AccountCreated
from identity_service.resources import Identity
from identity_service.store import accounts, reset_tokens, welcomes
from identity_service.store.reset_tokens import MailedToken
from identity_service.usecases.known_address import known_address

BATCH = 100

log = structlog.get_logger()


@dataclass(frozen=True)
class Welcome:
    """An account whose access begins, and the address to tell."""

    account: Account
    email: str


async def welcome_members(identity: Identity) -> int:
    """Welcome a batch of the members whose day has come; return how many accounts were looked at."""
    now = identity.foundation.clock.now()
    brands = [brand for brand, policy in identity.brands.items() if policy.login_identifier == "email"]
    async with identity.database.transaction() as connection:
        due = await welcomes.take_due(connection, brands=brands, today=civil_date(now), limit=BATCH)
        found = [Welcome(account, email) for account in due if (email := _address(identity, account, now=now))]
        if due:
            await welcomes.mark(connection, [account.id for account in due], now=now)
        if found:
            await _write(identity, connection, found, now=now)
    if found:
        identity.foundation.wake.call_here()  # the relay of this process
        log.info("members_welcomed", members=len(found))
    return len(due)


def _address(identity: Identity, account: Account, *, now: datetime) -> str | None:
    """Return where to write to; None when nobody may come in any more, or the address does not open (which is logged)."""
    years = identity.brands[account.brand].read_only_years
    return known_address(identity, account) if account.usable_on(civil_date(now), read_only_years=years) else None


async def _write(identity: Identity, connection: Connection, found: list[Welcome], *, now: datetime) -> None:
    versions = await accounts.draw_versions(connection, [one.account.id for one in found])
    tokens: list[MailedToken] = []
    events: list[tuple[UUID, Event, str | None]] = []
    for one, version in zip(found, versions, strict=True):
        token, event = _welcome(identity, one, version=version, now=now)
        tokens.append(token)
        events.append((identity.entropy.new_id(), event, None))
    await reset_tokens.insert_all(connection, tokens, now=now)
    await identity.outbox.append_all(connection, events, occurred_at=now)
    deeds = [Deed("account_welcomed", one.account.brand, one.account.id, actor="system") for one in found]
    await identity.record_all(connection, deeds, now=now)


def _welcome(identity: Identity, one: Welcome, *, version: int, now: datetime) -> tuple[MailedToken, AccountCreated]:
    account, creation_id, token = one.account, identity.entropy.new_id(), identity.entropy.new_token()
    expires_at = now + timedelta(days=identity.brands[account.brand].welcome_link_days)
    event = AccountCreated(
        version=version,
        account_id=account.id,
        member_id=account.member_id,
        brand=account.brand,
        creation_id=creation_id,
        created_at=now,
        origin="automatic",
        expires_at=expires_at,
        email=one.email,
        token=token,
    )
    digest = identity.digests.secret.of("reset", token)
    return MailedToken(digest, account.id, "welcome", expires_at, cause=creation_id), event
