"""Sealing: only recipients open, keys rotate, what was altered does not open."""

import json
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwe
from joserfc.jwk import OKPKey
from service_kit.sealing import ALGORITHMS, LONGEST_SEALED, CannotOpen, CannotSeal, Opener, Sealer, read_keys

pytestmark = pytest.mark.unit

CANARY = "canary-c0de"
FIELDS = {"email": CANARY, "deep": {"list": [1, None, "é"]}}


def make_key(kid: str) -> OKPKey:
    return OKPKey.generate_key("X25519", {"kid": kid})


ONE, TWO, THREE = (make_key(f"{name}.k1") for name in ("one", "two", "three"))
ALL = {"one.k1": ONE, "two.k1": TWO, "three.k1": THREE}


@pytest.mark.parametrize("service", ["one", "two"])
def test_each_recipient_opens_what_was_sealed_for_several(service: str) -> None:
    sealed = Sealer(ALL).seal(FIELDS, recipients=("one", "two"))

    assert Opener({f"{service}.k1": ALL[f"{service}.k1"]}).open(sealed) == FIELDS
    assert CANARY not in sealed


def test_who_is_no_recipient_cannot_open() -> None:
    with pytest.raises(CannotOpen):
        Opener({"three.k1": THREE}).open(Sealer(ALL).seal(FIELDS, recipients=("one", "two")))


def test_a_key_of_the_same_name_that_is_another_does_not_open() -> None:
    with pytest.raises(CannotOpen):
        Opener({"one.k1": make_key("one.k1")}).open(Sealer(ALL).seal(FIELDS, recipients=("one",)))


def test_a_recipient_without_a_public_key_is_an_error() -> None:
    with pytest.raises(CannotSeal, match="no public key of four"):
        Sealer(ALL).seal(FIELDS, recipients=("one", "four"))


def test_whatever_is_sealed_opens_up_to_the_length_that_is_refused() -> None:
    # Of n characters four thirds are sealed; {"pdf":""} and the quotes are 10 of them.
    longest = LONGEST_SEALED // 4 * 3 - 10
    document = {"pdf": "x" * longest}

    assert Opener({"one.k1": ONE}).open(Sealer(ALL).seal(document, recipients=("one",))) == document
    with pytest.raises(CannotSeal, match="nobody would open"):
        Sealer(ALL).seal({"pdf": "x" * (longest + 1)}, recipients=("one",))


def test_sealing_for_nobody_is_an_error() -> None:
    with pytest.raises(CannotSeal):
        Sealer(ALL).seal(FIELDS, recipients=())


def test_keys_rotate_without_a_pause() -> None:
    new = make_key("one.k2")
    before = Sealer(ALL).seal(FIELDS, recipients=("one", "two"))
    after = Sealer({**ALL, "one.k2": new}).seal(FIELDS, recipients=("one", "two"))
    both = Opener({"one.k1": ONE, "one.k2": new})

    assert both.open(before) == both.open(after) == FIELDS
    assert Opener({"one.k2": new}).open(after) == FIELDS
    with pytest.raises(CannotOpen):
        Opener({"one.k1": ONE}).open(after)
    with pytest.raises(CannotOpen):
        Opener({"one.k2": new}).open(before)


def test_the_same_fields_are_never_sealed_alike() -> None:
    sealer = Sealer(ALL)

    assert sealer.seal(FIELDS, recipients=("one",)) != sealer.seal(FIELDS, recipients=("one",))


def test_the_envelope_is_what_another_library_makes_and_no_ephemeral_key_is_used_twice() -> None:
    reference = jwe.GeneralJSONEncryption({"enc": "A256GCM"}, orjson.dumps(FIELDS))
    for kid in ("one.k1", "two.k1"):
        reference.add_recipient({"alg": "ECDH-ES+A256KW", "kid": kid}, ALL[kid])
    expected = jwe.encrypt_json(reference, None, registry=ALGORITHMS)
    ours = orjson.loads(Sealer(ALL).seal(FIELDS, recipients=("one", "two")))

    assert shape(ours) == shape(dict(expected))
    assert (ours["protected"], len({one["header"]["epk"]["x"] for one in ours["recipients"]})) == (
        expected["protected"],
        2,
    )


def shape(content: object) -> object:
    """Return the lengths of all texts of a JSON value, by their place."""
    if isinstance(content, dict):
        return {name: shape(value) for name, value in content.items()}
    return [shape(value) for value in content] if isinstance(content, list) else len(str(content))


@settings(max_examples=300, deadline=None)
@given(position=st.integers(0, 10_000), bits=st.integers(1, 127))
def test_what_was_altered_does_not_open_as_something_else(position: int, bits: int) -> None:
    sealed = bytearray(Sealer(ALL).seal(FIELDS, recipients=("one", "two")).encode())
    sealed[position % len(sealed)] ^= bits
    try:
        opened = Opener({"one.k1": ONE}).open(sealed.decode(errors="surrogateescape"))
    except CannotOpen:
        return

    assert opened == FIELDS  # in the part of the other recipient, or a bit that base64 does not use


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=6,
    )
    | st.dictionaries(st.sampled_from(["protected", "recipients", "iv", "tag", "ciphertext", "header"]), st.text())
)
def test_any_json_in_place_of_a_sealed_part_is_refused(content: object) -> None:
    with pytest.raises(CannotOpen):
        Opener({"one.k1": ONE}).open(json.dumps(content))


@pytest.mark.parametrize(
    "change",
    [
        {"alg": "dir"},
        {"alg": "none"},
        {"alg": "RSA1_5"},
        {"alg": "ECDH-ES"},
        {"alg": "A256KW"},
        {"epk": None},
        {"epk": {"kty": "OKP", "crv": "X25519", "x": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}},
        {"epk": {"kty": "EC"}},
        {"epk": []},
    ],
)
def test_a_header_that_chooses_another_way_is_refused(change: dict[str, object]) -> None:
    envelope = orjson.loads(Sealer(ALL).seal(FIELDS, recipients=("one",)))
    envelope["recipients"][0]["header"] |= change
    with pytest.raises(CannotOpen):
        Opener({"one.k1": ONE}).open(orjson.dumps(envelope).decode())


def test_keys_are_read_in_the_order_of_their_file(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({"keys": [key.as_dict(private=True) for key in (TWO, ONE)]}))

    assert list(read_keys(file)) == ["two.k1", "one.k1"]


@pytest.mark.parametrize("content", ["", "[]", "5", "{}", '{"keys": 5}', '{"keys": [5]}', '{"keys": [{}]}', "\udcff"])
def test_an_unusable_file_is_named(content: str, tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text(content, errors="surrogateescape")
    with pytest.raises(CannotSeal, match="keys.json"):  # noqa: RUF043 - the dot is meant
        read_keys(file)
