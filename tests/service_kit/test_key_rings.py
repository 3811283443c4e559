"""Keys at rest: rotation, separation of purposes, binding to a context."""

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from service_kit.key_rings import NONCE_BYTES, Cipher, Digests, KeyRing, KeyRingUnusable

pytestmark = pytest.mark.unit

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
BEFORE = KeyRing({"old": OLD}, "old")
DURING = KeyRing({"old": OLD, "new": NEW}, "new")
AFTER = KeyRing({"new": NEW}, "new")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(TEXT, TEXT)
def test_a_digest_written_before_a_rotation_is_found_after_it(brand: str, value: str) -> None:
    old = Digests(BEFORE, "login").of(brand, value)

    assert old in Digests(DURING, "login").all_of(brand, value)
    assert old not in Digests(AFTER, "login").all_of(brand, value)
    assert Digests(DURING, "login").all_of(brand, value)[0] == Digests(DURING, "login").of(brand, value)
    assert Digests(DURING, "login").of(brand, value) == Digests(AFTER, "login").of(brand, value) != old


@given(st.lists(TEXT, max_size=4), st.lists(TEXT, max_size=4))
def test_parts_cannot_run_into_each_other(one: list[str], other: list[str]) -> None:
    digests = Digests(BEFORE, "login")

    assert (digests.of(*one) == digests.of(*other)) is (one == other)


@given(TEXT, st.sampled_from(["login", "email", "cipher:login", "digest:login", ""]), st.sampled_from(["x", "digest"]))
def test_the_same_value_has_another_digest_for_each_purpose(value: str, one: str, other: str) -> None:
    assert Digests(BEFORE, one).of(value) != Digests(BEFORE, other).of(value)


@given(st.text(max_size=10), st.text(max_size=10))
def test_each_purpose_has_a_key_of_its_own(one: str, other: str) -> None:
    derived = BEFORE.derive(f"digest:{one}", "old")

    assert len(derived) == 32
    assert derived != OLD
    assert derived != BEFORE.derive(f"cipher:{one}", "old")
    assert (derived == BEFORE.derive(f"digest:{other}", "old")) is (one == other)
    assert derived != DURING.derive(f"digest:{one}", "new")


def test_a_digest_of_each_value_says_nothing_of_their_order_or_number() -> None:
    digests = Digests(BEFORE, "words")

    assert digests.of_each("row", ["b", "a", "b"]) == digests.of_each("row", ["a", "b"])
    assert set(digests.of_each("row", ["a"])).isdisjoint(digests.of_each("other row", ["a"]))


@given(st.binary(max_size=100), TEXT)
def test_what_was_sealed_before_a_rotation_opens_after_it(clear: bytes, context: str) -> None:
    sealed = Cipher(BEFORE, "email").seal(clear, context=context)

    assert Cipher(DURING, "email").open(sealed, context=context) == clear
    assert Cipher(DURING, "email").seal(clear, context=context).startswith(b"new:")
    with pytest.raises(KeyRingUnusable):
        Cipher(AFTER, "email").open(sealed, context=context)


@given(st.binary(max_size=40), TEXT, TEXT)
def test_a_sealed_value_opens_in_its_own_place_only(clear: bytes, context: str, other: str) -> None:
    sealed = Cipher(BEFORE, "email").seal(clear, context=context)
    if context != other:
        with pytest.raises(KeyRingUnusable):
            Cipher(BEFORE, "email").open(sealed, context=other)
    with pytest.raises(KeyRingUnusable):
        Cipher(BEFORE, "another purpose").open(sealed, context=context)


@given(st.binary(max_size=40), st.integers(0, 1000), st.integers(1, 255))
def test_an_altered_value_does_not_open(clear: bytes, position: int, bits: int) -> None:
    sealed = bytearray(Cipher(BEFORE, "email").seal(clear, context="row"))
    sealed[position % len(sealed)] ^= bits
    with pytest.raises(KeyRingUnusable):
        Cipher(BEFORE, "email").open(bytes(sealed), context="row")


@given(st.binary(max_size=60) | st.binary(max_size=40).map(lambda raw: b"old:" + raw))
def test_any_bytes_are_refused_with_one_kind_of_error(raw: bytes) -> None:
    with pytest.raises(KeyRingUnusable):
        Cipher(BEFORE, "email").open(raw, context="row")


def test_equal_values_are_never_sealed_alike() -> None:
    cipher = Cipher(BEFORE, "email")
    sealed = {cipher.seal(b"same", context="row") for _ in range(50)}

    assert len(sealed) == 50
    assert {len(one) for one in sealed} == {len(b"old:") + NONCE_BYTES + len(b"same") + 16}


def write(file: Path, content: object) -> Path:
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


def test_a_ring_is_read_from_its_file(tmp_path: Path) -> None:
    keys = {"old": base64.b64encode(OLD).decode(), "new": base64.b64encode(NEW).decode()}
    ring = KeyRing.read(write(tmp_path / "keys.json", {"current": "new", "keys": keys}))

    assert ring.ids() == ["new", "old"]
    assert Digests(ring, "p").of("x") == Digests(DURING, "p").of("x")


@pytest.mark.parametrize(
    "content",
    [
        "",
        "null",
        "[]",
        {},
        {"keys": {}, "current": "a"},
        {"keys": {"a": "AAAA"}, "current": "a"},
        {"keys": {"a": base64.b64encode(OLD).decode()}, "current": "b"},
        {"keys": {"a": base64.b64encode(OLD).decode()}},
        {"keys": {"a:b": base64.b64encode(OLD).decode()}, "current": "a:b"},
        {"keys": {"": base64.b64encode(OLD).decode()}, "current": ""},
        {"keys": {"\x01a": base64.b64encode(OLD).decode()}, "current": "\x01a"},
        {"keys": {"a": 5}, "current": "a"},
        {"keys": ["a"], "current": "a"},
        {"keys": {"a": "not base64 é"}, "current": "a"},
    ],
)
def test_an_unusable_file_is_named_and_no_key_is_shown(content: object, tmp_path: Path) -> None:
    with pytest.raises(KeyRingUnusable) as refused:
        KeyRing.read(write(tmp_path / "keys.json", content))

    assert str(tmp_path / "keys.json") in str(refused.value)
    assert base64.b64encode(OLD).decode() not in str(refused.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyRingUnusable, match="FileNotFoundError"):
        KeyRing.read(tmp_path / "none.json")


def test_a_mark_names_its_key_and_is_known_as_long_as_that_key_is_on_the_ring() -> None:
    mark = Digests(BEFORE, "row").mark(b"one", b"two")
    during = Digests(DURING, "row")

    assert mark.startswith(b"old:")
    assert during.mark(b"one", b"two").startswith(b"new:")
    assert during.is_mark(mark, b"one", b"two")
    assert not during.is_mark(mark, b"onet", b"wo")
    assert not during.is_mark(mark[:-1], b"one", b"two")
    assert not Digests(DURING, "link").is_mark(mark, b"one", b"two")
    with pytest.raises(KeyRingUnusable):
        Digests(AFTER, "row").is_mark(mark, b"one", b"two")


@pytest.mark.parametrize("mark", [b"", b":", b"\xff\xfe:x", b"gone:x"])
def test_a_mark_of_a_key_that_never_was_is_unusable(mark: bytes) -> None:
    with pytest.raises(KeyRingUnusable):
        Digests(BEFORE, "row").is_mark(mark, b"one")
