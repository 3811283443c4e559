"""A member with an address finds an access on the effective date, is told once, and only has to choose a password (S9)."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from identity_service.store.welcomes import take_due
from identity_service.usecases import welcome_members as welcoming
from identity_service.usecases.welcome_members import welcome_members

from tests.support.access_steps import welcomes
from tests.support.deployment import until_rows
from tests.support.identity_fixtures import START, TERMS, identity_settings
from tests.support.identity_process import identity_process
from tests.support.identity_steps import mailed_token, redeem, sign_in, with_password

TODAY = "2026-03-10"
MINUTE = timedelta(minutes=1)
WHOLE_READS = "SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'accounts'"
MANY_MEMBERS = """
    INSERT INTO accounts (
        id, brand, member_id, member_version, nir_digest, membership_digest, birth_digest, email_digest, email_sealed,
        personal_digests, effective_from, created_at, welcomed_at
    )
    SELECT gen_random_uuid(), 'mgas', gen_random_uuid(), 1, '', '', '', '', '', '{}', day, now(),
        CASE WHEN day < '2026-03-10' THEN now() END
    FROM (SELECT date '2020-01-01' + n % 3000 AS day FROM generate_series(1, 20000) AS n) AS days
"""
ADDRESS, OTHER = "avant@courriel.example", "apres@courriel.example"


async def told(opened) -> list[str]:
    return [event.data["email"] for event in await welcomes(opened)]


async def change(opened, member, **changes):
    changed = {**member, "version": member["version"] + 1, **changes}
    await opened.hear(changed, event="member.changed.v1")
    return changed


async def test_a_member_of_mgas_is_welcomed_and_chooses_a_password(opened, client):
    member = await opened.enrol(effective_date=TODAY)
    (event,) = await welcomes(opened)

    assert event.data["member_id"] == member["member_id"]
    assert (event.data["email"], event.data["origin"]) == (member["email"], "automatic")
    assert event.data["expires_at"] == "2026-04-09T09:00:00Z"
    assert {"email", "token"} <= event.sealed_fields
    assert (await sign_in(client, "mgas", member["email"])).status == 401

    opened.clock.advance(days=30, microseconds=-1)

    assert (await redeem(client, "mgas", event.data["token"])).status == 204
    assert (await sign_in(client, "mgas", member["email"])).body["terms_to_accept"] == TERMS
    assert (await redeem(client, "mgas", event.data["token"])).code == "reset-token-invalid"
    assert await opened.value("SELECT array_agg(actor) FROM deeds WHERE kind = 'account_welcomed'") == ["system"]


async def test_a_welcome_link_ends_with_its_thirty_days(opened, client):
    await opened.enrol(effective_date=TODAY)
    (event,) = await welcomes(opened)
    opened.clock.advance(days=30)

    assert (await redeem(client, "mgas", event.data["token"])).code == "reset-token-invalid"


async def test_nobody_is_welcomed_before_midnight_in_paris_and_everybody_after_it_once(opened):
    midnights = {
        "2026-03-29": datetime(2026, 3, 28, 23, tzinfo=UTC),  # clocks go forward in that night
        "2026-03-30": datetime(2026, 3, 29, 22, tzinfo=UTC),
        "2026-07-01": datetime(2026, 6, 30, 22, tzinfo=UTC),  # summer
        "2026-10-25": datetime(2026, 10, 24, 22, tzinfo=UTC),  # clocks go back in that night
        "2026-10-26": datetime(2026, 10, 25, 23, tzinfo=UTC),
        "2027-01-01": datetime(2026, 12, 31, 23, tzinfo=UTC),  # winter
        "2028-02-29": datetime(2028, 2, 28, 23, tzinfo=UTC),
    }
    for day in midnights:
        await opened.enrol(effective_date=day, email=f"{day}@courriel.example")
    for day, midnight in midnights.items():
        opened.clock.set(midnight - MINUTE)
        before = await told(opened)
        opened.clock.set(midnight)

        assert (before, await told(opened)) == ([], [f"{day}@courriel.example"])


async def test_who_has_been_a_member_for_long_when_first_heard_of_is_not_told_of_an_access_today(opened):
    first_told = START.date() - timedelta(days=366)
    await opened.enrol(effective_date=str(first_told), email=ADDRESS)
    await opened.enrol(effective_date=str(first_told - timedelta(days=1)))
    await opened.enrol(effective_date="0001-01-01")

    assert await told(opened) == [ADDRESS]


async def test_the_day_of_hearing_counts_and_not_a_later_change_of_the_member(opened):
    member = await opened.enrol(effective_date="2020-01-01")
    await change(opened, member, last_name="Durand")

    assert await told(opened) == []


async def test_an_address_that_comes_later_is_welcomed_however_old_the_membership_is(opened):
    member = await opened.enrol(effective_date="1990-01-01", email=None)

    assert await told(opened) == []

    opened.clock.advance(days=100)
    member = await change(opened, member, email=ADDRESS)

    assert await told(opened) == [ADDRESS]

    await change(opened, member, last_name="Durand")

    assert await told(opened) == []


async def test_an_address_that_comes_before_the_effective_date_waits_for_it(opened):
    member = await opened.enrol(effective_date="2026-04-01", email=None)
    await change(opened, member, email=ADDRESS)

    assert await told(opened) == []

    opened.clock.set(datetime(2026, 3, 31, 22, tzinfo=UTC))

    assert await told(opened) == [ADDRESS]


async def test_another_address_voids_the_former_link_and_is_welcomed_itself(opened, client):
    member = await opened.enrol(effective_date=TODAY, email=ADDRESS)
    (former,) = await welcomes(opened)
    await change(opened, member, email=OTHER)
    (latter,) = await welcomes(opened)

    assert latter.data["email"] == OTHER
    assert (await redeem(client, "mgas", former.data["token"])).code == "reset-token-invalid"
    assert (await redeem(client, "mgas", latter.data["token"])).status == 204
    assert (await sign_in(client, "mgas", OTHER)).status == 201


async def test_an_address_that_is_taken_away_is_not_written_to(opened):
    member = await opened.enrol(effective_date="2026-04-01", email=ADDRESS)
    await change(opened, member, email=None)
    opened.clock.advance(days=60)

    assert await told(opened) == []


async def test_who_has_a_password_is_not_welcomed(opened, client):
    member = await with_password(opened, client, effective_date=TODAY)
    opened.clock.advance(days=1)

    assert await told(opened) == []

    await change(opened, member, email=OTHER)

    assert await told(opened) == []


async def test_a_password_by_the_ordinary_way_voids_the_welcome(opened, client):
    member = await opened.enrol(effective_date=TODAY)
    (event,) = await welcomes(opened)
    token = await mailed_token(opened, client, "mgas", member["email"])

    assert (await redeem(client, "mgas", token)).status == 204
    assert (await redeem(client, "mgas", event.data["token"])).code == "reset-token-invalid"


@pytest.mark.parametrize(
    ("ended", "expected"),
    [("2026-03-10", [ADDRESS]), ("2021-03-10", [ADDRESS]), ("2021-03-09", [])],  # five years to read, to the day
)
async def test_an_ex_member_is_welcomed_while_there_is_something_to_read(opened, ended, expected):
    member = await opened.enrol(effective_date="2019-01-01", end_date=ended, email=None)
    await change(opened, member, email=ADDRESS)

    assert await told(opened) == expected
    assert await welcome_members(opened.identity) == 0  # who may not come in is not looked at for ever


async def test_brands_that_sign_in_by_number_welcome_nobody(opened):
    await opened.enrol(brand="safiag", effective_date=TODAY)
    await opened.enrol(brand="demo", effective_date=TODAY, email=ADDRESS)

    assert await told(opened) == [ADDRESS]


async def test_an_address_that_does_not_open_stands_in_nobodys_way(opened):
    member = await opened.enrol(effective_date=TODAY)
    await opened.enrol(effective_date=TODAY, email=ADDRESS)
    async with opened.identity.database.transaction() as connection:
        moved = "UPDATE accounts SET email_sealed = 'moved:here' WHERE id = $1"
        await connection.execute(moved, (await opened.account(member))["id"])

    assert await told(opened) == [ADDRESS]


async def test_several_workers_welcome_everybody_once(opened, monkeypatch):
    monkeypatch.setattr(welcoming, "BATCH", 3)
    for _ in range(10):
        await opened.enrol(effective_date=str(date(2026, 3, 1)))
    for _ in range(6):
        await asyncio.gather(*(welcome_members(opened.identity) for _ in range(4)))
    members = [event.data["member_id"] for event in await opened.new_events()]

    assert len(members) == len(set(members)) == 10
    assert await opened.value("SELECT count(*) FROM reset_tokens WHERE purpose = 'welcome'") == 10


async def test_an_account_that_is_being_decided_about_is_left_for_the_next_round(opened):
    member = await opened.enrol(effective_date=TODAY)
    account_id = (await opened.account(member))["id"]
    async with opened.identity.database.transaction() as connection:
        await connection.execute("SELECT FROM accounts WHERE id = $1 FOR NO KEY UPDATE", account_id)

        assert await welcomes(opened) == []

    assert len(await welcomes(opened)) == 1


async def test_the_background_process_welcomes_by_itself(opened, tmp_path):
    await opened.enrol(effective_date=TODAY)
    settings = identity_settings(tmp_path, opened.database_url)
    async with identity_process("work", settings, log=tmp_path / "work.log"):
        await until_rows(opened.database_url, "SELECT count(*) FROM accounts WHERE welcomed_at IS NOT NULL", 1)


async def test_looking_for_who_is_due_reads_no_more_of_many_members_than_those(opened):
    async with opened.identity.database.transaction() as connection:
        await connection.execute(MANY_MEMBERS)
        await connection.execute("ANALYZE accounts")
        before = await connection.fetchval(WHOLE_READS)
        found = await take_due(connection, brands=["mgas", "demo"], today=date(2026, 3, 9), limit=100)
        found += await take_due(connection, brands=["mgas", "demo"], today=date(2026, 3, 12), limit=100)
        whole_reads = await connection.fetchval(WHOLE_READS) - before

    assert {str(one.effective_from) for one in found} == {"2026-03-10", "2026-03-11", "2026-03-12"}
    assert whole_reads == 0
