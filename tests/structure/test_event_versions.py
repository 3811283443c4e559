"""A published version of an event never breaks: it only gains optional fields. A break is a second version beside it."""

import copy
from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

import pytest
from espace_embedded.event_versions import EventBroken, breaking_changes, check_compatible
from pydantic import BaseModel
from service_kit.events import Event, Sealed

from tests.support.agreements import publications, schema_of

Schema = dict[str, Any]


class Place(BaseModel):
    """Where a parcel goes."""

    street: str | None = None
    city: str


class ParcelSent(Event):
    """A parcel has left."""

    event_type: ClassVar[str] = "parcel.sent.v1"
    aggregate: ClassVar[str] = "parcel_id"
    recipients: ClassVar[tuple[str, ...]] = ("porter",)

    parcel_id: UUID
    size: Literal["small", "large"]
    weight: int
    remark: str | None = None
    place: Annotated[Place, Sealed]
    stops: list[Place]


PUBLISHED = ParcelSent.json_schema()


def changed(change: Callable[[Schema], object]) -> Schema:
    """Return the schema of ParcelSent after a change."""
    schema = copy.deepcopy(PUBLISHED)
    change(schema)
    return schema


HARMLESS: dict[str, Callable[[Schema], object]] = {
    "nothing at all": lambda schema: None,
    "an optional field": lambda schema: schema["properties"].update(colour={"type": "string", "default": "brown"}),
    "an optional field further down": lambda schema: schema["$defs"]["Place"]["properties"].update(
        floor={"type": "integer"}
    ),
    "other words": lambda schema: schema.update(title="Parcel", description="A parcel is on its way."),
    "one more listener": lambda schema: schema.update({"x-recipients": ["customs", "porter"]}),
    "another name for a part": lambda schema: (
        schema["$defs"].update(Spot=schema["$defs"].pop("Place")),
        schema["properties"]["place"].update({"$ref": "#/$defs/Spot"}),
        schema["properties"]["stops"].update(items={"$ref": "#/$defs/Spot"}),
    ),
}
BREAKING: dict[str, tuple[Callable[[Schema], object], str]] = {
    "a removed field": (lambda schema: schema["properties"].pop("remark"), "remark was removed or renamed"),
    "a renamed field": (
        lambda schema: schema["properties"].update(mass=schema["properties"].pop("weight")),
        "weight was removed or renamed",
    ),
    "a field of another type": (
        lambda schema: schema["properties"]["weight"].update(type="number"),
        "weight was retyped: {'type': 'integer'} became {'type': 'number'}",
    ),
    "a field that may no longer be null": (
        lambda schema: (
            schema["properties"]["remark"].pop("anyOf"),
            schema["properties"]["remark"].update(type="string"),
        ),
        "remark was retyped: {} became {'type': 'string'}",
    ),
    "a value that readers do not know": (
        lambda schema: schema["properties"]["size"]["enum"].append("huge"),
        "size was retyped: {'enum': ['small', 'large'], 'type': 'string'} became "
        "{'enum': ['small', 'large', 'huge'], 'type': 'string'}",
    ),
    "a new field that is required": (
        lambda schema: (schema["properties"].update(colour={"type": "string"}), schema["required"].append("colour")),
        "colour is required now: older events lack it",
    ),
    "an optional field that becomes required": (
        lambda schema: schema["required"].append("remark"),
        "remark is required now: older events lack it",
    ),
    "a required field that becomes optional": (
        lambda schema: schema["required"].remove("weight"),
        "weight is not required any more: readers rely on it",
    ),
    "a sealed field that travels in the open": (
        lambda schema: schema["properties"]["place"].pop("x-sealed"),
        "place was retyped: {'type': 'object', 'x-sealed': True} became {'type': 'object'}",
    ),
    "a removed field further down": (
        lambda schema: schema["$defs"]["Place"]["properties"].pop("street"),
        "place.street was removed or renamed",
    ),
    "a removed field in a list": (
        lambda schema: schema["$defs"]["Place"]["properties"].pop("street"),
        "stops.street was removed or renamed",
    ),
    "another type of event": (
        lambda schema: schema.update({"x-event-type": "parcel.lost.v1"}),
        "the event was retyped: {'type': 'object', 'x-event-type': 'parcel.sent.v1'} became "
        "{'type': 'object', 'x-event-type': 'parcel.lost.v1'}",
    ),
}


@pytest.mark.parametrize("publication", publications(), ids=lambda one: one.event_type)
def test_no_published_event_is_broken(publication):
    check_compatible(publication.event_type, schema_of(publication.event_type), publication.event.json_schema())


@pytest.mark.parametrize("change", HARMLESS.values(), ids=HARMLESS)
def test_readers_do_not_notice(change):
    assert breaking_changes(PUBLISHED, changed(change)) == []


@pytest.mark.parametrize(("change", "told"), BREAKING.values(), ids=BREAKING)
def test_readers_would_break_on(change, told):
    assert told in breaking_changes(PUBLISHED, changed(change))


def test_whoever_breaks_an_event_is_told_how_to_publish_a_second_version():
    with pytest.raises(EventBroken) as refused:
        check_compatible("parcel.sent.v9", PUBLISHED, changed(lambda schema: schema["properties"].pop("remark")))

    assert "remark was removed or renamed" in str(refused.value)
    assert "parcel.sent.v10" in str(refused.value)


def test_a_schema_lets_pass_what_a_later_edition_adds():
    assert "additionalProperties" not in str(PUBLISHED)
    assert "remark" not in PUBLISHED["required"]
