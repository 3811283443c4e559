"""Events: what is readable, what is sealed, and what travels."""

from datetime import UTC, datetime
from typing import Annotated, ClassVar
from uuid import UUID, uuid4

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from service_kit.events import Envelope, Event, Sealed

from tests.support.service_kit_fixtures import SECRET, Parcel

pytestmark = pytest.mark.unit

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


class Marked(BaseModel):
    """A part with a marked field."""

    street: Annotated[str, Sealed]


class Moved(Event):
    """A whole part travels sealed."""

    event_type: ClassVar[str] = "person.moved.v1"
    aggregate: ClassVar[str] = "person_id"

    person_id: UUID
    to: Annotated[Marked | None, Sealed] = None


def test_marked_fields_are_sealed_and_the_others_are_readable() -> None:
    parcel_id = uuid4()
    readable, sealed = Parcel(version=3, parcel_id=parcel_id, number=1, addressee=SECRET).parts()

    assert readable == {"version": 3, "parcel_id": str(parcel_id), "number": 1}
    assert sealed == {"addressee": SECRET}


def test_a_marked_part_is_sealed_as_a_whole() -> None:
    readable, sealed = Moved(version=1, person_id=uuid4(), to=Marked(street=SECRET)).parts()

    assert sealed == {"to": {"street": SECRET}}
    assert SECRET not in str(readable)


@pytest.mark.parametrize(
    "annotation",
    [
        Annotated[str, Sealed] | None,
        list[Annotated[str, Sealed]],
        dict[str, Annotated[str, Sealed]],
        Marked,
        Marked | None,
        list[Marked],
    ],
)
def test_a_mark_on_a_part_of_a_field_is_refused(annotation) -> None:
    """The field would travel in clear."""
    with pytest.raises(TypeError, match="Sealed must mark the whole field"):
        type("Bad", (Event,), {"__annotations__": {"field": annotation}, "__module__": __name__})


def test_the_subject_names_the_aggregate() -> None:
    parcel_id = uuid4()

    assert Parcel(version=1, parcel_id=parcel_id, number=1, addressee="x").subject() == f"parcel/{parcel_id}"


def test_a_refused_value_is_not_told() -> None:
    with pytest.raises(ValidationError) as refused:
        Parcel(version=1, parcel_id=uuid4(), number=SECRET, addressee="x")

    assert SECRET not in str(refused.value)


@given(data=st.dictionaries(st.text(max_size=5), JSON, max_size=4), sealed=st.none() | st.text(max_size=20))
def test_an_envelope_is_read_as_it_was_written(data: dict[str, object], sealed: str | None) -> None:
    envelope = Envelope(uuid4(), "a.b.v1", "/sender", datetime.now(UTC), "a/1", data, sealed)
    body = envelope.encode()

    assert Envelope.decode(body) == envelope
    assert orjson.loads(body)["specversion"] == "1.0"
    assert ("sealed" in orjson.loads(body)) is (sealed is not None)
