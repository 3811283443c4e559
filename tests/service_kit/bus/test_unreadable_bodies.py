"""Whatever arrives on a queue is answered: no body leaves a message unanswered, and none shows a person in the logs."""

import io
from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from service_kit.broker import Verdict
from service_kit.database import Database

from tests.support import servers
from tests.support.service_kit_fixtures import SECRET, Keys, Receiver, parcel_body

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
MEMBERS = st.sampled_from(["id", "type", "source", "time", "subject", "data", "sealed"])
FEW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def module_keys() -> Keys:
    return Keys.make()


@pytest.fixture(scope="module")
async def module_database(postgres_url: str, kit_template: str) -> AsyncIterator[Database]:
    """One database for all these bodies, of which few leave a trace."""
    name = servers.unique_name("kit")
    database = await Database.open(
        await servers.create_database(postgres_url, name, template=kit_template), service="receiver"
    )
    yield database
    await database.close()
    await servers.drop_database(postgres_url, name)


@pytest.fixture
async def receiver(module_database: Database, module_keys: Keys) -> Receiver:
    async with module_database.transaction() as connection:
        await connection.execute("TRUNCATE received, inbox")
    return Receiver(module_database, module_keys.opener("receiver"), "parcel.sent.v1")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00",
        b"\xff\xfe",
        b"null",
        b"[]",
        b'"text"',
        b"{}",
        b'{"data": {}}',
        b'{"data": []}',
        b"[" * 100_000,
        b'{"data": ' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"}",
    ],
)
async def test_a_body_that_is_no_event_is_dead_at_once(body: bytes, receiver: Receiver) -> None:
    assert await receiver.delivery()(body, None) is Verdict.DEAD


@pytest.mark.parametrize(
    "changes",
    [
        {"id": 5},
        {"id": None},
        {"id": "no uuid"},
        {"id": ["6f9619ff-8b86-4d01-b42d-00c04fc964ff"]},
        {"time": 5},
        {"time": "yesterday"},
        {"time": "2026-11-21T10:00:00"},
        {"time": None},
        {"data": None},
        {"data": {"number": "one"}},
        {"data": {}},
        {"sealed": None},
        {"sealed": 5},
        {"sealed": ""},
        {"sealed": "[]"},
        {"sealed": "null"},
        {"sealed": '{"recipients": 5}'},
        {"sealed": '{"recipients": [5]}'},
        {"sealed": '{"recipients": [{"header": {"kid": "receiver.k1"}}]}'},
        {"sealed": '{"recipients": [{"header": {"kid": ["receiver.k1"]}}]}'},
        {"sealed": '{"recipients": [{"header": null}]}'},
    ],
)
async def test_an_envelope_with_a_wrong_member_is_dead_at_once(
    changes: dict[str, object], receiver: Receiver, module_keys: Keys
) -> None:
    assert await receiver.delivery()(parcel_body(module_keys, **changes), None) is Verdict.DEAD
    assert await receiver.received() == []


@FEW
@given(member=MEMBERS, value=JSON)
async def test_any_json_in_any_member_gets_an_answer(
    member: str, value: object, receiver: Receiver, module_keys: Keys
) -> None:
    verdict = await receiver.delivery()(parcel_body(module_keys, **{member: value}), None)

    assert verdict in {Verdict.DONE, Verdict.DEAD}


@FEW
@given(position=st.integers(0, 10_000), bits=st.integers(1, 255))
async def test_a_damaged_body_gets_an_answer(position: int, bits: int, receiver: Receiver, module_keys: Keys) -> None:
    body = bytearray(parcel_body(module_keys))
    body[position % len(body)] ^= bits
    verdict = await receiver.delivery()(bytes(body), None)

    assert verdict in {Verdict.DONE, Verdict.DEAD}


async def test_an_unreadable_event_is_logged_without_its_content(
    receiver: Receiver, module_keys: Keys, logged: io.StringIO
) -> None:
    sealed = module_keys.sealer().seal({"addressee": {"name": SECRET}}, recipients=("receiver",))
    await receiver.delivery()(parcel_body(module_keys, sealed=sealed), None)

    assert '"fields": ["addressee"]' in logged.getvalue()
    assert "event_unreadable" in logged.getvalue()
    assert SECRET not in logged.getvalue()
