"""A body's depth: exactly DEPTH levels of nesting are read, whatever stands in them."""

import orjson
import pytest
from service_kit.http.bodies import DEPTH, parse_json
from service_kit.http.problems import BodyTooDeep

pytestmark = pytest.mark.unit


def nested(levels: int, *, opening: bytes, closing: bytes) -> bytes:
    return opening * levels + b"1" + closing * levels


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}"), (b'[{"a":', b"}]")])
def test_as_many_levels_as_allowed_are_read_and_one_more_is_not(opening: bytes, closing: bytes) -> None:
    a_turn = opening.count(b"[") + opening.count(b"{")
    deepest = nested(DEPTH // a_turn, opening=opening, closing=closing)

    assert parse_json(deepest) == orjson.loads(deepest)
    with pytest.raises(BodyTooDeep):
        parse_json(b"[" + deepest + b"]")


def test_many_brackets_beside_each_other_or_in_texts_are_not_deep() -> None:
    content = {"a": ["[{" * 50] * 50, "b": [[], {}] * 50}

    assert parse_json(orjson.dumps(content)) == content


@pytest.mark.parametrize("levels", [DEPTH + 1, 200, 20_000])
def test_however_deep_it_is_it_is_refused_alike(levels: int) -> None:
    with pytest.raises(BodyTooDeep):
        parse_json(nested(levels, opening=b"[", closing=b"]"))
