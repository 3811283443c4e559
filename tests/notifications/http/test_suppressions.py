"""/v1/{brand}/staff/suppressions: advisers see where nothing arrives, and have mails sent there again; each act is a deed."""

from typing import Any
from uuid import UUID, uuid4

import aiohttp
import pytest
from espace_embedded.staff_tokens import staff_token

from tests.support.notifications_fixtures import RunningNotifications, reset_requested
from tests.support.smtp_server import RecordingSmtpServer

REASON = "La boîte de Mme Núñez a été rouverte"


class Adviser:
    """A member of a brand's staff."""

    def __init__(
        self, service: RunningNotifications, *, brand: str = "mgas", role: str = "adviser", place: str = ""
    ) -> None:
        self.service, self.place = service, f"/v1/{place or brand}/staff/suppressions"
        keys = service.settings.staff_jwks_file.parents[1] / "staff" / "signing-keys.json"
        token = staff_token(keys, brand=brand, role=role, now=service.clock.now())
        self.headers = {"Authorization": f"Bearer {token}"}

    async def list(self, **query: Any) -> tuple[int, Any]:
        """Look at the list."""
        async with (
            self.service.served() as client,
            client.get(self.place, params=query, headers=self.headers) as answer,
        ):
            return answer.status, await answer.json()

    async def lift(self, suppression_id: Any, reason: str | None = REASON) -> tuple[int, Any]:
        """Have mails sent again."""
        body = {} if reason is None else {"reason": reason}
        async with self.service.served() as client:
            path = f"{self.place}/{suppression_id}/lift"
            async with client.post(path, json=body, headers=self.headers) as answer:
                return answer.status, await _body(answer)


async def _body(answer: aiohttp.ClientResponse) -> Any:
    return await answer.json(content_type=None) if answer.status != 204 else None


async def suppress(
    service: RunningNotifications, relay: RecordingSmtpServer, email: str, *, brand: str = "mgas"
) -> tuple[UUID, UUID]:
    """Have an address suppressed; return its member and the suppression."""
    relay.refuse_recipients("550 5.1.1 unknown", times=1)
    event = reset_requested(email=email, brand=brand)
    await service.hear(event)
    await service.send_mails()
    relay.behave()
    (row,) = await service.rows("SELECT id FROM suppressed_addresses WHERE member_id = $1", event.member_id)
    return event.member_id, row["id"]


async def deeds(service: RunningNotifications) -> list[tuple[str, str, UUID | None, UUID | None, str | None]]:
    """Return kind, staff, object, member and reason of each deed."""
    rows = await service.rows("SELECT * FROM staff_deeds ORDER BY at")
    reasons = service.notifications.reasons
    said = [
        row["reason_sealed"] and reasons.open(row["reason_sealed"], context=str(row["id"])).decode() for row in rows
    ]
    return [
        (row["kind"], row["staff"], row["object_id"], row["member_id"], reason)
        for row, reason in zip(rows, said, strict=True)
    ]


