"""A termination is undone: its notice is not valid any more, can still be read, and nothing that comes late revives it."""

import hashlib
import json
from typing import Any
from uuid import UUID

from service_kit.broker import Verdict

from tests.documents.test_termination_notices import REGISTERED, get, notices, register
from tests.support.documents_fixtures import RunningDocuments, termination

CANCELLED = "termination.cancelled.v1"


async def cancel(service: RunningDocuments, number: int = 1, **changes: Any) -> None:
    """Undo the termination of `termination(number)`."""
    about = {name: termination(number)[name] for name in ("member_id", "brand", "termination_id")}
    told = {"version": 2, "cancelled_at": "2026-11-24T08:02:41Z", "cause": "contested", "end_date": None}
    assert await service.hear(CANCELLED, about | told | changes) is Verdict.DONE
    await service.issue()


async def test_the_notice_of_an_undone_termination_is_cancelled_and_stays_readable(service):
    data = await register(service)
    await cancel(service)
    (notice,) = await notices(service)
    status, pdf = await get(service, f"/{notice['id']}", data["member_id"])
    (item,) = json.loads((await get(service, "", data["member_id"]))[1])["items"]

    assert item["state"] == "cancelled"
    assert (status, hashlib.sha256(pdf).digest()) == (200, notice["sha256"])


async def test_a_registration_that_comes_after_its_cancellation_gives_no_notice(service):
    await cancel(service)
    await register(service)

    assert await notices(service) == []
    assert await service.told() == []


async def test_a_registration_that_comes_again_after_its_cancellation_revives_nothing(service):
    data = await register(service)
    await cancel(service)
    await service.hear(REGISTERED, data)
    await cancel(service)  # told again, too
    await service.issue()

    assert [one["state"] for one in await notices(service)] == ["cancelled"]
    assert len(await service.told()) == 1


async def test_what_waits_to_be_drawn_is_not_drawn_any_more(service):
    await service.hear(REGISTERED, termination())
    await cancel(service)
    rows = await service.rows("SELECT status, content FROM issues ORDER BY member_version")

    assert [tuple(row.values()) for row in rows] == [("superseded", None), ("cancelled", None)]
    assert await notices(service) == []


async def test_another_termination_of_the_same_member_keeps_its_notice(service):
    await register(service)
    other = UUID(int=7)
    await register(service, termination_id=str(other))
    await cancel(service)
    rows = await service.rows("SELECT state, subject_id FROM documents")

    assert {row["subject_id"] == other: row["state"] for row in rows} == {True: "valid", False: "cancelled"}


async def test_a_cancelled_notice_whose_mail_came_back_is_not_brought_again(service):
    data = await register(service)
    (notice,) = await notices(service)
    failed = {
        "version": 1,
        "delivery_id": str(UUID(int=9)),
        "member_id": data["member_id"],
        "brand": data["brand"],
        "purpose": "termination_acknowledged",
        "channel": "email",
        "cause": str(notice["id"]),
        "failure": "bounced",
        "hard": False,
        "failed_at": "2026-11-25T08:00:00Z",
    }
    await cancel(service)
    assert await service.hear("delivery.failed.v1", failed) is Verdict.DONE

    assert len(await service.told()) == 1
