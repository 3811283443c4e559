"""Values under keys of their own: the ring key is exchanged, the contents stay, and values from before still open."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from service_kit.key_rings import Cipher, KeyRing, KeyRingUnusable
from service_kit.wrapped_keys import WRAPPED_BYTES, WrappingCipher

pytestmark = pytest.mark.unit

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
BEFORE = KeyRing({"old": OLD}, "old")
DURING = KeyRing({"old": OLD, "new": NEW}, "new")
AFTER = KeyRing({"new": NEW}, "new")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
PLAIN_AND_WRAPPING = pytest.mark.parametrize("kind", [Cipher, WrappingCipher])


@PLAIN_AND_WRAPPING
@given(clear=st.binary(max_size=100), context=TEXT)
@settings(max_examples=30)
def test_a_rewrapped_value_opens_without_the_former_key(kind: type[Cipher], clear: bytes, context: str) -> None:
    sealed = kind(BEFORE, "nir").seal(clear, context=context)
    with pytest.raises(KeyRingUnusable):
        kind(AFTER, "nir").open(sealed, context=context)
    rewrapped = kind(DURING, "nir").rewrap(sealed, context=context)

    assert kind(AFTER, "nir").open(rewrapped, context=context) == clear
    assert b"old" not in rewrapped[:4]
    assert rewrapped.startswith(kind(DURING, "nir").current_mark)
    assert not sealed.startswith(kind(DURING, "nir").current_mark)


@PLAIN_AND_WRAPPING
def test_a_value_under_the_current_key_is_left_alone(kind: type[Cipher]) -> None:
    sealed = kind(DURING, "nir").seal(b"2690599123456", context="row")

    assert kind(DURING, "nir").rewrap(sealed, context="row") == sealed


def test_rewrapping_changes_no_byte_of_the_content() -> None:
    sealed = WrappingCipher(BEFORE, "nir").seal(b"2690599123456" * 100, context="row")
    rewrapped = WrappingCipher(DURING, "nir").rewrap(sealed, context="row")
    head, new_head = (value.index(b":") + 1 + WRAPPED_BYTES for value in (sealed, rewrapped))

    assert rewrapped[new_head:] == sealed[head:]
    assert rewrapped[:new_head] != sealed[:head]


def test_a_value_of_the_plain_cipher_opens_and_is_lifted_by_rewrapping() -> None:
    plain = Cipher(DURING, "nir").seal(b"2690599123456", context="row")
    cipher = WrappingCipher(DURING, "nir")
    lifted = cipher.rewrap(plain, context="row")

    assert cipher.open(plain, context="row") == b"2690599123456"
    assert lifted.startswith(b"\x01new:")
    assert cipher.open(lifted, context="row") == b"2690599123456"


def test_equal_values_have_keys_of_their_own() -> None:
    cipher = WrappingCipher(BEFORE, "nir")
    contents = {cipher.seal(b"same", context="row")[-20:] for _ in range(50)}

    assert len(contents) == 50


@given(st.binary(max_size=40), TEXT, TEXT)
@settings(max_examples=30)
def test_a_value_opens_and_is_rewrapped_in_its_own_place_only(clear: bytes, context: str, other: str) -> None:
    sealed = WrappingCipher(BEFORE, "nir").seal(clear, context=context)
    places = [(WrappingCipher(DURING, "iban"), context)]
    places += [(WrappingCipher(DURING, "nir"), other)] if context != other else []
    for cipher, place in places:
        with pytest.raises(KeyRingUnusable):
            cipher.open(sealed, context=place)
        with pytest.raises(KeyRingUnusable):
            cipher.rewrap(sealed, context=place)


@given(st.binary(max_size=40), st.integers(0, 1000), st.integers(1, 255))
@settings(max_examples=100)
def test_an_altered_value_does_not_open(clear: bytes, position: int, bits: int) -> None:
    sealed = bytearray(WrappingCipher(BEFORE, "nir").seal(clear, context="row"))
    sealed[position % len(sealed)] ^= bits
    with pytest.raises(KeyRingUnusable):
        WrappingCipher(BEFORE, "nir").open(bytes(sealed), context="row")


@given(st.binary(max_size=60) | st.binary(max_size=90).map(lambda raw: b"\x01old:" + raw))
def test_any_bytes_are_refused_with_one_kind_of_error(raw: bytes) -> None:
    for act in (WrappingCipher(DURING, "nir").open, WrappingCipher(DURING, "nir").rewrap):
        with pytest.raises(KeyRingUnusable):
            act(raw, context="row")
