"""OpenAPI 3.1 from the table of endpoints: what is served, documented and tested is one thing."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from service_kit.http.endpoints import Endpoint, Public, SignedIn, Staff
from service_kit.http.problems import (
    KIT_PROBLEMS,
    BodyTooDeep,
    BodyTooLarge,
    BodyTruncated,
    Forbidden,
    IdempotencyKeyInProgress,
    IdempotencyKeyReused,
    InternalError,
    InvalidIdempotencyKey,
    InvalidRequest,
    MalformedJson,
    NotFound,
    NotSignedIn,
    ProblemText,
    TemporarilyUnavailable,
    UnknownBrand,
    UnknownField,
    UnsupportedMediaType,
)
from service_kit.plain_schema import PlainSchema
from service_kit.problems import DomainError

REFERENCE = "#/components/schemas/{model}"

PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457 problem details",
    "required": ["type", "title", "status", "detail", "code", "fields", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "French, for the member"},
        "code": {"type": "string", "description": "stable, English"},
        "fields": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "detail"],
                "properties": {name: {"type": "string"} for name in ("field", "code", "detail")},
            },
        },
        "request_id": {"type": "string"},
    },
}


def may_be_forbidden(endpoint: Endpoint) -> bool:
    """Tell whether a valid token may be of the wrong brand, role or scope."""
    access = endpoint.access
    if isinstance(access, SignedIn):
        return "{brand}" in endpoint.path or bool(access.scopes)
    return isinstance(access, Staff)


def problems_of(endpoint: Endpoint) -> list[type[DomainError]]:
    """Return every problem that `endpoint` may answer with: its own and those of the pipeline."""
    found: list[type[DomainError]] = [*endpoint.problems, InternalError, TemporarilyUnavailable]
    if "{brand}" in endpoint.path:
        found.append(UnknownBrand)
    if "{" in endpoint.path.replace("{brand}", ""):
        found.append(NotFound)  # a control character, say, names nothing
    if not isinstance(endpoint.access, Public):
        found += [NotSignedIn]
    if may_be_forbidden(endpoint):
        found += [Forbidden]
    if endpoint.body is not None or endpoint.streams:
        found += [UnsupportedMediaType, BodyTooLarge, BodyTruncated]
    if endpoint.body is not None:
        found += [MalformedJson, BodyTooDeep, InvalidRequest, UnknownField]
    if endpoint.query is not None:
        found.append(InvalidRequest)
    if endpoint.once:
        found += [IdempotencyKeyReused, IdempotencyKeyInProgress, InvalidIdempotencyKey]
    return list(dict.fromkeys(found))


def openapi_document(
    service: str, endpoints: list[Endpoint], problems: Mapping[type[DomainError], ProblemText]
) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of a service."""
    bodies = [endpoint.body for endpoint in endpoints if endpoint.body is not None]
    answers = [endpoint.answer for endpoint in endpoints if endpoint.answer is not None]
    keyed, definitions = models_json_schema(
        [*((model, "validation") for model in bodies), *((model, "serialization") for model in answers)],
        ref_template=REFERENCE,
        schema_generator=PlainSchema,
    )
    texts = {**KIT_PROBLEMS, **problems}
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        paths.setdefault(re.sub(r":[^{}]+}", "}", endpoint.path), {})[endpoint.method.lower()] = _operation(
            endpoint, keyed, texts
        )
    return {
        "openapi": "3.1.0",
        "info": {"title": f"Espace adhérent: {service}", "version": "1"},
        "servers": [{"url": f"/api/{service}"}],
        "paths": paths,
        "components": {
            "schemas": {"Problem": PROBLEM_SCHEMA, **definitions.get("$defs", {}), **_query_definitions(endpoints)},
            "securitySchemes": {
                "member": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "staff": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            },
        },
    }


def _operation(endpoint: Endpoint, keyed: Any, texts: Mapping[type[DomainError], ProblemText]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.operation,
        "summary": endpoint.summary,
        "parameters": [*_path_parameters(endpoint.path), *_query_parameters(endpoint.query)],
        "responses": _responses(endpoint, keyed, texts),
    }
    if endpoint.description:
        operation["description"] = endpoint.description
    if endpoint.once:
        operation["parameters"].append(
            {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "minLength": 1, "maxLength": 200}}
        )
    if endpoint.lasts_seconds:
        operation["parameters"].append({"name": "If-None-Match", "in": "header", "schema": {"type": "string"}})
        operation["responses"]["304"] = {"description": "what the caller has is what there is"}
    if endpoint.conditional:
        operation["parameters"].append(
            {"name": "If-Match", "in": "header", "required": True, "schema": {"type": "string"}}
        )
    operation["parameters"] += [
        {"name": name, "in": "header", "description": said, "schema": {"type": "string"}}
        for name, said in endpoint.headers.items()
    ]
    if endpoint.body is not None:
        schema = keyed[endpoint.body, "validation"]
        operation["requestBody"] = {
            "required": True,
            "content": {kind: {"schema": schema} for kind in endpoint.body_types},
        }
    elif endpoint.streams:
        content: dict[str, Any] = {kind: {} for kind in endpoint.streams}  # bytes have no schema (OpenAPI 3.1)
        operation["requestBody"] = {"required": False, "content": content}  # nothing at all is an empty file
    if isinstance(endpoint.access, SignedIn):
        operation["security"] = [{"member": []}]
    elif isinstance(endpoint.access, Staff):
        operation["security"] = [{"staff": []}]
        operation["x-roles"] = list(endpoint.access.roles)
    return operation


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)", path)
    ]


def _query_parameters(model: type[BaseModel] | None) -> list[dict[str, Any]]:
    if model is None:
        return []
    schema = _query_schema(model)
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": _sendable(one)}
        for name, one in schema["properties"].items()
    ]


def _query_schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema(ref_template=REFERENCE, schema_generator=PlainSchema)


def _query_definitions(endpoints: list[Endpoint]) -> dict[str, Any]:
    """Return what parameters refer to: a choice of few values, say."""
    schemas = [_query_schema(endpoint.query) for endpoint in endpoints if endpoint.query is not None]
    return {name: one for schema in schemas for name, one in schema.get("$defs", {}).items()}


def _sendable(schema: dict[str, Any]) -> dict[str, Any]:
    """Leave null out of an optional parameter's schema: a query string has no null, only parameters that are not there."""
    choices: list[dict[str, Any]] = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    if len(choices) != 1:
        return schema
    return {name: value for name, value in schema.items() if name not in ("anyOf", "default")} | choices[0]


def _responses(endpoint: Endpoint, keyed: Any, texts: Mapping[type[DomainError], ProblemText]) -> dict[str, Any]:
    success: dict[str, Any] = {"description": endpoint.summary}
    if endpoint.answer is not None:
        success["content"] = {endpoint.returns: {"schema": keyed[endpoint.answer, "serialization"]}}
    elif endpoint.returns != "application/json":
        success["content"] = {endpoint.returns: {"schema": {"type": "string", "format": "binary"}}}
    responses: dict[str, Any] = {str(status): success for status in (endpoint.status, *endpoint.other_statuses)}
    by_status: dict[int, list[str]] = {}
    for problem in problems_of(endpoint):
        by_status.setdefault(texts[problem].status, []).append(problem.code)
    for status, codes in sorted(by_status.items()):
        responses[str(status)] = {
            "description": ", ".join(sorted(codes)),
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    return responses
