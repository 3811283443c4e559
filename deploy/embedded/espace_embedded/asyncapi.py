"""The AsyncAPI 3.0 document of the bus: what a message looks like on the wire, who sends it and who hears it.

Used by `catalogue`. A message's payload is the envelope as it travels: readable fields in `data`, the others in `sealed`.
"""

from typing import Any

from service_kit.broker import EXCHANGE, queue_name
from service_kit.events import SPECVERSION, Event

SCHEMA = "../shared/events/{event_type}.schema.json"
ENVELOPE = {
    "specversion": {"const": SPECVERSION},
    "id": {"type": "string", "format": "uuid", "description": "also AMQP's message_id: the same event has the same id"},
    "time": {"type": "string", "format": "date-time"},
    "datacontenttype": {"const": "application/json"},
}
HEADERS = {
    "type": "object",
    "properties": {"traceparent": {"type": "string", "description": "W3C Trace Context, where the cause had one"}},
}
DESCRIPTION = (
    f"CloudEvents 1.0 envelopes, persistent and confirmed, on the topic exchange {EXCHANGE}; the routing key is the event's "
    "type, and each service has one quorum queue for each event that it hears. Fields with `x-sealed` in an event's schema "
    "travel in the extension attribute `sealed`: one JWE that the services of `x-recipients` can open, and nobody else."
)


def asyncapi_document(
    publishers: dict[str, tuple[str, type[Event]]], subscribers: dict[str, list[str]]
) -> dict[str, Any]:
    """Return the document: event type → (service, model), and event type → services that hear it."""
    channels, operations, messages = {}, {}, {}
    for event_type, (service, event) in publishers.items():
        messages[event_type] = _message(service, event)
        channels[event_type] = {
            "address": event_type,
            "messages": {event_type: {"$ref": f"#/components/messages/{event_type}"}},
        }
        reference = {"$ref": f"#/channels/{event_type}"}
        operations[f"{service}.publishes.{event_type}"] = {"action": "send", "channel": reference}
        for listener in subscribers.get(event_type, []):
            operations[f"{listener}.hears.{event_type}"] = {
                "action": "receive",
                "channel": reference,
                "description": f"queue {queue_name(listener, event_type)}",
            }
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Espace adhérent: events", "version": "1", "description": DESCRIPTION},
        "defaultContentType": "application/cloudevents+json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages},
    }


def first_sentence(event: type[Event]) -> str:
    """Return what an event says, in its own words."""
    return (event.__doc__ or "").strip().splitlines()[0]


def _message(service: str, event: type[Event]) -> dict[str, Any]:
    return {
        "name": event.event_type,
        "summary": first_sentence(event),
        "contentType": "application/cloudevents+json",
        "headers": HEADERS,
        "payload": _payload(service, event),
    }


def _payload(service: str, event: type[Event]) -> dict[str, Any]:
    """Return the schema of the body; each readable field is the very one of the event's own schema."""
    schema, sealed = event.json_schema(), event.sealed_fields()
    file = SCHEMA.format(event_type=event.event_type)
    readable = [name for name in schema["properties"] if name not in sealed]
    data = {
        "type": "object",
        "required": [name for name in readable if name in schema["required"]],
        "properties": {name: {"$ref": f"{file}#/properties/{name}"} for name in readable},
    }
    properties: dict[str, Any] = {
        **ENVELOPE,
        "type": {"const": event.event_type},
        "source": {"const": f"/{service}"},
        "subject": {"type": "string", "pattern": f"^{event.aggregate.removesuffix('_id')}/.+$"},
        "data": data,
    }
    if sealed:
        description = f"JWE (RFC 7516, JSON) of {', '.join(sorted(sealed))}"
        properties["sealed"] = {"type": "string", "description": description, "x-recipients": sorted(event.recipients)}
    # What was sent before there was anything to seal has no sealed part.
    always = [name for name in properties if name != "sealed" or sealed & set(schema["required"])]
    return {"type": "object", "required": always, "properties": properties}
