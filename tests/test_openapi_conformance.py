"""The running applications answer as their OpenAPI documents say, whatever schemathesis thinks of sending.

Its own checks (no 5xx, status codes, content types, schemas, refusal of what does not fit, of unknown methods and of calls
without token), and ours: every refusal is a problem of the code that the document names, with the headers of every answer.
"""

import copy
import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from espace_embedded.catalogue import ROOT
from espace_embedded.state import SERVICES
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import allow_header_conformance, positive_data_acceptance

from tests.support.parts import BRANDS
from tests.support.served import BRAND, Served, served_space

DOCUMENTS = {
    one: json.loads((ROOT / "docs" / "openapi" / f"{one}.json").read_text(encoding="utf-8")) for one in SERVICES
}


NO_HEADER = [400, 401, 403, 415, 422, 428]  # 428 of a change that does not say what it is a change of (RFC 6585 § 3)


def schema_of(document: dict[str, Any]) -> Any:
    """Return what schemathesis makes of a document; nothing is drawn by chance, nothing is kept for the next run."""
    config = SchemathesisConfig.from_dict(
        {
            "seed": 1,
            "cache": {"enabled": False},
            "checks": {"missing_required_header": {"expected-statuses": NO_HEADER}},
        }
    )
    return schemathesis.openapi.from_dict(document, config=config)


SCHEMAS = {service: schema_of(document) for service, document in DOCUMENTS.items()}
BOUNDED = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,  # the same cases in every run
    database=None,
    suppress_health_check=list(HealthCheck),
)
TERMS = tomllib.loads((BRANDS / f"{BRAND}.toml").read_text(encoding="utf-8"))["identity"]["terms_version"]
NOTHING = "00000000-0000-4000-8000-000000000000"
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
OF_ANY_PATH = {404: "not-found", 405: "method-not-allowed"}
# What a schema cannot say: characters that nobody types, whose cursor it is, what has happened when, and what belongs together.
BEYOND_SCHEMAS = {
    "forbidden-characters",
    "invalid-cursor",
    "in-the-future",
    "before-hand-over",
    "not-of-this-batch",
    "invalid-iban",  # its length and its key are its country's
    "invalid-iban-key",
    "not-a-sepa-country",
    "invalid-bic",
    "no-letter",
    "empty-text",
    "too-long",
    "needed-for-this",  # what each motive of a termination takes
    "not-expected",
    "not-offered",
    "one-contact",
    "too-far",
    "date-in-past",
    "date-in-future",
    "invalid-email",
    "invalid-phone",
    "unknown-membership-number",
}
NOT_OF_THE_SHAPE = {"malformed-json", "invalid-request", "unknown-field", "unsupported-media-type", "body-too-deep"}


