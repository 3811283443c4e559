"""A flood of yearly mails in the low lane, by SQL: as it lies there once its events were heard."""

from datetime import timedelta
from uuid import UUID, uuid4

from notifications_service.domain.lanes import Lane
from notifications_service.domain.message_content import MessageContent
from service_kit.personal import Personal

from tests.support.notifications_fixtures import RunningNotifications

PURPOSE, BRAND, CHUNK = "document_available", "mgas", 5_000
COLUMNS = [
    "id", "brand", "purpose", "channel", "member_id", "cause", "state", "next_attempt_at", "created_at", "expires_at",
    "give_up_at", "message_id", "masked_address", "content_sealed", "lane",
]  # fmt: skip


async def plan_flood(service: RunningNotifications, count: int) -> None:
    """Plan so many mails, all due, each to another person."""
    for first in range(0, count, CHUNK):
        rows = [_row(service, uuid4(), number) for number in range(first, min(first + CHUNK, count))]
        async with service.notifications.database.connection() as connection:
            await connection.copy_records_to_table("deliveries", records=rows, columns=COLUMNS)
    await service.rows("ANALYZE deliveries")


async def clear(service: RunningNotifications) -> None:
    """Take away every delivery and what became of it."""
    await service.rows("TRUNCATE deliveries, delivery_attempts CASCADE")


def _row(service: RunningNotifications, delivery_id: UUID, number: int) -> tuple[object, ...]:
    now = service.clock.now()
    content = MessageContent(email=Personal(f"flood.{number}@bench.example"), document="third_party_payment_card")
    sealed = service.notifications.contents.seal(
        content.model_dump_json(exclude_none=True).encode(), context=str(delivery_id)
    )
    later = now + timedelta(days=7)
    return (
        delivery_id, BRAND, PURPOSE, "email", uuid4(), uuid4(), "planned", now, now, later, later,
        f"<{delivery_id}@bench.example>", "f•••@b•••.example", sealed, int(Lane.BULK),
    )  # fmt: skip
