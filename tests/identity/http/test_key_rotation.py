"""Keys and peppers are exchanged while members sign in: nobody is turned away, nobody needs a new password."""

import asyncio
import json
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from identity_service.http.sign_in_policy import ENDPOINTS
from identity_service.security.password_hashing import Figures
from identity_service.settings import IdentitySettings
from joserfc import jws
from service_kit import key_rotation
from service_kit.access_tokens import KeyFile, TokenVerifier
from service_kit.signatures import TokenRefused

from tests.support.identity_fixtures import OpenedIdentity, http_client, identity_settings, opened_identity
from tests.support.identity_process import environment
from tests.support.identity_steps import PASSPHRASE, refresh, sign_in, sign_out, with_password

KNOWN = timedelta(seconds=key_rotation.KNOWN_SECONDS)
ENDED = timedelta(seconds=key_rotation.OVERLAP_SECONDS)


@dataclass(frozen=True)
class Place:
    """The folder that identity and another service read their keys from."""

    folder: Path

    @property
    def files(self) -> tuple[Path, Path]:
        return self.folder / "identity" / "access-token-keys.json", self.folder / "public" / "access-token-jwks.json"

    @property
    def pepper(self) -> Path:
        return self.folder / "identity" / "pepper.json"

    def another_service(self) -> TokenVerifier:
        return TokenVerifier(KeyFile(self.files[1]), "espace-adherent", "espace-adherent")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def key_of(token: str) -> str:
    return str(jws.extract_compact(token.encode()).headers()["kid"])


def is_taken(verifier: TokenVerifier, token: str, now: datetime) -> bool:
    try:
        return verifier.member(token, now=now).brand == "mgas"
    except TokenRefused:
        return False


async def published(client: aiohttp.ClientSession) -> list[str]:
    async with client.get("/.well-known/jwks.json") as response:
        return [key["kid"] for key in (await response.json())["keys"]]


async def test_tokens_of_both_keys_are_taken_while_keys_are_exchanged(opened, client, place):
    """No process is started again: identity and the others read the files anew."""
    member, clock = await with_password(opened, client), opened.clock
    elsewhere, taken = place.another_service(), []

    async def signed_in() -> str:
        return str((await sign_in(client, "mgas", member["email"])).body["access_token"])

    before = await signed_in()
    key_rotation.add_signing_key(*place.files, now=clock.now())
    while_added = await signed_in()
    taken += [is_taken(elsewhere, token, clock.now()) for token in (before, while_added)]

    assert key_of(while_added) == key_of(before)
    assert (await published(client))[0] == key_of(before)
    assert len(await published(client)) == 2

    clock.advance(seconds=590)  # the first tokens still live
    key_rotation.activate_signing_key(*place.files, now=clock.now(), at_once=True)
    after = await signed_in()
    taken += [is_taken(elsewhere, token, clock.now()) for token in (before, while_added, after)]

    assert key_of(after) != key_of(before)
    assert await published(client) == [key_of(after), key_of(before)]
    assert taken == [True] * 5
    assert (await sign_out(client, before)).status == 204  # taken by identity itself, too

    clock.advance(seconds=ENDED.total_seconds())
    key_rotation.retire_signing_keys(*place.files, now=clock.now())

    assert await published(client) == [key_of(after)]
    assert is_taken(elsewhere, await signed_in(), clock.now())


async def test_a_refresh_token_outlives_the_key_of_its_access_token(opened, client, place):
    member = await with_password(opened, client)
    body = (await sign_in(client, "mgas", member["email"])).body
    key_rotation.add_signing_key(*place.files, now=opened.clock.now())
    key_rotation.activate_signing_key(*place.files, now=opened.clock.now(), at_once=True)
    key_rotation.retire_signing_keys(*place.files, now=opened.clock.now(), at_once=True)
    refreshed = await refresh(client, body["refresh_token"])

    assert not is_taken(place.another_service(), body["access_token"], opened.clock.now())
    assert (await sign_out(client, body["access_token"])).code == "not-signed-in"
    assert is_taken(place.another_service(), refreshed.body["access_token"], opened.clock.now())


async def test_identity_signs_with_the_former_keys_while_the_new_file_cannot_be_used(opened, client, place):
    member = await with_password(opened, client)
    private, _ = place.files
    former = json.loads(private.read_text())["keys"][0]
    for content in ("", "{", '{"keys": []}', json.dumps({"keys": [{**former, "kty": "RSA"}]})):
        private.write_text(content)
        body = (await sign_in(client, "mgas", member["email"])).body

        assert key_of(body["access_token"]) == former["kid"]


async def test_the_public_keys_may_be_kept_and_asked_for_again_by_their_tag(opened, client, place):
    async with client.get("/.well-known/jwks.json") as response:
        headers, body = response.headers, await response.json()
    kept = {"Cache-Control": "public, max-age=300", "ETag": headers["ETag"]}
    asked = {}
    for known in (headers["ETag"], f"W/{headers['ETag']}", f'"other", {headers["ETag"]}', "*", '"other"', "nonsense"):
        async with client.get("/.well-known/jwks.json", headers={"If-None-Match": known}) as response:
            asked[known] = response.status
            length = len(await response.read())

            assert {name: response.headers[name] for name in kept} == kept
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert (length == 0, "Content-Type" not in response.headers) == (response.status == 304,) * 2

    assert list(asked.values()) == [304, 304, 304, 304, 200, 200]
    key_rotation.add_signing_key(*place.files, now=opened.clock.now())
    async with client.get("/.well-known/jwks.json", headers={"If-None-Match": headers["ETag"]}) as response:
        assert (response.status, len((await response.json())["keys"])) == (200, len(body["keys"]) + 1)
        assert response.headers["ETag"] != headers["ETag"]


