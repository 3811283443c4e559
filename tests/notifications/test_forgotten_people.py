"""Who has left does not come back by an older event that is replayed."""

from datetime import UTC, datetime
from uuid import uuid4

from contracts_service.events import MemberRemoved

from tests.support.notifications_fixtures import RunningNotifications, member_changed, member_enrolled


async def test_an_older_state_of_somebody_who_has_left_is_not_kept(service: RunningNotifications):
    member_id = uuid4()
    enrolled = member_enrolled(member_id=member_id)
    await service.hear(enrolled)
    before = await service.rows("SELECT member_id FROM recipients")
    left_at = datetime(2026, 11, 21, 9, tzinfo=UTC)
    version = enrolled.version + 2
    await service.hear(MemberRemoved(version=version, member_id=member_id, brand=enrolled.brand, removed_at=left_at))
    await service.hear(member_changed(member_id=member_id, version=version - 1))

    assert before == [{"member_id": member_id}]
    assert await service.rows("SELECT member_id FROM recipients") == []
