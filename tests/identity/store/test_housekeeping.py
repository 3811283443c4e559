"""What ran out long ago is deleted, and nothing else."""

from datetime import timedelta
from uuid import uuid4

from identity_service.store import posted_codes, reset_tokens, sessions
from identity_service.store.posted_codes import PostedCode
from identity_service.store.reset_tokens import MailedToken
from identity_service.store.sessions import Beginning
from identity_service.worker import forget_expired

from tests.support.identity_fixtures import START, OpenedIdentity

TABLES = ("reset_tokens", "posted_codes", "sessions", "refresh_tokens")


async def fill(opened: OpenedIdentity) -> None:
    member, other = await opened.enrol(), await opened.enrol()
    one, two = (await opened.account(member))["id"], (await opened.account(other))["id"]
    now, until = START, [START + timedelta(hours=1), START + timedelta(days=40)]
    async with opened.identity.database.transaction() as connection:
        tokens = [
            MailedToken(digest, account_id, "reset", end, cause=uuid4())
            for digest, account_id, end in ((b"a", one, until[0]), (b"b", two, until[1]))
        ]
        await reset_tokens.insert_all(connection, tokens, now=now)
        for code in (PostedCode(uuid4(), one, b"c", until[0]), PostedCode(uuid4(), two, b"d", until[1])):
            await posted_codes.replace(connection, code, origin="member", now=now)
        for account_id, end in ((one, until[0]), (two, until[1])):
            session_id = uuid4()
            beginning = Beginning(session_id, account_id, "password", "Firefox, Windows")
            await sessions.open_session(connection, beginning, now=now, lifetime=end - now, idle=end - now)
            digest = session_id.bytes
            await sessions.add_refresh_token(connection, session_id=session_id, digest=digest, now=now)


async def counts(opened: OpenedIdentity) -> list[int]:
    return [await opened.value(f"SELECT count(*) FROM {table}") for table in TABLES]


async def test_thirty_days_after_its_end_a_secret_leaves_with_all_that_hangs_on_it(opened):
    await fill(opened)
    opened.clock.advance(days=30, hours=1)
    await forget_expired(opened.identity)

    assert await counts(opened) == [2, 2, 2, 2]

    opened.clock.advance(seconds=1)

    assert await forget_expired(opened.identity) == 0
    assert await counts(opened) == [1, 1, 1, 1]
