"""Who has left does not come back by an older event that is replayed."""

from tests.support.documents_fixtures import RunningDocuments


async def test_an_older_state_of_somebody_who_has_left_issues_no_card(service: RunningDocuments):
    member = await service.enrol()
    before = await service.rows("SELECT count(*) AS documents FROM documents")
    removed = {name: member[name] for name in ("member_id", "brand")} | {"version": member["version"] + 2}
    await service.hear("member.removed.v1", removed | {"removed_at": "2026-11-21T09:00:00Z"})
    await service.hear("member.changed.v1", member | {"version": member["version"] + 1, "last_name": "Autrement"})
    await service.issue()

    assert before == [{"documents": 1}]
    assert await service.rows("SELECT id FROM documents") == []
    assert await service.rows("SELECT id FROM issues") == []
