"""Is a published event still what it was? Compares the schema that is in use with the one that the code makes now.

Used by `catalogue`, which refuses to write a schema that breaks its readers, and by the structure tests.
"""

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]

# What a schema may say anew without any event becoming another.
ANNOTATIONS = frozenset(
    {"$schema", "$defs", "title", "description", "default", "examples", "deprecated", "x-recipients"}
)

HOW_TO_BREAK = (
    "{event_type} is published: its readers rely on it, and it only gains optional fields.\n{changes}\n"
    "For a break, leave this model as it is and publish a second one beside it: {next_type}, with its own schema and "
    "examples. Send both, move each reader, and only then stop sending the first (CONTRIBUTING.md)."
)


class EventBroken(Exception):
    """A published version was changed in a way that its readers would notice; the message says what to do instead."""


def check_compatible(event_type: str, published: Schema, present: Schema) -> None:
    """Raise EventBroken when `present` is more than `published` with optional fields added."""
    changes = breaking_changes(published, present)
    if changes:
        name, _, number = event_type.rpartition(".v")
        lines = "\n".join(f"  {change}" for change in changes)
        next_type = f"{name}.v{int(number) + 1}"
        raise EventBroken(HOW_TO_BREAK.format(event_type=event_type, changes=lines, next_type=next_type))


def breaking_changes(published: Schema, present: Schema) -> list[str]:
    """Return a line for each field that was removed, retyped, newly required, or is no longer required."""
    return list(_compare("", _Place(published, published), _Place(present, present)))


class _Place:
    """A part of a schema, its reference followed within the whole."""

    def __init__(self, part: Schema, whole: Schema) -> None:
        named = part.get("$ref", "").removeprefix("#/$defs/")
        target = whole["$defs"][named] if named else {}
        self.whole = whole
        self.part = {**target, **{key: value for key, value in part.items() if key != "$ref"}}

    def child(self, part: Schema) -> "_Place":
        """Return a part of this part."""
        return _Place(part, self.whole)

    def properties(self) -> dict[str, "_Place"]:
        """Return name → field."""
        return {name: self.child(part) for name, part in self.part.get("properties", {}).items()}

    def rules(self) -> Schema:
        """Return what a value must be, apart from what lies inside it."""
        inside = ANNOTATIONS | {"properties", "required", "items", "anyOf"}
        return {key: value for key, value in self.part.items() if key not in inside}


def _compare(path: str, old: _Place, new: _Place) -> Iterator[str]:
    name = path or "the event"
    if old.rules() != new.rules():
        yield f"{name} was retyped: {old.rules()} became {new.rules()}"
    yield from _compare_fields(path, old, new)
    yield from _compare_required(path, old, new)
    before, after = ([*place.part.get("anyOf", []), *_items(place)] for place in (old, new))
    if len(before) != len(after):
        yield f"{name} was retyped: it may be another kind of value"
        return
    for one, other in zip(before, after, strict=True):
        yield from _compare(path, old.child(one), new.child(other))


def _items(place: _Place) -> list[Schema]:
    return [place.part["items"]] if "items" in place.part else []


def _compare_fields(path: str, old: _Place, new: _Place) -> Iterator[str]:
    present = new.properties()
    for name, field in old.properties().items():
        if name in present:
            yield from _compare(f"{path}.{name}".lstrip("."), field, present[name])
        else:
            yield f"{path}.{name} was removed or renamed".lstrip(".")


def _compare_required(path: str, old: _Place, new: _Place) -> Iterator[str]:
    before, after = (set(place.part.get("required", [])) for place in (old, new))
    for name in sorted(after - before):
        yield f"{path}.{name} is required now: older events lack it".lstrip(".")
    for name in sorted((before - after) & new.properties().keys()):
        yield f"{path}.{name} is not required any more: readers rely on it".lstrip(".")
