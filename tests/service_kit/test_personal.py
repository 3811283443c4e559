"""Personal values: hidden wherever they could be printed, and given only to who asks for them by name."""

import copy
import json
import traceback
from dataclasses import dataclass

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError
from service_kit.personal import LONGEST, MASK, Personal

pytestmark = pytest.mark.unit

CANARY = "canary-77aa"
PERSONAL = Personal(CANARY)


class Person(BaseModel):
    """A model with personal fields."""

    name: Personal
    email: Personal | None = None
    others: list[Personal] = []


@dataclass
class Plain:
    """A dataclass with one."""

    name: Personal


@pytest.mark.parametrize(
    "printed",
    [
        repr(PERSONAL),
        str(PERSONAL),
        f"{PERSONAL}",
        f"{PERSONAL!s:>40}",
        f"{PERSONAL:>40}",
        "{}".format(PERSONAL),  # noqa: UP032 - a way to print it
        "%s %r" % (PERSONAL, PERSONAL),  # noqa: UP031 - the same
        repr([PERSONAL, {"deep": (PERSONAL,)}]),
        repr(Plain(PERSONAL)),
        repr(Person(name=PERSONAL, others=[PERSONAL])),
        str(Person(name=PERSONAL)),
        ascii(PERSONAL),
    ],
)
def test_it_is_never_printed(printed: str) -> None:
    assert MASK in printed
    assert CANARY not in printed


def test_a_traceback_does_not_show_it() -> None:
    def fail(_name: Personal) -> None:
        raise ValueError(f"not accepted: {_name}")

    try:
        fail(PERSONAL)
    except ValueError as error:
        printed = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())

    assert MASK in printed
    assert CANARY not in printed


@pytest.mark.parametrize("dumps", [json.dumps, orjson.dumps])
def test_it_cannot_be_turned_into_json_by_accident(dumps) -> None:
    with pytest.raises(TypeError) as refused:
        dumps({"name": PERSONAL})

    assert CANARY not in str(refused.value)


def test_it_has_no_other_way_in() -> None:
    assert not hasattr(PERSONAL, "__dict__")
    assert PERSONAL.reveal() == CANARY
    with pytest.raises(AttributeError):
        PERSONAL.name = "x"  # type: ignore[attr-defined]


@given(st.text(min_size=1, max_size=50), st.text(min_size=1, max_size=50))
def test_it_compares_as_its_value_does(one: str, other: str) -> None:
    assert (Personal(one) == Personal(other)) is (one == other)
    assert hash(Personal(one)) == hash(Personal(one))
    assert Personal(one) != one
    assert len(Personal(one)) == len(one)
    assert copy.deepcopy(Personal(one)) == Personal(one)


@given(st.text(min_size=1, max_size=LONGEST))
def test_a_model_takes_it_from_json_and_gives_it_to_json(text: str) -> None:
    person = Person.model_validate_json(orjson.dumps({"name": text}))

    assert person.name.reveal() == text
    assert orjson.loads(person.model_dump_json())["name"] == text
    assert Person.model_validate({"name": person.name}) == person


@pytest.mark.parametrize("value", ["", "x" * (LONGEST + 1), 5, None, ["x"], {"a": 1}, True])
def test_what_is_no_text_of_a_reasonable_length_is_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        Person.model_validate({"name": value})


@pytest.mark.parametrize("mode", ["validation", "serialization"])
def test_its_schema_is_that_of_a_text(mode) -> None:
    schema = TypeAdapter(Personal).json_schema(mode=mode)

    assert schema["type"] == "string"
