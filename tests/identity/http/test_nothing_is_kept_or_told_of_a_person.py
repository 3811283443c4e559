"""After every journey, neither the database nor a log line holds a person or a secret in any form that can be turned back."""

import base64
import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from service_kit.relay import Relay

from tests.support.access_steps import activation, create, look_up, welcomes
from tests.support.identity_fixtures import OpenedIdentity
from tests.support.identity_steps import ask, connect, posted_code, redeem, refresh, sign_in, sign_out

MEMBER: dict[str, Any] = {
    "nir": "2580275056084",
    "membership_number": "70918273",
    "statement_identifier": "9182736450",
    "birth_date": "1958-02-17",
    "last_name": "Quatrevingt-Étangs",
    "birth_name": "Zwingelstein",
    "first_name": "Philomène",
    "email": "Philomene.Quatrevingt@Courriel.Example",
    "address": {"street": "17 rue du Canari", "locality": "56780 Île-aux-Moines"},
}
NUMBERS = ["2580275056084", "258027505608407", "2 58 02 75 056 084", "2 58 02 75 056 084 07"]
BIRTH_DATES = ["1958-02-17", "17/02/1958", "17021958", "19580217", "170258", "580217", "17.02.58", "17 02 1958"]
OWN_ADDRESS = "Ma.Propre.Volière@Nichoir.Example"
PEOPLE = ["Quatrevingt", "Zwingelstein", "Philomène", "rue du Canari", "Île-aux-Moines", MEMBER["email"], OWN_ADDRESS]
FIRST, SECOND = "907316", "481592"
PASSPHRASE = "trois petits canaris jaunes"


class Journeys:
    """Walks every journey once and remembers the secrets that were handed out."""

    def __init__(self, opened: OpenedIdentity, client: Any) -> None:
        self.opened, self.client = opened, client
        self.secrets = [FIRST, SECOND, PASSPHRASE]

    async def walk(self) -> None:
        await self._by_letter_then_by_mail()
        await self._mgas()
        await self._with_an_address_of_ones_own()
        await self._in_vain()

    async def _by_letter_then_by_mail(self) -> None:
        member = await self.opened.enrol(brand="safiag", **(MEMBER | {"email": None}))
        code = await posted_code(self.opened, self.client, "safiag", NUMBERS[1])
        self.secrets += [code, code.replace("-", "")]
        await connect(self.client, "safiag", NUMBERS[3], "C2DF-H3JK-4LMN", FIRST)
        await connect(self.client, "safiag", NUMBERS[3], code, "170258")
        assert (await connect(self.client, "safiag", NUMBERS[3], code, FIRST)).status == 204
        await self._session("safiag", NUMBERS[2], FIRST)
        await self.opened.hear({**member, "version": 2, "email": MEMBER["email"]}, event="member.changed.v1")
        await self._reset("safiag", NUMBERS[0], SECOND)

    async def _mgas(self) -> None:
        await self.opened.enrol(brand="mgas", **MEMBER)
        await self._reset("mgas", MEMBER["email"].lower(), PASSPHRASE)
        await self._session("mgas", MEMBER["email"], PASSPHRASE)

    async def _with_an_address_of_ones_own(self) -> None:
        member = await self.opened.enrol(brand="demo", **(MEMBER | {"email": None}))
        await create(self.client, member, OWN_ADDRESS, nir=NUMBERS[2][::-1])
        token = await activation(self.opened, self.client, member, OWN_ADDRESS)
        self.secrets.append(token)
        assert (await redeem(self.client, "demo", token, PASSPHRASE)).status == 204
        await look_up(self.client, member, birth_date="1958-02-16")
        assert (await look_up(self.client, member)).status == 200
        welcomed = await self.opened.enrol(brand="demo", effective_date="2026-03-10", email=MEMBER["email"])
        self.secrets += [event.data["token"] for event in await welcomes(self.opened)]
        assert welcomed["email"] == MEMBER["email"]

    async def _reset(self, brand: str, identifier: str, password: str) -> None:
        headers = {"Idempotency-Key": "canary-key-00000001"}
        path = f"/v1/{brand}/password-resets"
        async with self.client.post(path, json={"identifier": identifier}, headers=headers) as response:
            assert response.status == 202
        await self.opened.decide()
        *_, event = await self.opened.new_events()
        self.secrets.append(event.data["token"])
        await redeem(self.client, brand, event.data["token"], "17021958")
        assert (await redeem(self.client, brand, event.data["token"], password)).status == 204

    async def _session(self, brand: str, identifier: str, password: str) -> None:
        tokens = (await sign_in(self.client, brand, identifier, password)).body
        fresh = (await refresh(self.client, tokens["refresh_token"])).body
        self.secrets += [tokens["access_token"], tokens["refresh_token"], fresh["access_token"], fresh["refresh_token"]]
        await sign_out(self.client, fresh["access_token"])

    async def _in_vain(self) -> None:
        for identifier in NUMBERS:
            await ask(self.client, "mgas", identifier)
            await sign_in(self.client, "demo", identifier, PASSPHRASE)
        async with self.client.post("/v1/safiag/sessions", data=f'{{"identifier": "{NUMBERS[0]}", ') as response:
            assert response.status in (400, 415)
        async with self.client.post(
            "/v1/safiag/sessions", json={"identifier": 2580275056084, "nir": NUMBERS[0]}
        ) as response:
            assert response.status == 422

    def canaries(self) -> list[str]:
        numbers = [MEMBER["membership_number"], MEMBER["statement_identifier"]]
        return [*NUMBERS, *BIRTH_DATES, *PEOPLE, *numbers, *self.secrets]


