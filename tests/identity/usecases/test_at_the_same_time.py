"""Two things at the same moment: exactly one wins, nobody waits in a circle, and nothing is evaluated too often."""

import asyncio
from dataclasses import replace

import pytest
from identity_service.domain.errors import TooBusy
from identity_service.security.password_hashing import Figures, PasswordHashing
from identity_service.store import sessions, tries
from identity_service.usecases.check_device import ShownDevice
from identity_service.usecases.sign_in import SignIn
from identity_service.usecases.sign_in import sign_in as sign_in_directly
from service_kit.key_rings import KeyRing

from tests.support.identity_fixtures import http_client
from tests.support.identity_steps import (
    PASSPHRASE,
    ask,
    connect,
    mailed_token,
    posted_code,
    redeem,
    refresh,
    sign_in,
    with_password,
)

OTHER = "une autre phrase bien longue"


class WatchedHashing(PasswordHashing):
    """Counts what is really verified, and can be made to wait in the middle of it."""

    def __init__(self, opened, *, queue: int = 300) -> None:
        settings = opened.identity.settings
        figures = Figures(settings.hashing_memory_kib, settings.hashing_passes)
        super().__init__(KeyRing.read(settings.pepper_file), figures, threads=2, queue=queue)
        self.verified = 0
        self.together: asyncio.Barrier | None = None  # who has hashed waits until so many have
        self.begun, self.may_end = asyncio.Event(), asyncio.Event()
        self.may_end.set()

    async def in_pool(self, work, *arguments):
        if work == self.verify_now and arguments[0] is not None:
            self.verified += 1
            self.begun.set()
        result = await super().in_pool(work, *arguments)
        if self.together is not None:
            await self.together.wait()
        await self.may_end.wait()
        return result


@pytest.fixture
async def hashing(opened):
    """A watched hashing in place of the one of `opened`."""
    watched = WatchedHashing(opened)
    opened.identity = replace(opened.identity, hashing=watched)
    yield watched
    watched.close()


async def test_of_several_redemptions_of_one_token_exactly_one_wins(opened, client):
    member = await opened.enrol()
    token = await mailed_token(opened, client, "mgas", member["email"])
    passwords = [f"{OTHER} numéro {number}" for number in range(8)]
    answers = await asyncio.gather(*(redeem(client, "mgas", token, password) for password in passwords))

    assert sorted(answer.status for answer in answers) == [204] + [400] * 7

    winner = passwords[[answer.status for answer in answers].index(204)]
    statuses = [(await sign_in(client, "mgas", member["email"], winner)).status]

    assert statuses == [201]


async def test_of_several_links_of_one_member_exactly_one_wins_and_nobody_waits_in_a_circle(opened, hashing):
    member = await opened.enrol()
    hashing.together = asyncio.Barrier(5)  # as many mails as there are in an hour
    async with http_client(opened.identity) as client:
        for _ in range(5):
            for _ in range(5):
                await ask(client, "mgas", member["email"])
            await opened.decide()
            tokens = [event.data["token"] for event in await opened.new_events("reset.requested.v1")]
            answers = await asyncio.gather(*(redeem(client, "mgas", token) for token in tokens))
            opened.clock.advance(days=1)

            assert sorted(answer.status for answer in answers) == [204] + [400] * 4


async def test_a_code_and_a_link_at_once_exactly_one_wins(opened, client):
    for _ in range(5):
        member = await opened.enrol(brand="safiag", email=None)
        code = await posted_code(opened, client, "safiag", member["nir"])
        await opened.hear({**member, "version": 2, "email": "a@courriel.example"}, event="member.changed.v1")
        token = await mailed_token(opened, client, "safiag", member["nir"])
        answers = await asyncio.gather(
            redeem(client, "safiag", token, "907316"), connect(client, "safiag", member["nir"], code)
        )

        assert sorted(answer.status for answer in answers) == [204, 400]


async def test_of_several_uses_of_one_code_exactly_one_wins(opened, client):
    member = await opened.enrol(brand="safiag", email=None)
    code = await posted_code(opened, client, "safiag", member["nir"])
    answers = await asyncio.gather(*(connect(client, "safiag", member["nir"], code) for _ in range(5)))

    assert sorted(answer.status for answer in answers) == [204] + [400] * 4


async def test_a_try_waits_for_a_choice_without_holding_what_the_choice_needs(opened, client):
    member = await opened.enrol(brand="safiag", email=None)
    code = await posted_code(opened, client, "safiag", member["nir"])
    await connect(client, "safiag", member["nir"], "CCCC-CCCC-CCCC")
    account_id = (await opened.account(member))["id"]
    async with opened.identity.database.transaction() as choice:  # the steps of a choice, in the order of its locks
        await choice.execute("UPDATE posted_codes SET cancelled_at = now()")
        waiting = asyncio.create_task(connect(client, "safiag", member["nir"], code))
        await asyncio.sleep(0.2)

        assert not waiting.done()
        await asyncio.wait_for(tries.forget(choice, account_id), 0.5)  # PostgreSQL looks for circles after one second
    answer = await waiting

    assert answer.code == "first-connection-refused"


