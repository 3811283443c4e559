"""Contracts imports a member as a back office would; what its outbox then holds is what its listeners expect.

What is only agreed on has no use case yet: the declared model goes through the real outbox.
"""

from collections.abc import AsyncIterator
from functools import partial
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from contracts_service.domain.import_states import ImportKind
from contracts_service.usecases.process_imports import process_within
from contracts_service.usecases.receive_import import Sender, receive_import
from contracts_service.usecases.tell_ended_contracts import tell_ended_contracts
from service_kit.events import Envelope

from tests.pacts import beneficiary_expectations as people
from tests.pacts import contact_expectations as contacts
from tests.pacts import money_expectations as money
from tests.pacts import news_expectations as news
from tests.pacts import removal_expectations as removals
from tests.pacts import request_states as requests
from tests.pacts import termination_states as endings
from tests.pacts.member_expectations import ALL_KNOWN, LITTLE_KNOWN
from tests.pacts.test_documents_hears_contracts import ENDED
from tests.support.agreements import AGREED_ONLY, hearings, publications
from tests.support.contract_news import told
from tests.support.members import member_line
from tests.support.pacts import Event, verify
from tests.support.parts import OpenedPart
from tests.support.wire import whole_event_for

OWNED = {one.event_type: one.event for one in publications() if one.service == "contracts"}
LISTENERS = sorted({one.service for one in hearings() if one.event_type in OWNED})
NUMBERS = count(1)
CHILD = {
    "first_name": "Éloi",
    "last_name": "Lefèvre",
    "birth_date": "2015-03-09",
    "birth_rank": 1,
    "relation": "child",
    "nir": None,
}


def all_known() -> dict[str, Any]:
    """Return a line that leaves nothing out, of a member of mgas."""
    line = member_line(
        next(NUMBERS), email="anne.sophie@courriel.example", birth_name="D’Aubigné", beneficiaries=[CHILD]
    )
    where = {"recipient": "Chez M. Benali", "complement": "Boîte 4", "building": "Résidence Les Tilleuls"}
    return line | {
        "address": line["address"] | where,
        "contract": line["contract"] | {"renewal_date": "2027-02-28", "end_date": "2027-02-28"},
    }


def little_known() -> dict[str, Any]:
    """Return a line of a member of safiag, of whom hardly anything is known."""
    line = member_line(next(NUMBERS), title=None, first_name=None, birth_date="1948-00-00", statement_identifier=None)
    where = dict.fromkeys(line["address"]) | {"locality": "Le Bourg", "postal_code": "20220", "city": "L’Île-Rousse"}
    contract = line["contract"] | {"renewal_date": None, "guarantees": []}
    return line | {"address": where | {"country": "FR"}, "contract": contract}


def over() -> dict[str, Any]:
    """Return a line of a contract that has ended."""
    line = all_known()
    return line | {"contract": line["contract"] | {"end_date": "2026-10-31"}}


STATES = {
    ALL_KNOWN: ("mgas", all_known),
    LITTLE_KNOWN: ("safiag", little_known),
    ENDED: ("mgas", over),
    people.ALL_KNOWN: ("mgas", lambda: all_known() | {"email": None}),
    people.REFUSED: ("safiag", little_known),
    news.ENDED.expectation.state: ("mgas", over),
    **dict.fromkeys(money.STATES, ("mgas", all_known)),
    **dict.fromkeys(removals.STATES, ("mgas", all_known)),
    **dict.fromkeys(contacts.CONTACT_STATES, ("mgas", all_known)),
    **dict.fromkeys(endings.STATES, ("mgas", all_known)),
    **dict.fromkeys(requests.STATES, ("mgas", all_known)),
}
# state → what differs from the event as it mostly is
AGREED: dict[str, dict[str, Any]] = {told_of.expectation.state: {} for told_of in news.NEWS_EXPECTATIONS} | {
    **endings.FIRST_AGREED,
}


async def imported(contracts: OpenedPart, brand: str, line: dict[str, Any], *, kind: ImportKind = "members") -> None:
    """Import one line."""

    async def parts() -> AsyncIterator[bytes]:
        yield orjson.dumps(line)

    service, sender = (
        contracts.resources,
        Sender(brand=brand, subject="back-office", kind=kind, is_csv=False, key=None),
    )
    import_id = await receive_import(service, sender, parts(), now=service.foundation.clock.now())
    await process_within(service, import_id, seconds=10)


async def recorded_as_declared(contracts: OpenedPart, event: Any) -> None:
    """Record an event that no use case makes yet."""
    async with contracts.database.transaction() as connection:
        now = contracts.resources.foundation.clock.now()
        await contracts.resources.outbox.append(connection, event, event_id=uuid4(), occurred_at=now)


async def contracts_member(contracts: OpenedPart, line: dict[str, Any]) -> UUID:
    """Return the id of the member of mgas whom a line is about."""
    number = line["membership_number"]
    row = await contracts.row("SELECT id FROM members WHERE brand = 'mgas' AND membership_number = $1", number)
    found: UUID = row["id"]
    return found


async def last_of(contracts: OpenedPart, event_type: str) -> Envelope:
    """Return the last event of a type: what a decision tells of a member comes after it."""
    return [one for one in await contracts.recorded() if one.type == event_type][-1]


@pytest.mark.parametrize("consumer", LISTENERS)
async def test_contracts_keeps_its_pact_with(parts: dict[str, OpenedPart], consumer: str):
    contracts = parts["contracts"]

    async def publish(state: str, event_type: str) -> Event:
        await contracts.recorded()  # what other interactions left
        if event_type in AGREED_ONLY or state in endings.FIRST_AGREED:
            await recorded_as_declared(contracts, told(OWNED[event_type], **AGREED[state]))
        else:
            brand, make = STATES[state]
            line = make()
            line = line | {"contract": line["contract"] | endings.STATES.get(state, {})}
            if event_type == people.EVENT:
                await people.make_news(contracts, state, line, partial(imported, contracts, brand))
                return whole_event_for(consumer, contracts, (await contracts.recorded())[-1])
            if state in contacts.CONTACT_STATES:
                await contacts.make_contact_news(contracts, state, line, partial(imported, contracts, brand))
                return whole_event_for(consumer, contracts, (await contracts.recorded())[-1])
            if state in removals.STATES:
                await removals.make_removal_news(contracts, event_type, line, partial(imported, contracts, brand))
                return whole_event_for(consumer, contracts, (await contracts.recorded())[-1])
            if state in money.STATES:
                await money.make_money_news(contracts, event_type, line, partial(imported, contracts, brand))
                return whole_event_for(consumer, contracts, (await contracts.recorded())[-1])
            await imported(contracts, brand, line)
            if state in endings.STATES:
                await endings.make_termination_news(contracts, state, line, await contracts_member(contracts, line))
                return whole_event_for(consumer, contracts, await last_of(contracts, event_type))
            if state in requests.STATES:
                await requests.make_request_news(contracts, event_type, await contracts_member(contracts, line))
                return whole_event_for(consumer, contracts, await last_of(contracts, event_type))
            if event_type == "member.changed.v1":
                await imported(contracts, brand, line | {"last_name": "Lefèvre-Benali"})
            if event_type == "contract.ended.v1":
                await tell_ended_contracts(contracts.resources)
        return whole_event_for(consumer, contracts, (await contracts.recorded())[-1])

    await verify(consumer, "contracts", publish)
