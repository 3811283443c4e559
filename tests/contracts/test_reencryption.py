"""The data key is exchanged while everybody works: nothing is lost, nobody notices, and the former key may leave."""

import asyncio
import json
import signal
import sys
from argparse import Namespace
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
from contracts_service.reencryption import main
from contracts_service.settings import ContractsSettings
from contracts_service.store import members
from contracts_service.usecases.present_member import load_member, save_change
from service_kit.command_line import CommandFailed
from service_kit.key_rotation import add_ring_key, promote_ring_key, retire_ring_key

from tests.support.contracts_fixtures import (
    OpenContracts,
    contracts_settings,
    enrolment_line,
    many_lines,
    ndjson,
    open_contracts_service,
)
from tests.support.contracts_process import environment
from tests.support.waiting import eventually

MEMBERS = 120
WHY = {"reason": "Rapprochement avec la caisse"}
STATUS, ALL = Namespace(status=True), Namespace(status=False, rate=1_000_000.0)
NAMING = "SELECT count(*) FROM {table} WHERE position($1::bytea IN substring({column} FROM 1 FOR 4)) > 0"


def ring_of(directory: Path) -> Path:
    return directory / "keys" / "contracts" / "data-keys.json"


def exchange(directory: Path) -> None:
    """Add a key and promote it."""
    now = datetime.now(UTC)
    add_ring_key(ring_of(directory), now=now)
    promote_ring_key(ring_of(directory), now=now, at_once=True)


async def naming(contracts: OpenContracts, key_id: str, column: str = "members.nir_sealed") -> int:
    """Return how many values of a column name a key."""
    table, name = column.split(".")
    query = NAMING.format(table=table, column=name)
    return int((await contracts.fetch(query, key_id.encode() + b":"))[0]["count"])


async def reencrypting(settings: ContractsSettings, *, rate: int) -> asyncio.subprocess.Process:
    """Start the command in a process of its own."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "contracts_service", "reencrypt", "--rate", str(rate)),
        env=environment(settings),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )


@pytest.fixture
async def settings(contracts_database: str, tmp_path: Path) -> ContractsSettings:
    """Settings of a service that has imported members under k1, one of whom has a number that staff have seen."""
    async with open_contracts_service(contracts_database, tmp_path) as contracts:
        _, answer = await contracts.send(ndjson(many_lines(MEMBERS)))
        assert answer["accepted"] == MEMBERS
        (member,) = await contracts.fetch("SELECT id FROM members WHERE membership_number = '00000001'")
        await see(contracts, str(member["id"]))
    return contracts_settings(contracts_database, tmp_path / "keys")


async def see(contracts: OpenContracts, member_id: str) -> str:
    url = f"{contracts.url}/v1/mgas/staff/members/{member_id}/nir-view"
    async with contracts.client.post(url, json=WHY, headers=contracts.staff()) as response:
        assert response.status == 200
        return str((await response.json())["nir"])


async def numbers(contracts: OpenContracts) -> list[tuple[str, bool]]:
    """Return every member's number, and whether it is found by its digest, as the service reads them."""
    seals, rows = contracts.service.seals, await contracts.fetch("SELECT * FROM members ORDER BY membership_number")
    opened = [(row, seals.member_nir.open(row["nir_sealed"], context=str(row["id"])).decode()) for row in rows]
    return [(number, row["nir_digest"] in seals.nir_digests.all_of("mgas", number)) for row, number in opened]


async def test_a_key_leaves_after_a_command_that_was_killed_and_resumed_beside_imports(
    settings: ContractsSettings, contracts_database: str, tmp_path: Path
) -> None:
    exchange(tmp_path)
    lines = many_lines(MEMBERS)
    async with open_contracts_service(contracts_database, tmp_path) as contracts:
        before = await numbers(contracts)
        process = await reencrypting(settings, rate=10)
        assert await eventually(lambda: naming(contracts, "k2"), bool, within=60)
        process.send_signal(signal.SIGKILL)
        await process.wait()
        left_by_the_killed = await naming(contracts, "k1")
        changed, walking = [line | {"title": "Dr"} for line in lines[:40]], asyncio.create_task(main(settings, ALL))
        _, answer = await contracts.send(ndjson([*changed, *lines[40:]]))
        await walking
        told = await main(settings, STATUS)
        last_version = await contracts.fetch("SELECT max(version) FROM members WHERE membership_number > '00000040'")

        assert 0 < left_by_the_killed < MEMBERS
        assert (answer["accepted"], answer["unchanged"], last_version[0]["max"]) == (40, MEMBERS - 40, 1)
        assert await numbers(contracts) == before
    assert "every value names k2" in told
    assert "k1" not in told
    retire_ring_key(ring_of(tmp_path), "k1", unused=True)
    async with open_contracts_service(contracts_database, tmp_path) as contracts:
        after = await numbers(contracts)
        _, again = await contracts.send(ndjson([*changed, *lines[40:]]))

        assert after == before
        assert all(found for _, found in after)
        assert again["unchanged"] == MEMBERS
        for place in ("members.nir_sealed", "beneficiaries.nir_sealed", "staff_deeds.reason_sealed"):
            assert await naming(contracts, "k1", place) == 0
            assert await naming(contracts, "k2", place) > 0


async def test_several_at_once_do_each_value_once(
    settings: ContractsSettings, contracts_database: str, tmp_path: Path
) -> None:
    exchange(tmp_path)
    await asyncio.gather(*(main(settings, ALL) for _ in range(3)))
    connection = await asyncpg.connect(contracts_database)
    try:
        rewritten = await connection.fetchval("SELECT rewritten FROM reencryptions WHERE place = 'members.nir_sealed'")
    finally:
        await connection.close()

    assert rewritten == MEMBERS


