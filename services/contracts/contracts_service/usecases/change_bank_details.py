"""A person gives another bank account: pending until the brand's day, told where somebody else cannot have led the notice.

Reads bank_details and how the person is reached; writes bank_details; publishes bank-details.changed. The account that is in
force, or pending, is recognised by its keyed digest: given again, it is no change.
"""

from datetime import date, datetime, timedelta

from service_kit.access_tokens import MemberPrincipal
from service_kit.clock import civil_date
from service_kit.database import Connection
from service_kit.http.problems import TooManyRequests

from contracts_service.domain.contact_policy import BankDetailsPolicy
from contracts_service.domain.delivery_preference import effective_delivery
from contracts_service.domain.given_account import GivenAccount
from contracts_service.domain.viewer import Viewer
from contracts_service.event_parts import Address
from contracts_service.events import BankDetailsChanged
from contracts_service.resources import Contracts
from contracts_service.store import bank_details
from contracts_service.store.bank_details import KnownDetails, NewDetails
from contracts_service.usecases.present_contact import former_way, present_contact
from contracts_service.usecases.read_bank_details import ShownDetails, show
from contracts_service.usecases.recognise_viewer import recognise_viewer

DAY = timedelta(hours=24)


async def change_bank_details(
    service: Contracts, caller: MemberPrincipal, given: GivenAccount, *, now: datetime
) -> ShownDetails:
    """Let `given` be the caller's account from its day on, and return how it stands; raise NotFound or TooManyRequests."""
    async with service.database.transaction() as connection:
        viewer = await recognise_viewer(connection, caller, now=now)
        await bank_details.lock_person(connection, viewer.person_id)
        known = {one.state: one for one in await bank_details.take(connection, viewer.person_id)}
        same = next((one for one in known.values() if _is_same(service, one, given)), None)
        pending = known.get("pending")
        if same is None:
            await _check_quota(service, connection, viewer, now=now)
        else:
            await _rename(service, connection, same, given)
        if pending is not None and pending is not same:
            await bank_details.cancel_pending(connection, viewer.person_id, by="another-change", now=now)
        if same is None:
            await _begin(service, connection, viewer, given, now=now)
        shown = show(service, await bank_details.find(connection, viewer.person_id))
    service.foundation.wake.call()
    return shown


def _is_same(service: Contracts, known: KnownDetails, given: GivenAccount) -> bool:
    return known.iban_digest in service.seals.iban_digests.all_of(str(known.person_id), given.iban.number)


async def _check_quota(service: Contracts, connection: Connection, viewer: Viewer, *, now: datetime) -> None:
    most = service.brands[viewer.brand].bank_details.changes_per_day
    requested = await bank_details.requested_since(connection, viewer.person_id, since=now - DAY)
    if len(requested) >= most:
        free_at = requested[-most] + DAY
        raise TooManyRequests(limit=most, retry_after=max(1, round((free_at - now).total_seconds())))


async def _rename(service: Contracts, connection: Connection, same: KnownDetails, given: GivenAccount) -> None:
    """Keep the names as they were typed now: where the money goes has not changed."""
    seals, context = service.seals, str(same.id)
    holder = seals.bank_holder.seal(given.holder.encode(), context=context)
    bic = None if given.bic is None else seals.bank_bic.seal(given.bic.encode(), context=context)
    await bank_details.save_names(connection, same, holder=holder, bic=bic)


async def _begin(
    service: Contracts, connection: Connection, viewer: Viewer, given: GivenAccount, *, now: datetime
) -> None:
    present = await present_contact(service, connection, viewer)
    way = await former_way(service, connection, present, now=now)
    on_paper = effective_delivery(present.facts.delivery_preference, present.facts.email_state) == "paper"
    policy = service.brands[viewer.brand].bank_details
    in_force_on = _first_day(policy, civil_date(now), by_post=way.by_post or on_paper)
    details = _sealed(service, viewer, given, now=now, in_force_on=in_force_on)
    await bank_details.save_pending(connection, details)
    event = BankDetailsChanged(
        version=1,
        member_id=viewer.person_id,
        brand=viewer.brand,
        change_id=details.id,
        changed_at=now,
        in_force_on=in_force_on,
        iban_ending=given.iban.ending,
        former_email=None if way.by_post else present.facts.email,
        former_address=None if way.former_address is None else Address(**way.former_address),
    )
    await service.outbox.append(connection, event, event_id=service.entropy.new_id(), occurred_at=now)


def _first_day(policy: BankDetailsPolicy, today: date, *, by_post: bool) -> date:
    """Return the civil day from which on an account counts: whoever is told by post needs the days that a letter takes."""
    return today + timedelta(days=max(policy.delay_days, policy.delay_days_by_post if by_post else 0))


def _sealed(service: Contracts, viewer: Viewer, given: GivenAccount, *, now: datetime, in_force_on: date) -> NewDetails:
    seals, change_id = service.seals, service.entropy.new_id()
    context = str(change_id)
    return NewDetails(
        id=change_id,
        brand=viewer.brand,
        member_id=viewer.member_id,
        person_id=viewer.person_id,
        iban_sealed=seals.bank_iban.seal(given.iban.number.encode(), context=context),
        holder_sealed=seals.bank_holder.seal(given.holder.encode(), context=context),
        bic_sealed=None if given.bic is None else seals.bank_bic.seal(given.bic.encode(), context=context),
        iban_digest=seals.iban_digests.of(str(viewer.person_id), given.iban.number),
        requested_at=now,
        in_force_on=in_force_on,
    )
