"""What contracts tells of former members, and how it comes to it: a space that will be closed, a person whose data have left."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from contracts_service.domain.retention import years_after
from contracts_service.usecases.announce_removals import announce_removals
from contracts_service.usecases.purge_members import purge_members
from pact import match
from service_kit.clock import civil_date

from tests.pacts.contact_expectations import news_told
from tests.support.agreements import examples_of
from tests.support.pacts import Expectation, a_day, an_id
from tests.support.parts import OpenedPart

_SOMEBODY = examples_of("member.enrolled.v1")["ordinary.json"]
_GONE = "e5c0b3f8-19d7-4a62-8e4c-6d2f9a0b7c13"
# Whoever hears of the removal has heard this before.
LEAVER = _SOMEBODY | {
    "id": "c1f7a2d9-83e4-4b06-95c8-0e6d3b7f5a24",
    "subject": f"member/{_GONE}",
    "data": _SOMEBODY["data"] | {"member_id": _GONE},
}
LEFT = "the data of a former member have left"
ANNOUNCED = news_told(
    "a space that will be closed",
    "the space of a former member will be closed",
    "removal.announced.v1",
    ("removal_announced", "letter", None),
    removal_id=an_id("9d5c2f31-0b7a-4e86-a4c9-52e7d1f08b3c"),
    access_until=a_day("2031-11-30"),
)
REMOVED = Expectation(
    "somebody whose data have left",
    LEFT,
    "member.removed.v1",
    {"version": match.int(2), "member_id": an_id(_GONE), "brand": match.str(LEAVER["data"]["brand"])},
)
STATES = {ANNOUNCED.expectation.state, LEFT}


async def make_removal_news(
    contracts: OpenedPart, event_type: str, line: dict[str, Any], imported: Callable[..., Awaitable[None]]
) -> None:
    """Import a member whose contract ended years ago, as if the member had been here ever since, and let the loops work."""
    service = contracts.resources
    today = civil_date(service.foundation.clock.now())
    ended = (
        years_after(today, -5) + timedelta(days=30) if event_type == "removal.announced.v1" else years_after(today, -6)
    )
    await imported(
        line | {"contract": line["contract"] | {"effective_date": "2015-01-01", "end_date": ended.isoformat()}}
    )
    async with contracts.database.transaction() as connection:
        await connection.execute(
            "UPDATE members SET created_at = $2 WHERE membership_number = $1",
            line["membership_number"],
            service.foundation.clock.now() - timedelta(days=3000),
        )
    await announce_removals(service)
    await purge_members(service)
