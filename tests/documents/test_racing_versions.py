"""Versions of a member that come in a rush, while workers issue: one valid card of the newest in the end."""

import asyncio

import pytest

from tests.support.documents_fixtures import RunningDocuments, member_state, running_documents


async def test_versions_that_arrive_at_the_same_moment_end_in_one_valid_card_of_the_newest(service):
    data = member_state()
    versions = [data | {"version": version, "last_name": f"Nom{'abcdefghij'[version]}"} for version in range(1, 7)]
    await asyncio.gather(*(service.hear("member.changed.v1", one) for one in versions))
    await service.issue()
    rows = await service.rows("SELECT member_version, state FROM documents")

    assert rows == [{"member_version": 6, "state": "valid"}]


@pytest.mark.slow
async def test_a_hundred_changes_while_two_workers_issue_end_in_one_valid_card_of_the_newest(
    service, tmp_path, documents_url
):
    async with running_documents(tmp_path, documents_url) as other:
        ended = asyncio.Event()

        async def work(one: RunningDocuments) -> None:
            while not ended.is_set():
                if not await one.issue():
                    await asyncio.sleep(0.002)

        working = [asyncio.create_task(work(one)) for one in (service, other)]
        for version in range(1, 101):
            await service.hear("member.changed.v1", member_state(version=version, last_name=f"Nom {version // 26}"))
            await asyncio.sleep(0.01)
        ended.set()
        await asyncio.gather(*working)
    await service.issue()
    valid = await service.rows("SELECT member_version FROM documents WHERE state = 'valid'")
    keys = await service.rows("SELECT storage_key FROM documents")

    assert valid == [{"member_version": 78}]
    assert sorted(path.name for path in service.stored_files()) == sorted(row["storage_key"] for row in keys)
