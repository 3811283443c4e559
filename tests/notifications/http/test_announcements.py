"""…/staff/members/{id}/announcements: who wants no announcements of documents gets none, and what else must be told."""

from typing import Any
from uuid import UUID, uuid4

from documents_service.events import DocumentIssued
from espace_embedded.staff_tokens import staff_token

from tests.support.contract_news import told
from tests.support.notice_steps import a_member, a_notice
from tests.support.notifications_fixtures import RunningNotifications

REASON = "L’adhérent l’a écrit en réponse à une annonce"


async def choose(
    service: RunningNotifications, member_id: Any, body: dict[str, Any], *, brand: str = "mgas", role: str = "adviser"
) -> int:
    keys = service.settings.staff_jwks_file.parents[1] / "staff" / "signing-keys.json"
    token = staff_token(keys, brand=brand, role=role, now=service.clock.now())
    path, headers = f"/v1/{brand}/staff/members/{member_id}/announcements", {"Authorization": f"Bearer {token}"}
    async with service.served() as client, client.put(path, json=body, headers=headers) as answer:
        return answer.status


async def decline(service: RunningNotifications, member_id: UUID, *, wanted: bool = False) -> int:
    return await choose(service, member_id, {"wanted": wanted, "reason": REASON})


async def announced(service: RunningNotifications) -> list[tuple[str, str | None]]:
    rows = await service.rows("SELECT state, failure FROM deliveries WHERE purpose = 'document_available' ORDER BY id")
    return [(row["state"], row["failure"]) for row in rows]


async def test_who_declines_gets_no_announcement_and_what_is_planned_is_stopped(service: RunningNotifications):
    member_id = await a_member(service)
    await service.hear(told(DocumentIssued, member_id=member_id))
    statuses = [await decline(service, member_id), await decline(service, member_id)]
    await service.hear(told(DocumentIssued, member_id=member_id))
    cause = await a_notice(service, member_id)
    kinds = await service.rows("SELECT kind, member_id FROM staff_deeds")

    assert statuses == [204, 204]
    assert await announced(service) == [("stopped", "declined")]
    assert (await service.delivery(cause))["state"] == "planned"
    assert kinds == [{"kind": "announcements_declined", "member_id": member_id}]  # told again it changes nothing


async def test_who_wants_them_again_gets_the_next(service: RunningNotifications):
    member_id = await a_member(service)
    await decline(service, member_id)
    status = await decline(service, member_id, wanted=True)
    await service.hear(told(DocumentIssued, member_id=member_id))

    assert status == 204
    assert await announced(service) == [("planned", None)]


async def test_only_an_adviser_of_the_members_brand_can_say_so_and_must_say_why(service: RunningNotifications):
    member_id, body = await a_member(service), {"wanted": False, "reason": REASON}
    statuses = [
        await choose(service, member_id, body, role="back-office"),
        await choose(service, member_id, body, brand="safiag"),
        await choose(service, uuid4(), body),
        await choose(service, member_id, body | {"reason": " "}),
        await choose(service, member_id, {"reason": REASON}),
    ]

    assert statuses == [403, 404, 404, 422, 422]
    assert await service.rows("SELECT member_id FROM declined_announcements") == []
