"""Steps about letters that left: handed over, fetched, posted, come back."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from identity_service.events import LetterRequired

from tests.support.notifications_fixtures import RunningNotifications, letter_required, member_enrolled

BATCHES = "/v1/print-batches"


@dataclass(frozen=True)
class Told:
    """An answer: its status, its JSON, or its bytes."""

    status: int
    body: Any
    raw: bytes
    headers: dict[str, str]

    @property
    def refusal(self) -> tuple[int, str, list[tuple[str, str]]]:
        """Return status, code, and what is wrong with which field."""
        return self.status, self.body["code"], [(one["field"], one["code"]) for one in self.body["fields"]]


async def handed_over(service: RunningNotifications, count: int = 1, *, brand: str = "safiag") -> list[LetterRequired]:
    """Let as many members of a brand be known and need a letter each, and hand these over in one batch."""
    letters = [letter_required(brand=brand) for _ in range(count)]
    for letter in letters:
        await service.hear(member_enrolled(member_id=letter.member_id, brand=brand))
        await service.hear(letter)
    await service.hand_over()
    return letters


async def batch_of(service: RunningNotifications, letter: LetterRequired) -> UUID:
    """Return the batch that a letter is in."""
    found: UUID = (await service.delivery(letter.letter_id))["print_batch_id"]
    return found


async def id_of(service: RunningNotifications, letter: LetterRequired) -> UUID:
    """Return the id that is printed on a letter."""
    found: UUID = (await service.delivery(letter.letter_id))["id"]
    return found


async def ask(
    service: RunningNotifications,
    method: str,
    path: str,
    *,
    brand: str = "safiag",
    role: str = "print-operator",
    **request: Any,
) -> Told:
    """Call as a member of the staff of `brand`."""
    headers = {"Authorization": f"Bearer {service.staff_token(role, brand=brand)}"}
    async with service.served() as client, client.request(method, path, headers=headers, **request) as response:
        raw = await response.read()
        body = await response.json() if "json" in response.content_type and raw else None
        return Told(response.status, body, raw, dict(response.headers))


async def deeds(service: RunningNotifications) -> list[tuple[Any, ...]]:
    """Return who did what to what, in order."""
    rows = await service.rows("SELECT staff, brand, kind, object_id FROM staff_deeds ORDER BY at")
    return [tuple(row.values()) for row in rows]