async def test_of_several_first_choices_with_the_statement_identifier_exactly_one_wins(opened, client):
    member = await opened.enrol(brand="safiag", email=None)
    statement = member["statement_identifier"]
    answers = await asyncio.gather(*(connect(client, "safiag", member["nir"], statement) for _ in range(3)))

    assert sorted(answer.status for answer in answers) == [204, 400, 400]


async def test_of_two_hundred_wrong_passwords_at_once_no_more_than_allowed_are_verified(opened, client, hashing):
    member = await with_password(opened, client)
    async with http_client(opened.identity) as watched:
        tries = [sign_in(watched, "mgas", member["email"], f"mauvaise phrase {number}") for number in range(200)]
        answers = await asyncio.gather(*tries)

    assert {answer.status for answer in answers} == {401}
    assert hashing.verified == 3
    assert await opened.value("SELECT failures FROM tries") == 3


async def test_the_right_password_among_parallel_wrong_ones_is_verified_no_more_often(opened, client, hashing):
    member = await with_password(opened, client)
    async with http_client(opened.identity) as watched:
        guesses = [f"mauvaise phrase {number}" for number in range(40)] + [PASSPHRASE]
        answers = await asyncio.gather(*(sign_in(watched, "mgas", member["email"], guess) for guess in guesses))

    assert hashing.verified <= 6  # three, and three more if the owner was among the first
    assert sum(answer.status == 201 for answer in answers) <= 1


async def test_a_password_that_was_replaced_while_it_was_verified_opens_nothing(opened, client, hashing):
    member = await with_password(opened, client)
    token = await mailed_token(opened, client, "mgas", member["email"])
    hashing.may_end.clear()
    typed = SignIn(brand="mgas", identifier=member["email"], password=PASSPHRASE, device=ShownDevice(""))
    late = asyncio.create_task(sign_in_directly(opened.identity, typed, now=opened.clock.now()))
    await hashing.begun.wait()
    redeemed = await redeem(client, "mgas", token, OTHER)  # by a process that does not wait
    hashing.may_end.set()
    (outcome,) = await asyncio.gather(late, return_exceptions=True)

    assert redeemed.status == 204
    assert type(outcome).__name__ == "WrongCredentials"
    assert await opened.value("SELECT count(*) FROM sessions WHERE ended_at IS NULL") == 0


async def test_a_session_that_is_being_ended_gives_no_new_token(opened, client):
    member = await with_password(opened, client)
    tokens = (await sign_in(client, "mgas", member["email"])).body
    account_id = (await opened.account(member))["id"]
    async with opened.identity.database.transaction() as connection:
        await sessions.end_all(connection, account_id, now=opened.clock.now(), because="password reset by mail")
        refreshing = asyncio.create_task(refresh(client, tokens["refresh_token"]))
        await asyncio.sleep(0.2)

        assert not refreshing.done()
    answer = await refreshing

    assert (answer.status, answer.code) == (401, "session-ended")


async def test_a_refresh_token_that_comes_twice_at_once_ends_the_session(opened, client):
    member = await with_password(opened, client)
    tokens = (await sign_in(client, "mgas", member["email"])).body
    answers = await asyncio.gather(*(refresh(client, tokens["refresh_token"]) for _ in range(4)))
    fresh = [answer.body["refresh_token"] for answer in answers if answer.status == 200]

    assert sorted(answer.status for answer in answers) == [200, 401, 401, 401]
    assert (await refresh(client, fresh[0])).status == 401


async def test_being_too_busy_brings_nobody_nearer_to_a_lock(opened, client):
    member = await with_password(opened, client)
    narrow = WatchedHashing(opened, queue=1)
    opened.identity = replace(opened.identity, hashing=narrow)
    async with http_client(opened.identity) as busy:
        with narrow.place(), narrow.place(), narrow.place():
            answers = [await sign_in(busy, "mgas", member["email"]) for _ in range(12)]
            unknown = await sign_in(busy, "mgas", "personne@courriel.example")

        assert {(answer.status, answer.code) for answer in answers} == {(503, "too-busy")}
        assert answers[0] == unknown
        assert answers[0].headers["Retry-After"] == "2"
        assert await opened.value("SELECT count(*) FROM tries") == 0
        assert (await sign_in(busy, "mgas", member["email"])).status == 201
    narrow.close()


async def test_being_too_busy_costs_a_posted_code_no_try_and_a_link_nothing(opened, client):
    member = await opened.enrol(brand="safiag", email=None)
    other = await opened.enrol()
    code = await posted_code(opened, client, "safiag", member["nir"])
    token = await mailed_token(opened, client, "mgas", other["email"])
    narrow = WatchedHashing(opened, queue=1)
    opened.identity = replace(opened.identity, hashing=narrow)
    async with http_client(opened.identity) as busy:
        with narrow.place(), narrow.place(), narrow.place():
            codes = {(await connect(busy, "safiag", member["nir"], code)).code for _ in range(7)}
            codes |= {(await redeem(busy, "mgas", token)).code for _ in range(7)}

            with pytest.raises(TooBusy), narrow.place():
                pass

        assert codes == {"too-busy"}
        assert (await connect(busy, "safiag", member["nir"], code)).status == 204
        assert (await redeem(busy, "mgas", token)).status == 204
    narrow.close()
