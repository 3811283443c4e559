"""Events: facts in the past tense, owned by the service that publishes them.

A producer's model subclasses `Event`; fields marked `Annotated[…, Sealed]` leave the readable part and travel sealed. On
the wire an event is a CloudEvents 1.0 JSON envelope with one extension attribute, `sealed`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, get_args
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict

from service_kit.plain_schema import PlainSchema

SPECVERSION = "1.0"


class _SealedMarker:
    """Marks a field of an event as personal or secret."""

    def __repr__(self) -> str:
        return "Sealed"


Sealed = _SealedMarker()


class Event(BaseModel):
    """A fact that a service publishes. Subclasses set the class variables and document who needs to know."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    event_type: ClassVar[str]  # such as reset.requested.v1: also the routing key
    aggregate: ClassVar[str]  # the field that names what it is about; `subject` is <aggregate's noun>/<its value>
    recipients: ClassVar[tuple[str, ...]] = ()  # services that may open the sealed part

    version: int  # the aggregate's sequence: a consumer ignores what is older than what it has

    @classmethod
    def __pydantic_init_subclass__(cls, **_kwargs: Any) -> None:
        """Refuse a class that marks a part of a field: only whole fields are sealed, and the part would travel in clear."""
        for name, field in cls.model_fields.items():
            if Sealed not in field.metadata and _holds_sealed_part(field.annotation):
                raise TypeError(f"{cls.__name__}.{name}: Sealed must mark the whole field, as in Annotated[…, Sealed]")

    def subject(self) -> str:
        """Return the CloudEvents subject, such as `account/7f0c…`."""
        return f"{self.aggregate.removesuffix('_id')}/{getattr(self, self.aggregate)}"

    @classmethod
    def sealed_fields(cls) -> frozenset[str]:
        """Return the names of the fields that travel sealed."""
        return frozenset(name for name, field in cls.model_fields.items() if Sealed in field.metadata)

    def parts(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the readable fields and the fields to seal, both as JSON values; that there is none says something, too."""
        everything, sealed = self.model_dump(mode="json"), self.sealed_fields()
        return (
            {name: value for name, value in everything.items() if name not in sealed},
            {name: everything[name] for name in sealed},
        )

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """Return the JSON Schema of the whole `data`, with `x-sealed` on the fields that travel sealed.

        It fits every event of this version, past and future: what came later is optional, what is unknown is let pass.
        """
        schema = cls.model_json_schema(mode="validation", schema_generator=PlainSchema)
        for part in (schema, *schema.get("$defs", {}).values()):
            part.pop("additionalProperties", None)
        for name in sorted(cls.sealed_fields()):
            schema["properties"][name]["x-sealed"] = True
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            **schema,
            "x-event-type": cls.event_type,
            "x-recipients": sorted(cls.recipients),
        }


def _holds_sealed_part(annotation: Any) -> bool:
    if Sealed in getattr(annotation, "__metadata__", ()):
        return True
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = annotation.model_fields.values()
        return any(Sealed in field.metadata or _holds_sealed_part(field.annotation) for field in fields)
    return any(_holds_sealed_part(part) for part in get_args(annotation))


@dataclass(frozen=True)
class Envelope:
    """What travels: the readable part of an event and its sealed part."""

    id: UUID
    type: str
    source: str
    time: datetime
    subject: str
    data: dict[str, Any]
    sealed: str | None
    traceparent: str | None = None

    def encode(self) -> bytes:
        """Return the CloudEvents JSON body (UTF-8)."""
        body = {
            "specversion": SPECVERSION,
            "id": str(self.id),
            "type": self.type,
            "source": self.source,
            "time": self.time,
            "subject": self.subject,
            "datacontenttype": "application/json",
            "data": self.data,
        }
        return orjson.dumps(body if self.sealed is None else body | {"sealed": self.sealed})

    @classmethod
    def decode(cls, body: bytes, *, traceparent: str | None = None) -> "Envelope":
        """Read a body; raise ValueError, KeyError, TypeError or AttributeError when it is not one of our envelopes."""
        content = orjson.loads(body)
        if not isinstance(content, dict) or not isinstance(content.get("data"), dict):
            raise ValueError("not an event envelope")
        time = datetime.fromisoformat(content["time"])
        if time.tzinfo is None:
            raise ValueError("a time without an offset is no instant (RFC 3339)")
        return cls(
            id=UUID(content["id"]),
            type=str(content["type"]),
            source=str(content["source"]),
            time=time,
            subject=str(content["subject"]),
            data=content["data"],
            sealed=content.get("sealed"),
            traceparent=traceparent,
        )
