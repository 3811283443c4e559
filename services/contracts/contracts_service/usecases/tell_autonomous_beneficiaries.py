"""Autonomous people are told apart from the member: each state once. Reads members, contracts and beneficiaries; writes
beneficiaries and the outbox.

Publishes beneficiary.autonomous (code de la mutualité, L114-2): on the day on which somebody is 16 (civil days in Paris), and
whenever what is told of an autonomous person changes: name, number, address, cover, refusal.
"""

from datetime import date, timedelta
from uuid import UUID

import orjson
import structlog
from service_kit.clock import civil_date
from service_kit.events import Event
from service_kit.tracing import current_traceparent

from contracts_service.domain.autonomous_cover import Autonomy
from contracts_service.domain.birth_date import BirthDate
from contracts_service.domain.covered_person import first_day, last_day
from contracts_service.domain.delivery_preference import EmailState, effective_delivery
from contracts_service.domain.own_address import own_address
from contracts_service.domain.own_number import is_own_number
from contracts_service.event_parts import Address
from contracts_service.events import BeneficiaryAutonomous
from contracts_service.resources import Contracts
from contracts_service.store import autonomous_news
from contracts_service.store.autonomous_news import Looked, LookedAt
from contracts_service.usecases.tell_left_out import tell_left_out

ROUND = 200  # in one transaction; a first import brings hundreds of thousands
LOOP = "autonomous_people"

log = structlog.get_logger()


async def tell_autonomous_beneficiaries(service: Contracts) -> int:
    """Look at up to ROUND people, tell what is news, and return how many were looked at."""
    now = service.foundation.clock.now()
    events: list[tuple[UUID, Event, str | None]] = []
    looked: list[Looked] = []
    async with service.database.transaction() as connection:
        due = await autonomous_news.take_due(connection, today=civil_date(now), limit=ROUND)
        for person in await autonomous_news.find_all(connection, due) if due else []:
            event, outcome = _look_safely(service, person, today=civil_date(now))
            looked.append(outcome)
            if event is not None:
                events.append((service.entropy.new_id(), event, current_traceparent()))
        if looked:
            await autonomous_news.note(connection, looked)
            await service.outbox.append_all(connection, events, occurred_at=now)
    if events:
        log.info("autonomous_people_told", looked_at=len(looked), told=len(events))
    return len(looked)


def _look_safely(service: Contracts, person: LookedAt, *, today: date) -> tuple[BeneficiaryAutonomous | None, Looked]:
    """Look; whoever cannot be told is looked at again the next day, and nobody else waits for it."""
    try:
        return _look(service, person, today=today)
    except Exception as error:
        tell_left_out(LOOP, error, beneficiary_id=str(person.id))
        return None, Looked(person.id, today + timedelta(days=1), person.told_version, person.told_digest)


def _look(service: Contracts, person: LookedAt, *, today: date) -> tuple[BeneficiaryAutonomous | None, Looked]:
    """Return the event of a person's state, unless that is what was told last, and what is to be noted."""
    autonomy = _autonomy(person)
    look_on = autonomy.look_again_after(today)
    nothing = Looked(person.id, look_on, person.told_version, person.told_digest)
    nir = _own_number(service, person)
    if person.told_version == 0 and (nir is None or not autonomy.is_first_news_on(today)):
        return None, nothing
    event = _event(person, autonomy, nir, today=today)
    said = _said(event)
    if person.told_digest is not None and service.seals.is_told_state(person.told_digest, person.id, said):
        return None, nothing
    return event, Looked(person.id, look_on, event.version, service.seals.told_state(person.id, said))


def _autonomy(person: LookedAt) -> Autonomy:
    return Autonomy(
        autonomous_from=person.autonomous_from,
        refused=person.refused,
        first_day=first_day(
            effective_date=person.effective_date, member_heard_at=person.member_heard_at, heard_at=person.heard_at
        ),
        last_day=last_day(end_date=person.end_date, removed_at=person.removed_at),
    )


def _own_number(service: Contracts, person: LookedAt) -> str | None:
    """Return the person's own number; None where the file gives none, or only one that is somebody else's."""
    if person.nir_sealed is None:
        return None
    number13 = service.seals.beneficiary_nir.open(person.nir_sealed, context=str(person.id)).decode()
    same = service.seals.nir_digests.all_of(person.brand, number13)
    own = is_own_number(
        number13,
        BirthDate(person.birth_date),
        is_members=person.member_nir_digest in same,
        others=[BirthDate(born) for born, digest in person.others if digest in same],
    )
    return number13 if own else None


def _event(person: LookedAt, autonomy: Autonomy, nir: str | None, *, today: date) -> BeneficiaryAutonomous:
    return BeneficiaryAutonomous(
        version=person.told_version + 1,
        beneficiary_id=person.id,
        member_id=person.member_id,
        brand=person.brand,
        effective_date=autonomy.effective_date,
        end_date=autonomy.last_day,
        autonomous=autonomy.stands_on(today),
        membership_number=person.membership_number,
        nir=nir,
        last_name=person.last_name,
        first_name=person.first_name,
        birth_date=person.birth_date,
        email=person.email,
        delivery_preference=effective_delivery(person.delivery_preference, EmailState(person.email is not None)),
        address=Address(**own_address(person.address, last_name=person.last_name, members=person.members_names)),
    )


def _said(event: BeneficiaryAutonomous) -> bytes:
    """Return what an event says: nothing that is null, so that an optional field of a later edition is no news."""
    said = event.model_dump(mode="json", exclude={"version"}, exclude_none=True)
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