def forms(canary: str) -> Iterator[tuple[str, bytes]]:
    """Yield the forms of a canary that could be turned back: as it is, encoded, and under digests without a key."""
    for text in {canary, canary.lower(), canary.upper()}:
        raw = text.encode()
        yield "clear", raw
        yield "reversed", raw[::-1]
        yield "base64", base64.b64encode(raw).rstrip(b"=")[:-1] if len(raw) > 5 else raw
        yield "hex", raw.hex().encode()
        for name in ("md5", "sha1", "sha256", "sha512"):
            for content in (raw, json.dumps({"identifier": text}).encode()):
                digest = hashlib.new(name, content).digest()
                yield name, digest
                yield name, digest.hex().encode()
                yield name, base64.b64encode(digest)


async def every_value(opened: OpenedIdentity) -> list[tuple[str, bytes]]:
    """Return (table.column, bytes) for every value of every row of the database."""
    async with opened.identity.database.connection() as connection:
        tables = [
            row["tablename"]
            for row in await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ]
        found = []
        for table in tables:
            for row in await connection.fetch(f"SELECT * FROM {table}"):
                found += [(f"{table}.{column}", raw) for column, value in row.items() for raw in _raw(value)]
    return found


def _raw(value: Any) -> list[bytes]:
    if isinstance(value, (list, set, tuple)):
        return [raw for one in value for raw in _raw(one)]
    if isinstance(value, bytes):
        return [value]
    return [] if value is None else [json.dumps(value, default=str, ensure_ascii=False).encode()]


def held(where: list[tuple[str, bytes]], canaries: list[str]) -> set[tuple[str, str]]:
    """Return (place, form) of every canary that is found. Short digits are looked for as whole values only."""
    found = set()
    for canary in canaries:
        for form, needle in forms(canary):
            short = form in ("clear", "reversed") and len(needle) <= 6
            found |= {
                (place, f"{canary}, {form}") for place, raw in where if (raw == needle if short else needle in raw)
            }
    return found


@pytest.fixture
async def journeys(opened, client) -> Journeys:
    """All journeys, not yet walked."""
    return Journeys(opened, client)


async def test_the_database_holds_nobody_even_before_anything_was_published(opened, journeys):
    await journeys.walk()
    values = await every_value(opened)

    assert {place.split(".")[0] for place, _ in values} >= {
        "accounts", "outbox_default", "sessions", "refresh_tokens", "reset_tokens", "posted_codes", "tries",
        "terms_acceptances", "idempotency_keys", "reset_requests",
    } - {"outbox_default"}  # fmt: skip
    assert held(values, journeys.canaries()) == set()


async def test_the_search_would_find_them():
    where = [("a.b", b"x 2580275056084 y"), ("c.d", hashlib.sha256(b"170258").digest()), ("e.f", b'"907316"')]

    assert {place for place, _ in held(where, ["2580275056084", "170258"])} == {"a.b", "c.d"}


async def test_what_was_published_is_blank(opened, journeys):
    await journeys.walk()

    class Everybody:
        async def publish(self, _envelope) -> None: ...

    relay = Relay("identity", opened.identity.database, Everybody())
    while await relay.publish_due():
        pass

    assert set(await opened.value("SELECT array_agg(DISTINCT type) FROM outbox")) >= {
        "reset.requested.v1", "letter.required.v1", "posted-code.redeemed.v1", "activation.requested.v1",
        "account.created.v1", "identifier.looked-up.v1",
    }  # fmt: skip
    assert await opened.value("SELECT count(*) FROM outbox WHERE sealed IS NOT NULL OR published_at IS NULL") == 0


async def test_no_log_line_holds_a_person_or_a_secret(journeys):
    with structlog.testing.capture_logs() as lines:
        await journeys.walk()
    where = [(str(line["event"]), json.dumps(line, default=repr, ensure_ascii=False).encode()) for line in lines]

    assert len(where) > 20
    assert held(where, journeys.canaries()) == set()


async def test_no_answer_repeats_what_was_typed(opened, client):
    member = await opened.enrol(**MEMBER)
    token = "A" * 43
    typed = [
        await ask(client, "mgas", member["email"]),
        await sign_in(client, "mgas", member["email"], PASSPHRASE),
        await redeem(client, "mgas", token, "court"),
        await connect(client, "safiag", NUMBERS[0], "C4DF-H7JK-9MNP", "abc"),
        await refresh(client, token),
        await create(client, member, OWN_ADDRESS),
        await look_up(client, member, birth_date="1958-02-16"),
    ]
    where = [(str(number), json.dumps(answer.body, ensure_ascii=False).encode()) for number, answer in enumerate(typed)]

    assert held(where, [*NUMBERS, *PEOPLE, token, PASSPHRASE, "C4DF-H7JK-9MNP", "court"]) == set()
