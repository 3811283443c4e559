"""Guessing over many accounts: one password, one address, one network, one brand. It ends early, and honest people come in."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from identity_service.security.password_hashing import Figures, PasswordHashing
from identity_service.worker import forget_faded
from service_kit.key_rings import KeyRing

from tests.support.identity_fixtures import OpenedIdentity, http_client, set_password
from tests.support.identity_steps import SIX_DIGITS, ask, connect
from tests.support.limits_steps import behind_a_proxy, client_under, far_apart, nir, solution_in, try_password

EVALUATED = "SELECT coalesce(sum(failures), 0) FROM tries"
KEPT = "SELECT count(*) FROM fading_counts"


@pytest.fixture
async def opened(identity_database: str, tmp_path: Path) -> AsyncIterator[OpenedIdentity]:
    """Identity which believes what these tests say of their addresses, under limits of which one is sooner reached."""
    async with behind_a_proxy(tmp_path, identity_database, same_secret=30) as made:
        yield made


async def members(opened: OpenedIdentity, number: int, password: str = SIX_DIGITS) -> list[str]:
    """Enrol members of safiag who have chosen a password; return their numbers."""
    with opened.identity.hashing.place() as place:
        password_hash = await place.hash(password)
    found = [await opened.enrol(brand="safiag", email=None) for _ in range(number)]
    async with opened.identity.database.transaction() as connection:
        for row in await connection.fetch("SELECT id FROM accounts"):
            await set_password(connection, row["id"], password_hash, opened.clock.now())
    return [member["nir"] for member in found]


async def test_one_password_over_five_hundred_accounts_from_as_many_networks_stops_early(opened, client):
    owners = await members(opened, 10)
    accounts = [nir(number) for number in range(490)] + owners
    answers = [
        await try_password(client, account, SIX_DIGITS, address=far_apart(place))
        for place, account in enumerate(accounts)
    ]

    assert [answer.status for answer in answers] == [401] * 30 + [429] * 470
    assert await opened.value(EVALUATED) == 30
    assert answers[-1].code == "too-many-requests"
    assert answers[-1].headers["Retry-After"] == "177"
    assert answers[-1].headers["RateLimit"] == "limit=30, remaining=0, reset=177"
    assert (await try_password(client, owners[0], "907316", address=far_apart(600))).status == 401


async def test_of_many_parallel_tries_through_two_instances_no_more_are_looked_at(opened, client, tmp_path):
    async with (
        behind_a_proxy(tmp_path, opened.database_url, same_secret=30) as second,
        http_client(second.identity) as other,
    ):
        tries = [
            try_password((client, other)[number % 2], nir(number), SIX_DIGITS, address=far_apart(number))
            for number in range(200)
        ]
        answers = await asyncio.gather(*tries)

    assert sorted(answer.status for answer in answers) == [401] * 30 + [429] * 170
    assert await opened.value(EVALUATED) == 30


async def test_a_password_is_the_same_in_any_spelling_and_another_in_another_brand(opened, client):
    for number in range(30):
        spelling = SIX_DIGITS if number % 2 else "".join(chr(ord(digit) + 0xFEE0) for digit in SIX_DIGITS)
        await try_password(client, nir(number), spelling, address=far_apart(number))

    assert (await try_password(client, nir(30), SIX_DIGITS, address=far_apart(30))).status == 429

    body = {"identifier": "a@courriel.example", "password": SIX_DIGITS}
    async with client.post("/v1/mgas/sessions", json=body) as response:
        assert response.status == 401


async def test_a_stopped_password_is_looked_at_again_with_time_and_never_in_a_rush(opened, client):
    (owner,) = await members(opened, 1)
    for number in range(30):
        await try_password(client, nir(number), SIX_DIGITS, address=far_apart(number))
    refused = await try_password(client, owner, SIX_DIGITS)
    opened.clock.advance(seconds=int(refused.headers["Retry-After"]) - 1)

    assert (await try_password(client, owner, SIX_DIGITS)).status == 429

    opened.clock.advance(seconds=1)

    assert (await try_password(client, nir(40), SIX_DIGITS)).status == 401
    assert (await try_password(client, owner, SIX_DIGITS)).status == 429  # one more, not thirty

    opened.clock.advance(hours=1)

    assert (await try_password(client, owner, SIX_DIGITS)).status == 201


async def test_who_tries_many_accounts_from_one_address_works_for_each_then_is_stopped(opened):
    async with client_under(opened, tries={"address_challenge_at": 50, "address_stop_at": 54}) as client:
        answers = [await try_password(client, nir(number), f"{200_000 + number}") for number in range(51)]

        assert [answer.status for answer in answers] == [401] * 50 + [403]

        for number in range(51, 55):
            refused = await try_password(client, nir(number), f"{200_000 + number}")
            solved = await try_password(client, nir(number), f"{200_000 + number}", challenge=solution_in(refused))

            assert solved.status == 401
        stopped = await try_password(client, nir(55), "200055")
        elsewhere = await try_password(client, nir(55), "200055", address="192.0.3.1")

    assert (stopped.status, stopped.code) == (429, "too-many-requests")
    assert stopped.headers["RateLimit"].startswith("limit=54, ")
    assert elsewhere.status == 401
    assert await opened.value(EVALUATED) == 55


@pytest.mark.parametrize(
    ("within", "beyond"),
    [
        ([f"192.0.2.{number}" for number in range(16)], "192.0.3.1"),
        ([f"2001:db8:1:{number:x}::1" for number in range(16)], "2001:db8:2::1"),
        ([f"2001:db8:3:1::{number:x}" for number in range(2)], "2001:db8:3:2::1"),
    ],
    ids=["a /24", "a /48", "a /64"],
)
async def test_a_network_that_shares_the_guessing_out_is_one(opened, within, beyond):
    async with client_under(opened, tries={"address_challenge_at": 2}) as client:
        for number, address in enumerate(within * 2 if len(within) == 16 else within):
            # Eight addresses' worth for a network; two tries for an address.
            if number < 16:
                assert (await try_password(client, nir(number), f"{300_000 + number}", address=address)).status == 401
        fresh = await try_password(client, nir(90), "300090", address=within[-1].replace("15", "77"))

        assert fresh.status == 403
        assert (await try_password(client, nir(91), "300091", address=beyond)).status == 401


async def test_a_brand_under_attack_asks_everybody_for_work_and_stops_nobody(opened):
    (owner,) = await members(opened, 1)
    async with client_under(opened, tries={"brand_challenge_at": 10}) as client:
        for number in range(10):
            tried = await try_password(client, nir(number), f"{400_000 + number}", address=far_apart(number))

            assert tried.status == 401
        for number in range(10, 60):
            refused = await try_password(client, nir(number), f"{400_000 + number}", address=far_apart(number))
            tried = await try_password(
                client, nir(number), f"{400_000 + number}", address=far_apart(number), challenge=solution_in(refused)
            )

            assert tried.status == 401
        refused = await try_password(client, owner, SIX_DIGITS, address="198.51.100.1")
        signed_in = await try_password(
            client, owner, SIX_DIGITS, address="198.51.100.1", challenge=solution_in(refused)
        )
        elsewhere = await ask(client, "mgas", "a@courriel.example")
        opened.clock.advance(hours=2, minutes=12)  # however long the attack was
        later = await try_password(client, nir(61), "400061", address="198.51.100.1")

    assert refused.body["challenge"]["parameters"]["data"]["work"] == 4  # no harder: old phones pay too
    assert signed_in.status == 201
    assert (elsewhere.status, later.status) == (202, 401)


async def test_an_office_of_two_hundred_signs_in_from_one_address_and_leaves_no_trace(opened, client):
    numbers = await members(opened, 200)
    answers = []
    for wave in range(0, 200, 25):
        answers += await asyncio.gather(*(try_password(client, one, SIX_DIGITS) for one in numbers[wave : wave + 25]))

    assert {answer.status for answer in answers} == {201}
    assert await opened.value(KEPT) == 0


async def test_one_code_over_many_numbers_stops_early(opened):
    async with client_under(opened, same_secret=5) as client:
        answers = [await connect(client, "safiag", nir(number), "9000000001") for number in range(8)]

    assert [answer.status for answer in answers] == [400] * 5 + [429] * 3


async def test_what_was_no_guess_is_given_back(opened, client):
    member = await opened.enrol(brand="safiag", email=None)
    for _ in range(3):
        refused = await connect(client, "safiag", member["nir"], member["statement_identifier"], "123456")

        assert refused.code == "password-refused"
    assert await opened.value(KEPT) == 0


async def test_whoever_writes_a_forwarded_address_without_being_a_proxy_gains_nothing(opened):
    settings = opened.identity.settings.model_copy(update={"trusted_proxies": (ip_network("10.0.0.0/8"),)})
    opened.identity = replace(opened.identity, settings=settings)
    async with client_under(opened, tries={"address_challenge_at": 3}) as client:
        answers = [
            await try_password(client, nir(number), f"{600_000 + number}", address=far_apart(number))
            for number in range(4)
        ]

    assert [answer.status for answer in answers] == [401, 401, 401, 403]


async def test_of_several_forwarded_addresses_the_last_that_is_no_proxy_counts(opened):
    async with client_under(opened, tries={"address_challenge_at": 3}) as client:
        answers = [
            await try_password(
                client, nir(number), f"{600_000 + number}", address=f"{far_apart(number)}, 192.0.2.9, 127.0.0.2"
            )
            for number in range(4)
        ]
        elsewhere = await try_password(client, nir(9), "600009", address="192.0.2.9, 198.51.100.3")

    assert [answer.status for answer in answers] == [401, 401, 401, 403]
    assert elsewhere.status == 401


async def test_a_refusal_says_nothing_of_who_is_meant(opened):
    (owner,) = await members(opened, 1)
    async with client_under(opened, same_secret=2) as client:
        for number in range(2):
            await try_password(client, nir(number), SIX_DIGITS)
        known, unknown = [await try_password(client, one, SIX_DIGITS) for one in (owner, nir(7))]

    assert known.status == 429
    assert known == unknown
    assert await opened.value(EVALUATED) == 2


async def test_housekeeping_forgets_what_has_faded(opened, client):
    await try_password(client, nir(1), SIX_DIGITS)

    assert await opened.value(KEPT) == 4

    opened.clock.advance(hours=12)
    await forget_faded(opened.identity)

    assert await opened.value(KEPT) == 4

    opened.clock.set(opened.clock.now() + timedelta(seconds=1))
    await forget_faded(opened.identity)

    assert await opened.value(KEPT) == 0


async def test_being_too_busy_counts_nothing(opened):
    ring = KeyRing.read(opened.identity.settings.pepper_file)
    narrow = PasswordHashing(ring, Figures(19_456, 2), threads=1, queue=1)
    async with http_client(replace(opened.identity, hashing=narrow)) as busy:
        with narrow.place(), narrow.place():
            answers = [await try_password(busy, nir(number), SIX_DIGITS) for number in range(3)]
    narrow.close()

    assert {answer.code for answer in answers} == {"too-busy"}
    assert await opened.value(KEPT) == 0
