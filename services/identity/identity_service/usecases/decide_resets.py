"""Who asked for a new password, and how do they get it? One transaction for a batch of requests.

Takes reset_requests; reads accounts; has a link mailed (`mail_reset_links`, e-mail known) or a code posted (`require_letter`,
no e-mail). For everybody else, and over the brand's quotas, it does nothing, and nobody can tell.
"""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from service_kit.clock import civil_date
from service_kit.database import Connection

from identity_service.domain.accounts import preferred
from identity_service.resources import Identity
from identity_service.store import accounts, reset_requests
from identity_service.store.reset_requests import ResetRequest
from identity_service.usecases.known_address import known_address
from identity_service.usecases.mail_reset_links import WantedLink, mail_reset_links
from identity_service.usecases.require_letter import LetterWish, require_letter

BATCH = 100
KNOWN_WITHIN = timedelta(minutes=10)
SOONEST_LOOK = timedelta(seconds=2)

Decision = tuple[ResetRequest, UUID]  # a request and the account that it is for

log = structlog.get_logger()


async def decide_due_resets(identity: Identity) -> int:
    """Decide what is due and return how many requests that was."""
    now = identity.foundation.clock.now()
    async with identity.database.transaction() as connection:
        requests = await reset_requests.take(connection, now=now, limit=BATCH)
        decisions, unknown = await _decide(identity, connection, requests, now=now)
        await _look_again(connection, unknown, now=now)
        mails, letters = await _give_ways_in(identity, connection, decisions, now=now)
    if mails or letters:
        identity.foundation.wake.call_here()  # the relay of this process
    if requests:
        log.info("resets_decided", requests=len(requests), mails=mails, letters=letters)
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
                found.append((request, account.id))
    return found, unknown


async def _look_again(connection: Connection, requests: list[ResetRequest], *, now: datetime) -> None:
    """Put off what nobody is known for: a member who was enrolled a moment ago may arrive after the own request."""
    for request in requests:
        age = now - request.requested_at
        if age < KNOWN_WITHIN:
            await reset_requests.insert(connection, request, next_look_at=now + max(SOONEST_LOOK, age / 2))


async def _give_ways_in(
    identity: Identity, connection: Connection, decisions: list[Decision], *, now: datetime
) -> tuple[int, int]:
    """Return how many links were mailed and how many letters required."""
    if not decisions:
        return 0, 0
    # Locked, since quotas are counted; read again, since an address may have been replaced a moment ago.
    held = await accounts.hold(connection, list({account_id for _, account_id in decisions}))
    by_mail: list[WantedLink] = []
    letters = 0
    for request, account_id in decisions:
        account = held[account_id]
        if (email := known_address(identity, account)) is not None:
            by_mail.append(WantedLink(request, account, email))
            continue
        wish = LetterWish(request.id, "member", traceparent=request.traceparent)
        letters += await require_letter(identity, connection, account, wish, now=now) is None
    return await mail_reset_links(identity, connection, by_mail, now=now), letters
