"""Hashing: slow for a thief, bounded for everybody, and the loop goes on meanwhile."""

import asyncio
import base64
import time
import unicodedata
from collections.abc import Iterator

import pytest
from argon2 import extract_parameters
from identity_service.domain.errors import TooBusy
from identity_service.security.password_hashing import Figures, PasswordHashing
from service_kit.key_rings import KeyRing

PASSWORD = "cheval agrafe batterie correcte"
FLOOR = Figures(19 * 1024, 2)


def ring(*names: str) -> KeyRing:
    return KeyRing({name: name.encode().ljust(32, b"-") for name in names}, names[0])


@pytest.fixture
def hashing() -> Iterator[PasswordHashing]:
    made = PasswordHashing(ring("k1"), FLOOR, threads=2, queue=2)
    yield made
    made.close()


@pytest.fixture
def patient_hashing() -> Iterator[PasswordHashing]:
    made = PasswordHashing(ring("k1"), FLOOR, threads=2, queue=100)
    yield made
    made.close()


async def test_a_hash_is_argon2id_with_the_figures_that_were_set(hashing):
    with hashing.place() as place:
        key_id, _, encoded = (await place.hash(PASSWORD)).partition(":")

    assert key_id == "k1"
    assert encoded.startswith("$argon2id$")
    assert (Figures.of(encoded), extract_parameters(encoded).parallelism) == (FLOOR, 1)


async def test_only_the_right_password_is_right(hashing):
    with hashing.place() as place:
        stored = await place.hash(PASSWORD)

        assert await place.verify(stored, PASSWORD)
        assert not await place.verify(stored, PASSWORD + " ")
        assert not await place.verify(stored, PASSWORD.upper())


async def test_two_hashes_of_one_password_differ(hashing):
    with hashing.place() as place:
        assert await place.hash(PASSWORD) != await place.hash(PASSWORD)


async def test_an_accent_typed_in_two_ways_is_one_password(hashing):
    with hashing.place() as place:
        stored = await place.hash(unicodedata.normalize("NFC", "Vive l’été à Orléans !"))

        assert await place.verify(stored, unicodedata.normalize("NFD", "Vive l’été à Orléans !"))
        assert await place.verify(stored, "Vive l’été à Orléans\u202f!")


async def test_a_stolen_hash_is_worth_nothing_without_the_pepper(hashing):
    other = PasswordHashing(KeyRing({"k1": b"x" * 32}, "k1"), FLOOR, threads=1, queue=1)
    with hashing.place() as place, other.place() as elsewhere:
        stored = await place.hash(PASSWORD)

        assert not await elsewhere.verify(stored, PASSWORD)
    other.close()


async def test_a_hash_of_a_former_pepper_is_right_and_outdated(hashing):
    rotated = PasswordHashing(ring("k2", "k1"), FLOOR, threads=1, queue=1)
    with hashing.place() as place, rotated.place() as later:
        stored = await place.hash(PASSWORD)

        assert await later.verify(stored, PASSWORD)
        assert rotated.is_outdated(stored)
        assert not rotated.is_outdated(await later.hash(PASSWORD))
    rotated.close()


@pytest.mark.parametrize("former", [Figures(19 * 1024, 1), Figures(9 * 1024, 4), Figures(24 * 1024, 2)])
async def test_a_hash_of_former_figures_is_right_and_outdated(hashing, former):
    before = PasswordHashing(ring("k1"), former, threads=1, queue=1)
    with before.place() as place, hashing.place() as later:
        stored = await place.hash(PASSWORD)

        assert await later.verify(stored, PASSWORD)
        assert not await later.verify(stored, PASSWORD + "x")
        assert hashing.is_outdated(stored)
        assert not hashing.is_outdated(await later.hash(PASSWORD))
    before.close()


def test_a_hash_from_before_the_figures_were_raised_takes_as_long_as_nobodys() -> None:
    """A wrong password must not tell that somebody is there and has not signed in since."""
    before = PasswordHashing(ring("k1"), Figures(2 * 1024, 2), threads=1, queue=1)
    today = PasswordHashing(ring("k1"), Figures(8 * 1024, 2), threads=1, queue=1)
    stored, seconds = before.hash_now(PASSWORD), {"former": 0.0, "nobody": 0.0}
    for name, asked in [("former", stored), ("nobody", None)] * 40:
        begun = time.thread_time()
        today.verify_now(asked, "wrong")
        seconds[name] += time.thread_time() - begun

    assert 0.8 < seconds["former"] / seconds["nobody"] < 1.25, seconds  # without care: 0.25
    before.close()
    today.close()


async def test_a_hash_of_a_pepper_that_is_gone_is_wrong_and_no_error(hashing):
    retired = PasswordHashing(ring("k3"), FLOOR, threads=1, queue=1)
    with hashing.place() as place, retired.place() as later:
        assert not await later.verify(await place.hash(PASSWORD), PASSWORD)
    retired.close()


@pytest.mark.parametrize("stored", ["", "k1:", "k1:$argon2id$broken", "nonsense", ":"])
async def test_a_hash_that_is_none_is_wrong_and_no_error(hashing, stored):
    with hashing.place() as place:
        assert not await place.verify(stored, PASSWORD)


async def test_nobody_has_the_password_that_stands_in_for_nobodys(hashing):
    with hashing.place() as place:
        assert not await place.verify(None, "a password that nobody has")


@pytest.mark.parametrize("password", ["\x00", "a\x00b", "😀" * 300, "x" * 1000, "\u0301", " "])
async def test_odd_passwords_are_hashed_whole(hashing, password):
    with hashing.place() as place:
        stored = await place.hash(password)

        assert await place.verify(stored, password)
        assert not await place.verify(stored, password + "x")


async def test_when_every_place_is_taken_the_next_one_is_told_to_come_back(hashing):
    with hashing.place(), hashing.place(), hashing.place(), hashing.place():
        with pytest.raises(TooBusy) as refusal, hashing.place():
            pass

        assert refusal.value.retry_after == 2
    with hashing.place() as place:
        assert await place.hash(PASSWORD)


async def test_a_place_is_free_again_after_an_error(hashing):
    for _ in range(10):
        with pytest.raises(ZeroDivisionError), hashing.place():
            raise ZeroDivisionError
    with hashing.place(), hashing.place(), hashing.place(), hashing.place():
        pass


async def test_the_loop_goes_on_while_passwords_are_hashed(patient_hashing):
    async def hash_one() -> str:
        with patient_hashing.place() as place:
            return await place.hash(PASSWORD)

    begun = time.perf_counter()
    hashes = asyncio.gather(*(hash_one() for _ in range(12)))
    turns = 0
    while not hashes.done():
        await asyncio.sleep(0.001)
        turns += 1
    seconds = time.perf_counter() - begun
    await hashes

    # One hash keeps a core for some 20 ms: a loop that hashes by itself turns about once for each.
    assert turns > 12 * 2, f"{turns} turns in {seconds:.2f} s"


async def test_nothing_of_the_password_is_in_its_hash(hashing):
    with hashing.place() as place:
        stored = await place.hash("481592")

    assert "481592" not in stored
    assert base64.b64encode(b"481592").decode() not in stored