@pytest.fixture(scope="module")
def served(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The whole space."""
    with served_space(tmp_path_factory.mktemp("served"), postgres_url) as space:
        yield space


@schemathesis.serializer("application/x-ndjson", "application/ndjson", "application/jsonl", "application/json-lines")
def lines(_context: Any, value: Any) -> bytes:
    """Send a text as the lines of a file."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


class Caller:
    """Says which token an operation asks for; schemathesis tries without one, and with a wrong one, by itself."""

    def get(self, case: Case, _context: Any) -> str | None:
        """Return `member` or `staff`, if the operation asks for either."""
        security = case.operation.definition.raw.get("security")
        return next(iter(security[0])) if security else None

    def set(self, case: Case, data: str, _context: Any) -> None:
        """Leave the name in the token's place: many cases are made before anybody can have a token."""
        case.headers["Authorization"] = data


for schema in SCHEMAS.values():
    schema.auth(refresh_interval=None)(Caller)


def is_valid(case: Case) -> bool:
    return case.meta is not None and case.meta.generation.mode.is_positive


def point_to_what_is_there(case: Case, names: dict[str, str]) -> None:
    """Let three of four cases be about a brand, a document, terms that exist, where the case is not about just that."""
    if not (case.meta and case.meta.is_negative_at(ParameterLocation.PATH)):
        given = {name: value for name, value in case.path_parameters.items() if name in names}
        case.path_parameters.update({name: names[name] for name, value in given.items() if len(value) % 4})
    if is_valid(case) and isinstance(case.body, dict) and len(case.body.get("accepted_terms", "")) % 4:
        case.body["accepted_terms"] = TERMS


def call(case: Case, served: Served, service: str) -> None:
    """Send a case as somebody who may, and check the answer."""
    operation = case.operation.definition.raw
    staff = served.staff_token_for(operation)
    member = served.leaving_token if operation["operationId"] == "end_current_session" else served.member_token
    tokens = {"member": member, "staff": staff}
    if case.headers.get("Authorization") in tokens:
        case.headers["Authorization"] = f"Bearer {tokens[case.headers['Authorization']]}"
    point_to_what_is_there(case, {"brand": BRAND, "id": served.found.get(operation["operationId"], NOTHING)})

    def tells_a_documented_problem(_context: Any, response: Any, _case: Case) -> None:
        if response.status_code < 400:
            return
        documented = operation["responses"].get(str(response.status_code), {}).get("description", "").split(", ")
        problem = response.json()

        assert response.headers["content-type"] == ["application/problem+json"]
        assert problem["code"] in [*documented, OF_ANY_PATH.get(response.status_code)]
        assert problem["type"] == f"urn:espace-adherent:problem:{problem['code']}"
        assert problem["status"] == response.status_code

    checks = [tells_a_documented_problem, carries_the_headers, takes_what_fits]
    # Whether a well-formed token or password is the right one, no schema can say: takes_what_fits is our check of that.
    case.call_and_validate(
        base_url=f"{served.url}/api/{service}",
        additional_checks=checks,
        excluded_checks=[
            positive_data_acceptance,
            *([allow_header_conformance] if is_an_id_too(case.operation.path, service) else []),
        ],
    )


def is_an_id_too(path: str, service: str) -> bool:
    """Tell whether a path is also another one with an id: its methods are both's, which no single operation says."""
    others = (re.sub(r"{\w+}", "[^/]+", other) for other in DOCUMENTS[service]["paths"] if other != path)
    return any(re.fullmatch(other, path) for other in others)


def carries_the_headers(_context: Any, response: Any, case: Case) -> None:
    """Every answer has a request id and forbids what browsers and caches might do with it, unless it says that it lasts."""
    seen = {name.lower(): values[0] for name, values in response.headers.items()}
    lasts = response.status_code < 400 and "304" in case.operation.definition.raw["responses"]
    kept = {"Cache-Control": "public, max-age=300"} if lasts else {}

    assert {name: seen.get(name.lower()) for name in HEADERS} == HEADERS | kept
    assert len(seen["x-request-id"]) >= 8


def takes_what_fits(_context: Any, response: Any, case: Case) -> None:
    """A request that fits the schema is never told to be of the wrong shape."""
    if not is_valid(case) or response.status_code not in (400, 415, 422):
        return
    problem = response.json()
    codes = {field["code"] for field in problem["fields"]}

    assert problem["code"] not in NOT_OF_THE_SHAPE or (codes and codes <= BEYOND_SCHEMAS), problem


@SCHEMAS["identity"].parametrize()
@BOUNDED
def test_identity_answers_as_documented(case: Case, served: Served):
    call(case, served, "identity")


@SCHEMAS["contracts"].parametrize()
@BOUNDED
def test_contracts_answers_as_documented(case: Case, served: Served):
    call(case, served, "contracts")


@SCHEMAS["notifications"].parametrize()
@BOUNDED
def test_notifications_answers_as_documented(case: Case, served: Served):
    call(case, served, "notifications")


@SCHEMAS["documents"].parametrize()
@BOUNDED
def test_documents_answers_as_documented(case: Case, served: Served):
    call(case, served, "documents")


def test_an_answer_that_is_not_as_documented_is_found(served: Served):
    document = copy.deepcopy(DOCUMENTS["identity"])
    document["components"]["schemas"]["TermsOfUse"]["properties"]["version"] = {"type": "integer"}
    case = schema_of(document)["/v1/{brand}/terms"]["GET"].Case(path_parameters={"brand": BRAND})

    with pytest.raises(FailureGroup, match="Response violates schema"):
        case.call_and_validate(base_url=f"{served.url}/api/identity")
