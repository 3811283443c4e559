"""An adviser looks at the addresses from which letters came back. Reads closed_addresses and recipients; writes staff_deeds."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.staff_deeds import StaffAct

from notifications_service.resources import Notifications
from notifications_service.store import closed_addresses
from notifications_service.store.closed_addresses import ClosedAddress
from notifications_service.usecases.record_deed import record_deed
from notifications_service.usecases.refuse_closed_addresses import present_digests


@dataclass(frozen=True)
class SeenAddress:
    """A closed address, and whether it is still the member's; None where the member's present one cannot be read."""

    address: ClosedAddress
    still_present: bool | None


@dataclass(frozen=True)
class ClosedPage:
    """Which part of the list: up to `limit`, from the one after `before` (closed_at, letter) on."""

    before: tuple[datetime, UUID] | None
    limit: int


async def list_closed_addresses(
    notifications: Notifications, page: ClosedPage, *, act: StaffAct, now: datetime
) -> list[SeenAddress]:
    """Return closed addresses of the adviser's brand, newest first, and remember who has seen them."""
    async with notifications.database.transaction() as connection:
        found = await closed_addresses.of_brand(connection, act.brand, before=page.before, limit=page.limit)
        await record_deed(notifications, connection, act.deed("closed_addresses_listed"), now=now)
    return [SeenAddress(one, _is_present(notifications, act.brand, one)) for one in found]


def _is_present(notifications: Notifications, brand: str, closed: ClosedAddress) -> bool | None:
    if closed.person_sealed is None:
        return None
    try:
        digests = present_digests(notifications, brand, closed.member_id, closed.person_sealed)
    except Exception:  # damaged, or a key is not on the ring: collect_letters tells so
        return None
    return closed.address_digest in digests