async def test_a_cache_never_keeps_the_keys_longer_than_a_key_is_known_before_it_signs():
    (endpoint,) = [one for one in ENDPOINTS if one.operation == "show_public_keys"]

    assert endpoint.lasts_seconds == 300 < key_rotation.KNOWN_SECONDS


async def test_no_other_answer_may_be_kept(client):
    for path in ("/v1/mgas/sign-in-policy", "/.well-known/jwks.json/", "/openapi.json", "/v1/nobody/terms"):
        async with client.get(path) as response:
            assert (path, response.headers["Cache-Control"]) == (path, "no-store")


@pytest.fixture
def another_start(identity_database: str, place: Place) -> Any:
    """Opens identity once more on the same database and files, as after a restart with other settings."""

    async def with_settings(act: Any, **settings: Any) -> Any:
        async with (
            opened_identity(place.folder, identity_database, **settings) as opened,
            http_client(opened.identity) as client,
        ):
            return await act(opened, client)

    return with_settings


def hash_keys(stored: str) -> tuple[str, Figures]:
    pepper, _, encoded = stored.partition(":")
    return pepper, Figures.of(encoded)


async def test_old_passwords_sign_in_under_new_peppers_and_figures_and_are_hashed_anew(another_start, place):
    """Through two peppers and two changes of figures; each account moves at its own next sign-in."""

    async def enrol_two(opened: OpenedIdentity, client: aiohttp.ClientSession) -> list[dict[str, Any]]:
        return [await with_password(opened, client) for _ in range(2)]

    often, rarely = await another_start(enrol_two)

    async def visit(member: dict[str, Any]) -> Any:
        async def act(opened: OpenedIdentity, client: aiohttp.ClientSession) -> tuple[int, int, tuple[str, Figures]]:
            wrong = await sign_in(client, "mgas", member["email"], PASSPHRASE + "x")
            right = await sign_in(client, "mgas", member["email"])
            return wrong.status, right.status, hash_keys((await opened.account(member))["password_hash"])

        return act

    least, more = Figures(19_456, 2), Figures(20_480, 2)

    assert await another_start(await visit(often)) == (401, 201, ("k1", least))
    now = datetime.fromisoformat("2026-03-10T09:00:00+00:00")
    for expected in ("k2", "k3"):
        key_rotation.add_ring_key(place.pepper, now=now)
        key_rotation.promote_ring_key(place.pepper, now=now, at_once=True)

        assert await another_start(await visit(often)) == (401, 201, (expected, least))
    assert await another_start(await visit(often), hashing_memory_kib=20_480) == (401, 201, ("k3", more))
    # Two generations later, and with other figures: no reset.
    assert await another_start(await visit(rarely), hashing_memory_kib=20_480) == (401, 201, ("k3", more))


async def test_a_hash_of_todays_pepper_and_figures_is_left_as_it_is(opened, client):
    member = await with_password(opened, client)
    before = (await opened.account(member))["password_hash"]
    for password in (PASSPHRASE + "x", PASSPHRASE):
        await sign_in(client, "mgas", member["email"], password)

    assert (await opened.account(member))["password_hash"] == before


async def test_an_operator_sees_who_would_lose_a_pepper(another_start, place, identity_database):
    async def enrol(opened: OpenedIdentity, client: aiohttp.ClientSession) -> list[dict[str, Any]]:
        return [await with_password(opened, client) for _ in range(3)]

    async def sign_in_once(_opened: OpenedIdentity, client: aiohttp.ClientSession) -> None:
        assert (await sign_in(client, "mgas", members[0]["email"])).status == 201

    members = await another_start(enrol)
    key_rotation.add_ring_key(place.pepper, now=datetime.fromisoformat("2026-03-10T09:00:00+00:00"))
    settings = identity_settings(place.folder, identity_database)
    counted = [await counted_by(settings)]
    key_rotation.promote_ring_key(place.pepper, now=datetime.fromisoformat("2026-03-10T09:10:00+00:00"))
    await another_start(sign_in_once)
    counted.append(await counted_by(settings))
    ring = json.loads(place.pepper.read_text())
    del ring["keys"]["k1"]
    place.pepper.write_text(json.dumps(ring))
    counted.append(await counted_by(settings))

    assert counted == [
        [["k1", "current", "m=19456,t=2,p=1", "3"], ["k2", "other", "-", "0"]],
        [["k1", "other", "m=19456,t=2,p=1", "2"], ["k2", "current", "m=19456,t=2,p=1", "1"]],
        [["k1", "MISSING", "m=19456,t=2,p=1", "2"], ["k2", "current", "m=19456,t=2,p=1", "1"]],
    ]


async def counted_by(settings: IdentitySettings) -> list[list[str]]:
    """Run the operator's own command."""
    command = [sys.executable, "-m", "identity_service", "password-keys"]
    process = await asyncio.create_subprocess_exec(*command, env=environment(settings), stdout=asyncio.subprocess.PIPE)
    printed, _ = await process.communicate()

    assert process.returncode == 0
    return [line.split() for line in printed.decode().splitlines()[1:]]
