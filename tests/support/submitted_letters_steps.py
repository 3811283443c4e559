"""Letters that are submitted to a print provider one by one: a service whose SAFIAG does so, and its steps."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from notifications_service.usecases.follow_letters import follow_letters
from notifications_service.usecases.submit_letters import submit_letters

from tests.support.maileva_stand_in import CLIENT, PASSWORD, SECRET, USER, MailevaStandIn
from tests.support.notifications_fixtures import (
    BRANDS,
    RunningNotifications,
    ShiftedClock,
    letter_required,
    member_enrolled,
    running_notifications,
)


def brands_directory(directory: Path) -> Path:
    """Return brands as they ship, of which SAFIAG's letters leave by the channel `maileva`."""
    brands = directory / "brands"
    brands.mkdir(exist_ok=True)
    for file in BRANDS.glob("*.toml"):
        text = file.read_text(encoding="utf-8")
        if file.stem == "safiag":
            text = text.replace('channel = "folder"', 'channel = "maileva"')
        (brands / file.name).write_text(text, encoding="utf-8")
    return brands


@asynccontextmanager
async def submitting_service(
    directory: Path,
    database_url: str,
    provider: MailevaStandIn,
    *,
    clock: ShiftedClock | None = None,
    **changes: Any,
) -> AsyncIterator[RunningNotifications]:
    """Open the service, with the stand-in as its print provider and no mail relay."""
    settings = settings_for(provider) | {"brands_directory": brands_directory(directory)} | changes
    async with running_notifications(directory, database_url, "smtp://127.0.0.1:9", clock=clock, **settings) as running:
        yield running


async def require_letters(service: RunningNotifications, count: int, **person: Any) -> list[UUID]:
    """Let identity require letters to so many members of SAFIAG, and return the deliveries' ids."""
    causes = []
    for number in range(count):
        member_id = uuid4()
        await service.hear(member_enrolled(member_id=member_id, **{"last_name": f"Núñez-{number}"} | person))
        letter = letter_required(member_id=member_id)
        await service.hear(letter)
        causes.append(letter.letter_id)
    rows = await service.rows("SELECT id FROM deliveries WHERE cause = ANY($1) AND channel = 'letter'", causes)
    return [row["id"] for row in rows]


async def batch(service: RunningNotifications) -> None:
    """Put the letters that wait into batches; the folder's own are handed over."""
    await service.hand_over()


async def submit_all(service: RunningNotifications, *, rounds: int = 50) -> None:
    """Do rounds of the worker's loop of submissions until nothing is due."""
    for _ in range(rounds):
        if not await submit_letters(service.notifications):
            return
    raise AssertionError("there is no end to it")


async def follow_all(service: RunningNotifications, *, rounds: int = 50) -> None:
    """Do rounds of the worker's loop of looks until nothing is due."""
    for _ in range(rounds):
        if not await follow_letters(service.notifications):
            return
    raise AssertionError("there is no end to it")


async def states(service: RunningNotifications) -> list[str]:
    """Return the states of all letters, each once."""
    rows = await service.rows("SELECT DISTINCT state FROM deliveries WHERE channel = 'letter' ORDER BY state")
    return [row["state"] for row in rows]


async def letter(service: RunningNotifications, letter_id: UUID) -> dict[str, Any]:
    """Return one letter's row."""
    (row,) = await service.rows("SELECT * FROM deliveries WHERE id = $1", letter_id)
    return row


async def attempts(service: RunningNotifications, letter_id: UUID) -> list[tuple[str, str | None]]:
    """Return what became of each attempt at a letter, and the reply."""
    query = "SELECT outcome, reply FROM delivery_attempts WHERE delivery_id = $1 ORDER BY position"
    return [(row["outcome"], row["reply"]) for row in await service.rows(query, letter_id)]


def settings_for(provider: MailevaStandIn) -> dict[str, Any]:
    """Return the settings of a service whose letters go to `provider`."""
    return {
        "maileva_api_url": provider.url,
        "maileva_token_url": f"{provider.url}/token",
        "maileva_client_id": CLIENT,
        "maileva_client_secret": SECRET,
        "maileva_username": USER,
        "maileva_password": PASSWORD,
        "maileva_requests_per_minute": 100_000,
    }
