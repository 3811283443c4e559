"""Nobody is to be found in the database, in the stored files or in the logs of the service."""

import re
from collections.abc import AsyncIterator

import structlog

from tests.support.documents_fixtures import RunningDocuments, member_state

CANARIES = (
    "1740257519001",
    "74 02 57",
    "17402575190",
    "90757001",
    "3114100001",
    "Silva",
    "Canarie",
    "Zoëlig",
    "Zoelig",
    "zoelig",
    "Quimperl",
    "Aëlys",
    "1974-02-12",
    "12/02/1974",
    "2018-04-13",
    "Picquigny",
)


async def every_row(service: RunningDocuments) -> AsyncIterator[str]:
    """Yield every row of every table as text, with binary columns also as what their bytes spell."""
    for table in await service.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
        for row in await service.rows(f'SELECT * FROM "{table["tablename"]}"'):
            for value in row.values():
                yield (
                    value.decode("latin-1") + value.decode("utf-8", "replace")
                    if isinstance(value, bytes)
                    else str(value)
                )


def found_in(text: str) -> list[str]:
    return [canary for canary in CANARIES if canary in text]


async def test_no_name_number_or_birth_date_stands_in_any_column_at_any_step(service):
    data = member_state()
    await service.hear("member.enrolled.v1", data)
    planned = [found async for row in every_row(service) for found in found_in(row)]
    await service.issue()
    await service.change(data, last_name="日本 Canarie")
    done_and_failed = [found async for row in every_row(service) for found in found_in(row)]

    assert planned == []
    assert done_and_failed == []


async def test_no_name_number_or_birth_date_stands_in_any_stored_file_or_its_name(service):
    await service.enrol()
    (path,) = service.stored_files()
    content = path.read_bytes()

    assert len(content) > 20_000
    assert [canary for canary in CANARIES if canary.encode() in content or canary in str(path)] == []
    assert b"%PDF" not in content


async def test_no_name_number_or_birth_date_stands_in_a_log_line_of_any_outcome(service):
    with structlog.testing.capture_logs() as logs:
        data = await service.enrol()
        await service.change(data, last_name="日本 Canarie")
        await service.change(data, version=3, membership_number="9075700190757001")
        await service.change(data, version=4, brand="mgas", beneficiaries="Quimperlé")
        await service.change(data, version=4, end_date="2020-01-01")
        await service.change(data, version=2)
    text = "\n".join(map(str, logs))

    assert {"card_decided", "document_issued", "issue_failed", "event_unreadable", "older_version_ignored"} <= {
        log["event"] for log in logs
    }
    assert re.findall(r"'event': 'issue_failed'", text) == ["'event': 'issue_failed'"] * 2
    assert found_in(text) == []
