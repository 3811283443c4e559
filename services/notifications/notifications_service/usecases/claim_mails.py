"""A seat claims a few due mails: of the lanes it serves, as many as the paces let go. Reads and writes deliveries.

A mail whose addressee's domain takes no more for now is put off at once, to an instant of its own: nothing waits under a lease.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from pydantic import ValidationError
from service_kit.key_rings import KeyRingUnusable

from notifications_service import metrics
from notifications_service.channels.lease import Lease
from notifications_service.channels.mail_dispatch import MailDispatch
from notifications_service.channels.mail_relays import MailRelay
from notifications_service.domain.lanes import Lane
from notifications_service.domain.mail_address import AddressUnusable, MailAddress
from notifications_service.domain.mail_seats import Seat
from notifications_service.domain.message_content import MessageContent
from notifications_service.resources import Notifications
from notifications_service.store import due_mails
from notifications_service.store.due_mails import DueMail

HANGS = "hangs"  # in the metric, in the place of a limit


@dataclass(frozen=True)
class Claim:
    """Mails that are ours until the lease ends, and how many were put off instead.

    `domains` are those of the addressees, where any is limited or hangs.
    """

    lease: Lease
    mails: list[DueMail] = field(default_factory=list)
    put_off: int = 0
    domains: Mapping[UUID, str] = field(default_factory=dict)

    def give_back(self, dispatch: MailDispatch, relay: MailRelay, mails: Sequence[DueMail], now: datetime) -> None:
        """Count some of its mails no longer: they were not tried."""
        dispatch.take(relay, {lane: -count for lane, count in _by_lane(mails).items()}, now)
        for mail in mails:
            if domain := self.domains.get(mail.id):
                dispatch.domains.give_back(domain, Lane(mail.lane), now)
                dispatch.hanging.give_back(domain, now)


async def claim_mails(notifications: Notifications, seat: Seat, relay: MailRelay) -> Claim:
    """Claim a few mails for a seat that sends them by `relay`; none while an outcome of this process is not noted yet."""
    dispatch = notifications.dispatch
    async with dispatch.claiming:
        now = notifications.now()
        lease = Lease.beginning(now, notifications.settings.lease_seconds)
        limits = {} if dispatch.is_behind else dispatch.limits(seat, relay, now)
        if not limits:
            return Claim(lease)
        most = dispatch.most(seat, relay)
        async with notifications.database.connection() as connection:
            found = await due_mails.claim(connection, limit=most, lanes=limits, now=now, leased_until=lease.until)
            domains = _domains_of(notifications, found)
            later = _too_early(dispatch, found, domains, now)
            if later:
                await due_mails.give_back(connection, [mail for mail in found if mail.id in later], until=later)
        mails = [mail for mail in found if mail.id not in later]
        dispatch.take(relay, _by_lane(mails), now)
        _remember(notifications, limits, found, most, now)
    return Claim(lease, mails, len(later), domains)


def _by_lane(mails: Sequence[DueMail]) -> Counter[Lane]:
    return Counter(Lane(mail.lane) for mail in mails)


def _domains_of(notifications: Notifications, mails: Sequence[DueMail]) -> dict[UUID, str]:
    """Return the addressees' domains, where it matters; one that cannot be read is not sent: whoever writes it says why."""
    dispatch = notifications.dispatch
    if not (dispatch.domains.are_limited or dispatch.hanging.are_any):
        return {}
    found = {mail.id: _domain_of(notifications, mail) for mail in mails}
    return {mail_id: domain for mail_id, domain in found.items() if domain is not None}


def _too_early(
    dispatch: MailDispatch, mails: Sequence[DueMail], domains: Mapping[UUID, str], now: datetime
) -> dict[UUID, datetime]:
    """Return when those of the mails should come back whose addressee's domain hangs, or takes no more for now."""
    later = {}
    for mail in mails:
        domain = domains.get(mail.id)
        if domain is None:
            continue
        if (back := dispatch.hanging.turn(domain, now)) is not None:
            later[mail.id] = back
            metrics.PUT_OFF.labels(HANGS).inc()
            continue
        has_waited = mail.due_at > mail.created_at
        turn = dispatch.domains.turn(domain, Lane(mail.lane), has_waited=has_waited, now=now)
        if turn is not None:
            dispatch.hanging.give_back(domain, now)
            later[mail.id] = turn
            metrics.PUT_OFF.labels(dispatch.domains.limit_of(domain)).inc()
    return later


def _domain_of(notifications: Notifications, mail: DueMail) -> str | None:
    try:
        opened = notifications.contents.open(mail.content_sealed, context=str(mail.id))
        email = MessageContent.model_validate_json(opened).email
        return None if email is None else MailAddress.parse(email.reveal()).domain.lower()
    except (AddressUnusable, KeyRingUnusable, ValidationError):
        return None


def _remember(
    notifications: Notifications, limits: Mapping[Lane, int], found: Sequence[DueMail], most: int, now: datetime
) -> None:
    """Tell the other seats what was seen: lanes that hold nothing more that is due, or that there is more."""
    counts, so_far, empty = _by_lane(found), 0, []
    for lane, limit in limits.items():
        so_far += counts[lane]
        if counts[lane] < limit and so_far < most:
            empty.append(lane)
    looks = notifications.dispatch.looks
    looks.found_empty(empty, now)
    if found and len(empty) < len(limits):
        looks.call_others()
