"""Events as their owners describe them: a schema, examples, a line in the catalogue, and nothing personal in the open."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.support.agreements import EVENTS, Publication, examples_of, publications, schema_of

PUBLICATIONS = publications()
EXAMPLES = [(one, name, content) for one in PUBLICATIONS for name, content in examples_of(one.event_type).items()]
ENVELOPE = ["id", "type", "source", "time", "subject", "data"]

# Fields about a person, or that open a door, in any event of any service, at any depth.
PERSONAL_WORDS = """
    title name names last_name first_name first_names birth_name maiden_name full_name recipient civility signature
    nir social_security_number ssn membership_number statement_identifier customer_number iban bic bank_details
    birth_date date_of_birth birth_day birth_place birth_rank age gender sex
    address addresses address_lines pdf street building complement locality postal_code postcode city country
    email emails e_mail former_email phone phones mobile telephone ip ip_address
    token code codes password secret link url login identifier
    beneficiaries beneficiary relation spouse children contact_details
    care_date act provider amount reason motive
"""
PERSONAL = frozenset(PERSONAL_WORDS.split())
READABLE = {
    "guarantees.code": "the insurer's own word for a guarantee, the same for thousands of members",
    "letter.returned.v1 reason": "one of six words of ours for what the post has written on an envelope",
}
LOOKS_PERSONAL = {
    "an e-mail address": re.compile(r"@"),
    "a social-security number": re.compile(r"[1-8]\d{4}(\d\d|2[AB])\d{6}(\d\d)?"),
    "a telephone number": re.compile(r"(\+33|0)\s?[1-9](\s?\d\d){4}"),
    "a postal code and a city": re.compile(r"\b\d{5} [A-ZÉ]"),
    "a secret": re.compile(r"[\w-]{40,}|[0-9A-Z]{4}(-[0-9A-Z]{4})+"),
}
OURS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\d(T[\d:.]+Z)?")  # ids, dates, instants

each_event = pytest.mark.parametrize("publication", PUBLICATIONS, ids=lambda one: one.event_type)
each_example = pytest.mark.parametrize(
    ("publication", "content"),
    [(one, content) for one, _, content in EXAMPLES],
    ids=[f"{one.event_type}/{name.removesuffix('.json')}" for one, name, _ in EXAMPLES],
)


def fields_below(schema: dict[str, Any], part: dict[str, Any], above: str = "") -> Iterator[str]:
    """Yield the dotted paths of all fields of a part of a schema."""
    if "$ref" in part:
        part = schema["$defs"][part["$ref"].removeprefix("#/$defs/")]
    for name, child in part.get("properties", {}).items():
        yield above + name
        yield from fields_below(schema, child, f"{above}{name}.")
    for child in [*part.get("anyOf", []), *([part["items"]] if "items" in part else [])]:
        yield from fields_below(schema, child, above)


def leaves(value: Any) -> Iterator[str]:
    """Yield every text in a JSON value."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from leaves(one)
    elif isinstance(value, str):
        yield value


def test_one_service_owns_each_event():
    types = [one.event_type for one in PUBLICATIONS]

    assert types
    assert sorted(set(types)) == sorted(types)


def test_every_schema_and_every_folder_of_examples_belongs_to_an_event_that_is_published():
    types = {one.event_type for one in PUBLICATIONS}

    assert {file.name.removesuffix(".schema.json") for file in EVENTS.glob("*.schema.json")} == types
    assert {folder.name.removesuffix(".examples") for folder in EVENTS.glob("*.examples")} == types


@each_event
def test_an_event_is_named_by_aggregate_fact_and_version(publication: Publication):
    event, fields = publication.event, publication.event.model_fields

    assert re.fullmatch(r"[a-z-]+\.[a-z-]+\.v[1-9]\d*", event.event_type)
    assert {event.aggregate, "version"} <= fields.keys() - event.sealed_fields()
    assert (event.__doc__ or "").strip().splitlines()[0].endswith(".")


@each_event
def test_an_event_has_two_examples_and_a_line_in_the_catalogue(publication: Publication):
    catalogue = (EVENTS / "README.md").read_text(encoding="utf-8")

    assert len(examples_of(publication.event_type)) >= 2
    assert f"| `{publication.event_type}` | {publication.service} |" in catalogue


@each_example
def test_an_example_fits_the_schema(publication: Publication, content: dict[str, Any]):
    schema = schema_of(publication.event_type)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)

    assert [error.message for error in validator.iter_errors(content["data"])] == []


@each_example
def test_an_example_is_what_the_producer_would_send(publication: Publication, content: dict[str, Any]):
    event = publication.event.model_validate(content["data"])

    assert list(content) == ENVELOPE
    assert (content["type"], content["source"]) == (publication.event_type, f"/{publication.service}")
    assert content["subject"] == event.subject()
    assert event.model_dump(mode="json", exclude_unset=True) == content["data"]


@each_event
def test_some_example_tells_every_field_and_some_leaves_out_what_may_be_absent(publication: Publication):
    examples = [content["data"] for content in examples_of(publication.event_type).values()]
    schema = schema_of(publication.event_type)["properties"]
    nullable = {name for name, part in schema.items() if {"type": "null"} in part.get("anyOf", [])}

    assert set(publication.event.model_fields) == {name for data in examples for name in data}
    assert nullable == {name for name in nullable if any(data.get(name) is None for data in examples)}


def test_the_ids_of_examples_are_all_different():
    ids = [content["id"] for _, _, content in EXAMPLES]

    assert sorted(set(ids)) == sorted(ids)


@each_event
def test_every_personal_field_is_sealed(publication: Publication):
    schema = schema_of(publication.event_type)
    open_part = {name: part for name, part in schema["properties"].items() if not part.get("x-sealed")}
    paths = fields_below(schema, {"properties": open_part})
    readable = {path for path in paths if {path, f"{publication.event_type} {path}"} & READABLE.keys()}
    personal = [path for path in paths if path.rpartition(".")[2] in PERSONAL and path not in readable]

    assert personal == []


@each_example
def test_no_readable_value_of_an_example_looks_personal(publication: Publication, content: dict[str, Any]):
    sealed = publication.event.sealed_fields()
    readable = [*leaves({key: value for key, value in content["data"].items() if key not in sealed})]
    personal = {text for name in sealed for text in leaves(content["data"].get(name)) if len(text) >= 3}
    suspect = {text for text in [*readable, content["subject"]] if not OURS.fullmatch(text)}
    found = {why: text for text in suspect for why, shape in LOOKS_PERSONAL.items() if shape.search(text)}

    assert found == {}
    assert {text for text in suspect if any(value in text for value in personal)} == set()
