"""However many messages there are, no request and no loop reads a whole table, and a page of a timeline is one statement.

PostgreSQL's own counters tell who reads whole tables. Once among twenty thousand messages, as the planner likes; and once with
sequential scans priced out (`enable_seqscan = off`), where one is left only if no index fits, for tables that are small here.
"""

import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from notifications_service import worker
from notifications_service.store import timeline

from tests.support.notifications_fixtures import (
    RunningNotifications,
    letter_required,
    member_enrolled,
    reset_requested,
    running_notifications,
)
from tests.support.smtp_server import RecordingSmtpServer

MANY = 20_000
SCANS = "SELECT relname, seq_scan FROM pg_stat_user_tables"
# Of other members, sent long ago; one in a thousand waits for another day.
OTHERS = f"""
INSERT INTO recipients SELECT 'mgas', gen_random_uuid(), 1, '\\x00', now() FROM generate_series(1, {MANY});
INSERT INTO deliveries (
    id, brand, purpose, channel, member_id, cause, state, created_at, expires_at, give_up_at, sent_at, next_attempt_at,
    promised_until, lane, address_digest, masked_address
)
SELECT gen_random_uuid(), brand, 'password_reset', CASE number % 2 WHEN 0 THEN 'email' ELSE 'letter' END, member_id,
    gen_random_uuid(), CASE WHEN number % 1000 < 2 THEN 'planned' ELSE 'sent' END, now() - number * interval '1 second',
    now() + interval '9 days', now() + interval '9 days', CASE WHEN number % 1000 > 1 THEN now() END,
    CASE WHEN number % 1000 < 2 THEN now() + interval '1 day' END, now() + interval '2 days',
    number % 3, sha256(number::text::bytea), 'z•••@e•••.org'
FROM (SELECT brand, member_id, row_number() OVER () AS number FROM recipients) AS member;
INSERT INTO delivery_attempts (delivery_id, tried_at, outcome) SELECT id, now(), 'sent' FROM deliveries;
INSERT INTO suppressed_addresses
    (id, brand, member_id, address_digest, masked_address, reason, delivery_id, suppressed_at)
SELECT gen_random_uuid(), brand, member_id, address_digest, masked_address, 'no-such-address', id, now() FROM deliveries;
INSERT INTO closed_addresses SELECT brand, member_id, address_digest, 'moved', id, now() FROM deliveries;
ANALYZE;
"""
LARGE = {"recipients", "deliveries", "delivery_attempts", "suppressed_addresses", "closed_addresses"}
SMALL = {"staff_deeds", "print_batches"}
NO_SCANS = """
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET enable_seqscan = off', current_database()); END $$
"""


async def execute(database_url: str, *statements: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def scans(database_url: str) -> dict[str, int]:
    connection = await asyncpg.connect(database_url)
    try:
        return {row["relname"]: row["seq_scan"] for row in await connection.fetch(SCANS)}
    finally:
        await connection.close()


async def every_way(service: RunningNotifications, relay: RecordingSmtpServer) -> None:
    """Let messages of every fate be planned, sent and asked after; do a round of everything that is done by itself."""
    member_id = uuid4()
    relay.refuse_recipients("550 5.1.1 no", times=1)
    await service.hear(member_enrolled(member_id=member_id))
    for email in ("personne@example.org", "zoe@example.org"):
        await service.hear(reset_requested(member_id=member_id, brand="safiag", email=email))
        await service.send_mails()
    await service.hear(letter_required(member_id=member_id))
    for loop in worker.background(service.notifications).loops:
        await loop.round()
    await ask_everything(service, member_id)


async def ask_everything(service: RunningNotifications, member_id: UUID) -> None:
    """Read what can be read, as a member and as each role of the staff."""
    mine = {"/v1/me/deliveries": service.access_token(member_id)}
    adviser, operator = service.staff_token("adviser"), service.staff_token("print-operator")
    theirs = {
        f"/v1/safiag/staff/deliveries?member_id={member_id}": adviser,
        "/v1/safiag/staff/suppressions": adviser,
        "/v1/safiag/staff/closed-addresses": adviser,
        "/v1/print-batches": operator,
    }
    async with service.served() as client:
        for path, token in (mine | theirs).items():
            async with client.get(path, headers={"Authorization": f"Bearer {token}"}) as response:
                assert response.status == 200, path


@pytest.mark.parametrize(
    ("before", "looked_at"),
    [(OTHERS, LARGE), (NO_SCANS, LARGE | SMALL)],
    ids=["among twenty thousand", "without sequential scans"],
)
async def test_no_request_and_no_loop_reads_a_whole_table(
    tmp_path: Path, notifications_url: str, relay: RecordingSmtpServer, before: str, looked_at: set[str]
):
    await execute(notifications_url, before)
    former = await scans(notifications_url)
    async with running_notifications(tmp_path, notifications_url, relay.url) as service:
        await every_way(service, relay)
        states = {row["state"] for row in await service.rows("SELECT state FROM deliveries WHERE brand = 'safiag'")}
    after = await scans(notifications_url)
    await execute(notifications_url, "SELECT FROM deliveries WHERE attempts > 100")
    control = await scans(notifications_url)

    assert {"sent", "failed", "handed_over"} <= states
    assert control["deliveries"] == after["deliveries"] + 1
    assert {name: after[name] - former[name] for name in looked_at if after[name] > former[name]} == {}


async def test_a_page_of_a_timeline_is_one_statement_by_index_however_many_attempts_there_were(
    service: RunningNotifications,
):
    member_id = uuid4()
    async with service.notifications.database.connection() as connection:
        await connection.execute(OTHERS)
    for _ in range(20):
        await service.hear(reset_requested(member_id=member_id))
    async with service.notifications.database.connection() as connection:
        await connection.execute(
            "INSERT INTO delivery_attempts (delivery_id, tried_at, outcome) "
            "SELECT id, now(), 'temporary' FROM deliveries, generate_series(1, 100) WHERE member_id = $1",
            member_id,
        )
        asked: list[tuple[str, tuple[Any, ...]]] = []
        with connection.query_logger(lambda record: asked.append((record.query, record.args))):
            page = await timeline.of_member(connection, "mgas", member_id, before=None, limit=51)
            await asyncio.sleep(0.01)  # the driver tells its loggers a moment later
        [(query, arguments)] = [one for one in asked if "FROM deliver" in one[0]]  # the driver asks for types by itself
        plan = "\n".join(row[0] for row in await connection.fetch(f"EXPLAIN (ANALYZE, BUFFERS) {query}", *arguments))

    assert (len(page), {len(entry.attempts) for entry in page}) == (20, {timeline.MOST_ATTEMPTS})
    assert "deliveries_of_member" in plan
    assert "Seq Scan" not in plan