async def test_the_status_says_which_keys_are_needed_and_changes_nothing(
    settings: ContractsSettings, tmp_path: Path
) -> None:
    exchange(tmp_path)
    told = await main(settings, STATUS)
    counted = {tuple(line.split()[:3]) for line in told.splitlines()}

    assert ("members.nir_sealed", "k1", str(MEMBERS)) in counted
    assert ("members.fingerprint", "k1", str(MEMBERS)) in counted
    assert "no key can be retired yet" in told
    assert await main(settings, STATUS) == told


async def test_a_value_that_does_not_open_is_told_and_keeps_no_other_from_its_key(
    settings: ContractsSettings, contracts_database: str, tmp_path: Path
) -> None:
    exchange(tmp_path)
    connection = await asyncpg.connect(contracts_database)
    try:
        await connection.execute(
            """
            UPDATE members SET nir_sealed = set_byte(nir_sealed, length(nir_sealed) - 1, 0)
            WHERE membership_number = '00000002'
            """
        )
        await connection.execute(
            "UPDATE members SET nir_sealed = set_byte(nir_sealed, 20, 255 - get_byte(nir_sealed, 20)) "
            "WHERE membership_number = '00000003'"
        )
        with pytest.raises(CommandFailed) as failed:
            await main(settings, ALL)
    finally:
        await connection.close()
    left = [line.split()[:3] for line in str(failed.value).splitlines() if line.startswith("members.nir_sealed")]

    assert ["members.nir_sealed", "k2", str(MEMBERS - 2)] in left
    assert ["members.nir_sealed", "k1", "2"] in left


async def test_deeds_take_another_key_and_no_other_change(
    settings: ContractsSettings, contracts_database: str, tmp_path: Path
) -> None:
    connection = await asyncpg.connect(contracts_database)
    try:
        for change in ("reason_sealed = reason_sealed || '\\x00'", "reason_sealed = NULL", "staff = 'somebody'"):
            with pytest.raises(asyncpg.RaiseError):
                await connection.execute(f"UPDATE staff_deeds SET {change}")
        exchange(tmp_path)
        await main(settings, ALL)
        (row,) = await connection.fetch("SELECT id, reason_sealed FROM staff_deeds")
    finally:
        await connection.close()
    async with open_contracts_service(contracts_database, tmp_path) as contracts:
        reason = contracts.service.seals.reasons.open(row["reason_sealed"], context=str(row["id"]))

        assert row["reason_sealed"].startswith(b"\x01k2:")
        assert reason.decode() == WHY["reason"]


async def test_a_digest_whose_key_has_left_leaves_what_the_member_chose(
    settings: ContractsSettings, contracts_database: str, tmp_path: Path
) -> None:
    chosen = "choisie@example.org"
    async with open_contracts_service(contracts_database, tmp_path) as contracts:
        await contracts.execute("UPDATE members SET email = $1 WHERE membership_number = '00000001'", chosen)
    exchange(tmp_path)
    await main(settings, ALL)
    retire_ring_key(ring_of(tmp_path), "k1", unused=True)  # too early: nobody has imported anything since
    assert json.loads(ring_of(tmp_path).read_text())["keys"].keys() == {"k2"}
    async with open_contracts_service(contracts_database, tmp_path) as contracts:
        _, answer = await contracts.send(ndjson(many_lines(1)))
        (member,) = await contracts.fetch("SELECT email FROM members WHERE membership_number = '00000001'")

        assert (answer["accepted"], member["email"]) == (1, chosen)


async def test_who_has_left_is_known_again_after_the_exchange_when_a_file_tells_them_meanwhile(
    contracts_database: str, tmp_path: Path
) -> None:
    line = enrolment_line(7)
    line["contract"]["end_date"] = "2019-12-31"
    async with open_contracts_service(contracts_database, tmp_path) as contracts:
        (mark,) = contracts.service.seals.purged_number_marks("mgas", line["membership_number"])
        await contracts.execute("INSERT INTO purged_members VALUES ('mgas', $1, '2019-12-31', now())", mark)
    exchange(tmp_path)
    for step in ("with both keys", "without the former one"):
        async with open_contracts_service(contracts_database, tmp_path) as contracts:
            _, answer = await contracts.send(ndjson([line]))

            assert (step, answer["accepted"]) == (step, 0)
            assert await contracts.fetch("SELECT FROM members") == []
            assert await naming(contracts, "k2", "purged_members.number_digest") == 1
        if step == "with both keys":
            retire_ring_key(ring_of(tmp_path), "k1", unused=True)


async def test_a_member_who_is_being_changed_gets_no_value_of_the_former_key_back(
    settings: ContractsSettings, contracts_database: str, tmp_path: Path
):
    exchange(tmp_path)
    async with open_contracts_service(contracts_database, tmp_path) as contracts:
        service = contracts.service
        (known,) = await contracts.fetch("SELECT id FROM members WHERE membership_number = '00000001'")
        async with service.database.transaction() as connection:
            await members.lock_brand(connection, "mgas")
            rows = await load_member(connection, brand="mgas", member_id=known["id"], lock=True)
            assert rows is not None
            walk = asyncio.create_task(main(settings, ALL))
            await asyncio.sleep(0.5)
            changed = replace(rows, member=replace(rows.member, phone=None))
            await save_change(service, connection, changed, now=datetime.now(UTC))
        told = await walk
        left = [await naming(contracts, "k1", column) for column in ("members.nir_sealed", "beneficiaries.nir_sealed")]

    assert "other keys may be retired" in told
    assert left == [0, 0]