async def test_an_adviser_sees_a_masked_address_and_why_and_that_they_looked_is_kept(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    member_id, suppression_id = await suppress(service, relay, "zoelig.nunez@example.org")
    await suppress(service, relay, "paul@example.org")
    adviser = Adviser(service)
    status, page = await adviser.list(member_id=str(member_id))
    _, whole = await adviser.list()

    assert status == 200
    assert page == {
        "items": [
            {
                "id": str(suppression_id),
                "member_id": str(member_id),
                "masked_address": "z•••@e•••.org",
                "reason": "no-such-address",
                "status": "550 5.1.1",
                "since": page["items"][0]["since"],
            }
        ],
        "next": None,
    }
    assert len(whole["items"]) == 2
    assert await deeds(service) == [
        ("suppressions_listed", "adviser@mgas", None, member_id, None),
        ("suppressions_listed", "adviser@mgas", None, None, None),
    ]


async def test_a_long_list_comes_in_pages_newest_first(service: RunningNotifications, relay: RecordingSmtpServer):
    ids = [(await suppress(service, relay, f"zoe{number}@example.org"))[1] for number in range(5)]
    adviser, cursor = Adviser(service), None
    found: list[str] = []
    while cursor or not found:
        _, page = await adviser.list(limit=2, **({"cursor": cursor} if cursor else {}))
        found, cursor = found + [item["id"] for item in page["items"]], page["next"]

    assert found == [str(one) for one in reversed(ids)]


async def test_once_it_is_lifted_mails_go_there_again_and_twice_is_once(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    email = "zoelig.nunez@example.org"
    member_id, suppression_id = await suppress(service, relay, email)
    adviser = Adviser(service)
    answers = [await adviser.lift(suppression_id) for _ in range(2)]
    _, page = await adviser.list()
    await service.hear(reset_requested(email=email))
    await service.send_mails()

    assert answers == [(204, None)] * 2
    assert page["items"] == []
    assert len(relay.mails) == 1
    assert (await deeds(service))[0] == ("suppression_lifted", "adviser@mgas", suppression_id, member_id, REASON)
    assert [deed[0] for deed in await deeds(service)].count("suppression_lifted") == 1


async def test_an_address_that_was_lifted_and_fails_again_is_suppressed_again(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    email = "zoelig.nunez@example.org"
    _, suppression_id = await suppress(service, relay, email)
    await Adviser(service).lift(suppression_id)
    await suppress(service, relay, email)
    kept = await service.rows("SELECT lifted_at IS NULL AS now FROM suppressed_addresses ORDER BY suppressed_at")

    assert [row["now"] for row in kept] == [False, True]


async def test_nobody_but_the_brands_advisers_sees_or_lifts_anything(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    member_id, suppression_id = await suppress(service, relay, "zoelig.nunez@example.org", brand="mgas")
    other_brand, other_place = Adviser(service, brand="safiag"), Adviser(service, brand="safiag", place="mgas")
    wrong_role, nobody, member = Adviser(service, role="print-operator"), Adviser(service), Adviser(service)
    nobody.headers = {}
    member.headers = {"Authorization": f"Bearer {service.access_token(member_id, brand='mgas')}"}

    assert (await other_brand.list())[1]["items"] == []
    assert (await other_brand.lift(suppression_id))[0] == 404
    assert [(await one.list())[0] for one in (other_place, wrong_role, nobody, member)] == [403, 403, 401, 401]
    assert [(await one.lift(suppression_id))[0] for one in (other_place, wrong_role, nobody, member)] == [
        403,
        403,
        401,
        401,
    ]
    assert await service.rows("SELECT FROM suppressed_addresses WHERE lifted_at IS NOT NULL") == []
    assert [deed[:2] for deed in await deeds(service)] == [("suppressions_listed", "adviser@safiag")]


async def test_a_cursor_of_another_list_is_refused(service: RunningNotifications, relay: RecordingSmtpServer):
    for number in range(2):
        await suppress(service, relay, f"zoe{number}@example.org")
    _, page = await Adviser(service).list(limit=1)
    of_one = await Adviser(service).list(limit=1, cursor=page["next"], member_id=str(uuid4()))
    of_other = await Adviser(service, brand="safiag").list(limit=1, cursor=page["next"])

    assert [of_one[0], of_other[0]] == [422, 422]


@pytest.mark.parametrize(
    ("suppression_id", "reason", "status"),
    [
        (uuid4(), REASON, 404),
        ("x", REASON, 404),
        (uuid4(), None, 422),
        (uuid4(), " a ", 422),
        (uuid4(), "x" * 501, 422),
    ],
)
async def test_what_is_not_there_and_what_has_no_reason_is_refused(
    service: RunningNotifications, suppression_id: Any, reason: str | None, status: int
):
    assert (await Adviser(service).lift(suppression_id, reason))[0] == status
    assert await deeds(service) == []


async def test_a_deed_cannot_be_changed_or_removed(service: RunningNotifications):
    await Adviser(service).list()
    for statement in ("UPDATE staff_deeds SET staff = 'x'", "DELETE FROM staff_deeds", "TRUNCATE staff_deeds"):
        with pytest.raises(Exception, match="kept as they are"):
            await service.rows(statement)
