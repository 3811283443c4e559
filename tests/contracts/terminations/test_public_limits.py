"""The path without an account under load and malice: how often, how long, and what the background makes of it."""

import asyncio
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from typing import Any
from uuid import UUID, uuid4

import pytest
from contracts_service.domain.termination.public_limits import networks_of
from contracts_service.usecases.decide_received_terminations import decide_received_terminations
from contracts_service.usecases.drop_lapsed_drafts import drop_lapsed_drafts

from tests.support.contracts_fixtures import OpenContracts
from tests.support.termination_steps import (
    NAME,
    PUBLIC,
    SECRET,
    Somebody,
    at,
    begun,
    call,
    confirmed,
    decided,
    evidence_of,
    sent,
)


async def test_calls_are_counted_by_network(space: OpenContracts, member: Somebody) -> None:
    most = space.service.brands["mgas"].termination.public_calls_per_hour
    keys = [space.service.seals.calling_networks.of("mgas", one) for one in networks_of(ip_address("127.0.0.1"))]
    hour = datetime(2026, 11, 21, 9, tzinfo=UTC)
    await space.execute("INSERT INTO public_calls VALUES ($1, $2, $3)", keys[0], hour, most - 1)
    await begun(space, member.number)
    async with space.client.post(
        space.url + PUBLIC, json={**NAME, "membership_number": member.number, "motive": "annual"}
    ) as refused:
        problem = await refused.json()
    at(space, datetime(2026, 11, 21, 10, tzinfo=UTC))

    assert (refused.status, problem["code"]) == (429, "too-many-requests")
    assert refused.headers["Retry-After"] == "3601"
    assert (await begun(space, member.number))["state"] == "draft"


@pytest.mark.parametrize(
    ("address", "narrow", "wide"),
    [
        ("192.0.2.7", "192.0.2.7/32", "192.0.2.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64", "2001:db8:1::/48"),
    ],
)
def test_a_subscriber_counts_alone_and_with_the_network_around(address: str, narrow: str, wide: str) -> None:
    assert networks_of(ip_address(address)) == (str(ip_network(narrow)), str(ip_network(wide)))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"last_name": "x" * 101}, "too-long"),
        ({"membership_number": "1" * 41}, "too-long"),
        ({"motive": "other", "motive_text": "x" * 1001}, "too-long"),
        ({"contact": {"postal": ["x"] * 7}}, "too-many"),
        ({"contact": {"postal": ["x" * 61]}}, "too-long"),
        ({"first_name": "Zo\u202eë"}, "forbidden-characters"),
        ({"motive": "unpaid"}, "not-offered"),
        ({"member_id": "7b1f0a66-2f5c-4f0e-9a0d-3c1e8d6b5a42"}, "unknown-field"),
    ],
)
async def test_what_nobody_would_write_is_refused(
    space: OpenContracts, member: Somebody, change: dict[str, Any], code: str
) -> None:
    body = {**NAME, "membership_number": member.number, "motive": "annual", **change}
    status, problem = await call(space, "POST", PUBLIC, body)

    assert (status, problem["fields"][0]["code"]) == (422, code)


async def test_a_body_of_a_megabyte_is_refused(space: OpenContracts, member: Somebody) -> None:
    status, problem = await call(space, "POST", PUBLIC, {"motive_text": "x" * 1_000_000})

    assert (status, problem["code"]) == (413, "body-too-large")


async def test_two_workers_decide_a_request_once(space: OpenContracts, member: Somebody) -> None:
    request_id = await sent(space, member.number)
    await asyncio.gather(*(decide_received_terminations(space.service) for _ in range(3)))
    await decided(space)
    of_it = [one for one in await space.envelopes() if one.data.get("termination_id") == request_id]
    told = [one for one in of_it if one.type == "termination.registered.v1"]

    assert len(told) == 1


async def test_a_request_that_cannot_be_read_is_left_to_a_person_and_stops_no_other(
    space: OpenContracts, member: Somebody
) -> None:
    unreadable = uuid4()
    await space.execute(
        """
        INSERT INTO terminations (
            id, brand, use, channel, received_at, recorded_at, recap_digest, evidence_sealed, state
        ) VALUES ($1, 'mgas', 'termination', 'public_online', $2, $2, '\\x00', '\\x00', 'received')
        """,
        unreadable,
        datetime(2026, 11, 1, tzinfo=UTC),
    )
    request_id = await sent(space, member.number)
    await decided(space)

    assert (await evidence_of(space, str(unreadable)))["state"] == "to_identify"
    assert (await evidence_of(space, request_id))["state"] == "registered"


async def test_drafts_that_nobody_confirms_leave_after_a_day(space: OpenContracts, member: Somebody) -> None:
    draft = await begun(space, member.number)
    at(space, datetime(2026, 11, 22, 8, 59, tzinfo=UTC))
    await drop_lapsed_drafts(space.service)
    kept = await call(space, "GET", f"{PUBLIC}/{draft['id']}", None, {SECRET: draft["secret"]})
    at(space, datetime(2026, 11, 22, 9, 0, tzinfo=UTC))
    gone = await confirmed(space, draft)
    await drop_lapsed_drafts(space.service)
    rows = await space.fetch("SELECT id FROM termination_drafts WHERE id = $1", UUID(draft["id"]))

    assert (kept[0], gone[0], rows) == (200, 404, [])
