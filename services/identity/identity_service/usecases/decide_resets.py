"""Who asked for a new password, and how do they get it? One transaction for a batch of requests.

Takes reset_requests; reads accounts; writes reset_tokens or posted_codes and the outbox; publishes reset.requested (e-mail
known) or letter.required (no e-mail). For everybody else it does nothing, and nobody can tell.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from service_kit.clock import civil_date
from service_kit.database import Connection
from service_kit.events import Event
from service_kit.key_rings import KeyRingUnusable

from identity_service.domain import posted_codes as code_rules
from identity_service.domain.accounts import Account, preferred
from identity_service.events import LetterRequired, ResetRequested
from identity_service.resources import Identity
from identity_service.store import accounts, posted_codes, reset_requests, reset_tokens
from identity_service.store.posted_codes import PostedCode
from identity_service.store.reset_requests import ResetRequest
from identity_service.store.reset_tokens import MailedToken

BATCH = 100
KNOWN_WITHIN = timedelta(minutes=10)
SOONEST_LOOK = timedelta(seconds=2)
ONE_LETTER_WITHIN = timedelta(minutes=10)

RecordedEvent = tuple[UUID, Event, str | None]  # id, event, traceparent

log = structlog.get_logger()


@dataclass(frozen=True)
class Decision:
    """An account that gets a new way in, and the address to mail it to (none: it goes by post)."""

    request: ResetRequest
    account: Account
    email: str | None


async def decide_due_resets(identity: Identity) -> int:
    """Decide what is due and return how many requests that was."""
    now = identity.foundation.clock.now()
    async with identity.database.transaction() as connection:
        requests = await reset_requests.take(connection, now=now, limit=BATCH)
        decisions, unknown = await _decide(identity, connection, requests, now=now)
        await _look_again(connection, unknown, now=now)
        if decisions:
            await _write(identity, connection, decisions, now=now)
    if decisions:
        identity.foundation.wake.call_here()  # the relay of this process
    if requests:
        channels = Counter("letter" if one.email is None else "mail" for one in decisions)
        log.info("resets_decided", requests=len(requests), **channels)
    return len(requests)


async def _decide(
    identity: Identity, connection: Connection, requests: list[ResetRequest], *, now: datetime
) -> tuple[list[Decision], list[ResetRequest]]:
    """Return what is decided, and the requests for somebody whom nobody knows."""
    found: list[Decision] = []
    unknown: list[ResetRequest] = []
    for brand in {request.brand for request in requests} & identity.brands.keys():
        policy, asked = identity.brands[brand], [request for request in requests if request.brand == brand]
        by_digest = await accounts.find_by_login(
            connection,
            brand=brand,
            kind=policy.login_identifier,
            digests=[digest for request in asked for digest in request.identifier_digests],
        )
        for request in asked:
            candidates = [account for digest in request.identifier_digests for account in by_digest.get(digest, [])]
            if not candidates:
                unknown.append(request)
            account = preferred(candidates, civil_date(now), read_only_years=policy.read_only_years)
            if account is not None:
                found.append(Decision(request, account, _address(identity, account)))
    return found, unknown


async def _look_again(connection: Connection, requests: list[ResetRequest], *, now: datetime) -> None:
    """Put off what nobody is known for: a member who was enrolled a moment ago may arrive after the own request."""
    for request in requests:
        age = now - request.requested_at
        if age < KNOWN_WITHIN:
            await reset_requests.insert(connection, request, next_look_at=now + max(SOONEST_LOOK, age / 2))


def _address(identity: Identity, account: Account) -> str | None:
    if account.email_sealed is None:
        return None
    try:
        return identity.addresses.open(account.email_sealed, context=str(account.member_id)).decode()
    except KeyRingUnusable:
        log.error("email_does_not_open", account_id=str(account.id))  # a letter still reaches the member
        return None


async def _write(identity: Identity, connection: Connection, decisions: list[Decision], *, now: datetime) -> None:
    by_mail = [one for one in decisions if one.email is not None]
    by_post = await _letters_due(connection, [one for one in decisions if one.email is None], now=now)
    versions = await accounts.draw_versions(connection, [one.account.id for one in [*by_mail, *by_post]])
    events = [
        *await _write_tokens(identity, connection, by_mail, versions=versions[: len(by_mail)], now=now),
        *await _write_codes(identity, connection, by_post, versions=versions[len(by_mail) :], now=now),
    ]
    await identity.outbox.append_all(connection, events, occurred_at=now)


async def _letters_due(connection: Connection, decisions: list[Decision], *, now: datetime) -> list[Decision]:
    """Return one decision for each account, without those whose letter was asked for some minutes ago.

    A second letter would void the first one's code while it is in the post. Each mail is answered, each letter is not.
    """
    by_account = {one.account.id: one for one in decisions}
    under_way = await posted_codes.accounts_with_a_letter_since(
        connection, list(by_account), since=now - ONE_LETTER_WITHIN, now=now
    )
    return [one for account_id, one in by_account.items() if account_id not in under_way]


async def _write_tokens(
    identity: Identity, connection: Connection, decisions: list[Decision], *, versions: list[int], now: datetime
) -> list[RecordedEvent]:
    tokens: list[MailedToken] = []
    events: list[RecordedEvent] = []
    for one, version in zip(decisions, versions, strict=True):
        token, account = identity.entropy.new_token(), one.account
        expires_at = now + timedelta(minutes=identity.brands[account.brand].reset_link_minutes)
        event = ResetRequested(
            version=version,
            reset_id=one.request.id,
            account_id=account.id,
            member_id=account.member_id,
            brand=account.brand,
            expires_at=expires_at,
            email=one.email or "",
            token=token,
        )
        digest = identity.digests.secret.of("reset", token)
        tokens.append(MailedToken(digest, account.id, "reset", expires_at, cause=one.request.id))
        events.append((identity.entropy.new_id(), event, one.request.traceparent))
    await reset_tokens.insert_all(connection, tokens, now=now)
    return events


async def _write_codes(
    identity: Identity, connection: Connection, decisions: list[Decision], *, versions: list[int], now: datetime
) -> list[RecordedEvent]:
    codes: list[PostedCode] = []
    events: list[RecordedEvent] = []
    for one, version in zip(decisions, versions, strict=True):
        code, account = code_rules.new_code(identity.entropy.choose), one.account
        expires_at = code_rules.expiry(now, days=identity.brands[account.brand].letter_code_days)
        event = LetterRequired(
            version=version,
            letter_id=one.request.id,
            account_id=account.id,
            member_id=account.member_id,
            brand=account.brand,
            purpose="posted_code",
            expires_at=expires_at,
            code=code_rules.printed(code),
        )
        digest = identity.digests.secret.of("posted-code", str(account.id), code)
        codes.append(PostedCode(one.request.id, account.id, digest, expires_at))
        events.append((identity.entropy.new_id(), event, one.request.traceparent))
    if codes:
        await posted_codes.replace_all(connection, codes, now=now)
    return events
