"""However many accounts there are, no request reads a whole table.

With sequential scans priced out (`enable_seqscan = off`), PostgreSQL reads a whole table only where no index fits: its own
counters then tell. And among twenty thousand accounts the look-ups of the ways in are planned by index.
"""

import asyncio

import asyncpg
import orjson
import pytest
from identity_service.store import accounts
from identity_service.usecases.decide_resets import decide_due_resets
from identity_service.usecases.tell_locks import tell_locks

from tests.bench.accounts import add_others
from tests.support.access_steps import create, look_up, welcomes
from tests.support.account_steps import call, signed_in
from tests.support.identity_fixtures import http_client, opened_identity
from tests.support.identity_steps import ask, connect, mailed_token, redeem, refresh, sign_in
from tests.support.staff_steps import Adviser

# The kit's own tables are small by design: the outbox and the inbox by partition, keys by a day.
OWN = """
SELECT relname, seq_scan FROM pg_stat_user_tables
WHERE relname NOT SIMILAR TO '(outbox|inbox|dead|migration|idempotency)%'
"""


async def scans(database_url: str) -> dict[str, int]:
    connection = await asyncpg.connect(database_url)
    try:
        return {row["relname"]: row["seq_scan"] for row in await connection.fetch(OWN)}
    finally:
        await connection.close()


async def read_all(database_url: str, table: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(f"SELECT FROM {table} WHERE created_at > now()")
    finally:
        await connection.close()


async def every_way(opened, client) -> None:
    """Go every way once, rightly and wrongly."""
    member, tokens = await signed_in(opened, client)
    await sign_in(client, "mgas", member["email"], "une phrase qui est fausse")
    await sign_in(client, "mgas", "personne@courriel.example")
    await refresh(client, tokens["refresh_token"])
    for path in ("/v1/account", "/v1/account/history", "/v1/sessions"):
        assert (await call(client, "GET", path, tokens["access_token"])).status == 200
    by_post = await opened.enrol(brand="safiag", email=None)
    await ask(client, "safiag", by_post["nir"])
    await decide_due_resets(opened.identity)
    await connect(client, "safiag", by_post["nir"], by_post["statement_identifier"])
    stranger = await opened.enrol(email=None)
    assert (await create(client, stranger, "neuve@courriel.example")).status == 202
    assert (await look_up(client, member)).status == 200
    await look_up(client, stranger)
    await welcomes(opened)
    token = await mailed_token(opened, client, "mgas", member["email"])
    assert (await redeem(client, "mgas", token)).status == 204
    adviser = Adviser(opened, client)
    account = await adviser.found(member)
    assert (await adviser.send_letter(account["id"])).status == 202
    assert (await adviser.unlock(account["id"])).status == 202
    assert (await adviser.history(account["id"])).status == 200
    await tell_locks(opened.identity)


async def test_no_request_reads_a_whole_table(identity_database, tmp_path):
    connection = await asyncpg.connect(identity_database)
    await connection.execute(
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET enable_seqscan = off', current_database()); END $$"
    )
    await connection.close()
    before = await scans(identity_database)
    async with opened_identity(tmp_path, identity_database) as opened, http_client(opened.identity) as client:
        await every_way(opened, client)
    after = await scans(identity_database)
    await read_all(identity_database, "accounts")
    control = await scans(identity_database)

    assert {name: count - before[name] for name, count in after.items() if count > before[name]} == {}
    assert control["accounts"] == after["accounts"] + 1


@pytest.mark.parametrize("kind", ["nir", "email"])
async def test_twenty_thousand_accounts_are_looked_up_by_index(opened, kind):
    async with opened.identity.database.connection() as connection:
        await add_others(connection, 20_000)
        asked: list[tuple[str, tuple[object, ...]]] = []
        with connection.query_logger(lambda record: asked.append((record.query, record.args))):
            await accounts.find_by_login(connection, brand="mgas", kind=kind, digests=[b"0" * 32, b"1" * 32])
            await asyncio.sleep(0.01)  # the driver tells its loggers a moment later
        plans = [
            orjson.dumps(await connection.fetchval(f"EXPLAIN (FORMAT JSON) {query}", *arguments)).decode()
            for query, arguments in asked
            if "FROM accounts" in query
        ]

    assert len(plans) == 1
    assert "Index" in plans[0]
    assert "Seq Scan" not in plans[0]
