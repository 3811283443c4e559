"""Every route says who may call it, what it takes and answers, and how it refuses; every refusal has one answer."""

import importlib
import json
import re
from dataclasses import dataclass
from typing import Any

import pytest
from espace_embedded.catalogue import ROOT
from espace_embedded.state import SERVICES
from service_kit.http.endpoints import Access, Endpoint, Public, SignedIn, Staff
from service_kit.http.lasting_answers import Prepared
from service_kit.http.openapi import problems_of
from service_kit.http.problems import KIT_PROBLEMS, Forbidden, InvalidRequest, NotFound, NotSignedIn
from service_kit.problems import DomainError, FinalEventError

from tests.support.reachable_errors import Reach, errors_of

# The pipeline around a handler: what it refuses is added to every route by service_kit.http.openapi.
PIPELINE = ("service_kit.http.application", "service_kit.http.authentication", "service_kit.http.idempotency")
ROLES = {"adviser", "back-office", "print-operator", "operator"}
TABLES = {service: importlib.import_module(f"{service}_service.http.endpoints").ENDPOINTS for service in SERVICES}
PROBLEMS = {service: importlib.import_module(f"{service}_service.http.problems").PROBLEMS for service in SERVICES}

# Named in the source, but never met by a caller of this route.
NEVER_MET: dict[str, dict[type[DomainError], str]] = {
    "take_import": {NotFound: "the report that is read is of the import that the call has just made"},
    "put_supporting_document": {InvalidRequest: "what is read is the output of a process, and no cursor"},
}
OPEN_TO_ALL = {
    "show_sign_in_policy": "a page shows it before anybody has signed in",
    "show_terms": "the same",
    "show_public_keys": "other programs verify tokens with them",
    "show_challenge": "what is to be solved before it",
    "open_session": "it is how to sign in",
    "ask_for_passkey": "what is to be signed before it",
    "open_session_with_passkey": "it is how to sign in",
    "refresh_session": "the refresh token is the credential",
    "request_password_reset": "whoever forgot the password cannot sign in",
    "redeem_password_reset": "the mailed token is the credential",
    "connect_first_time": "the code is the credential",
    "take_provider_notification": "the print provider signs nothing: it is answered, and not believed",
    "undo_email": "the token that the former address got is the credential",
    "create_account": "whoever has no access cannot sign in",
    "find_identifier": "whoever forgot the address cannot sign in",
    "show_public_termination_terms": "the law's function needs no account (D221-1)",
    "draft_public_termination": "the same",
    "show_public_termination": "the secret of the draft is the credential",
    "edit_public_termination": "the same",
    "confirm_public_termination": "the same",
}


@dataclass(frozen=True)
class Route:
    service: str
    endpoint: Endpoint

    @property
    def path(self) -> str:
        return re.sub(r":[^{}]+}", "}", self.endpoint.path)


ROUTES = [Route(service, endpoint) for service, table in TABLES.items() for endpoint in table]
REACHES = {service: Reach((f"{service}_service", "service_kit"), closed=PIPELINE) for service in SERVICES}

each_route = pytest.mark.parametrize("route", ROUTES, ids=lambda one: f"{one.service}-{one.endpoint.operation}")
each_service = pytest.mark.parametrize("service", SERVICES)


def test_operations_and_routes_are_unique():
    operations = [(one.service, one.endpoint.operation) for one in ROUTES]
    places = [(one.service, one.endpoint.method, re.sub(r"{\w+}", "{}", one.path)) for one in ROUTES]

    assert sorted(set(operations)) == sorted(operations)
    assert sorted(set(places)) == sorted(places)


@each_route
def test_a_route_has_an_access_rule(route: Route):
    access: Access = route.endpoint.access

    assert isinstance(access, (Public, SignedIn, Staff))
    assert isinstance(access, Public) == (route.endpoint.operation in OPEN_TO_ALL)
    if isinstance(access, Staff):
        assert access.roles
        assert set(access.roles) <= ROLES


@each_route
def test_a_members_own_things_are_found_by_the_token_and_not_by_the_path(route: Route):
    own = "/me/" in route.path or route.path.startswith(("/v1/account", "/v1/sessions"))

    assert route.endpoint.operation == "refresh_session" or isinstance(route.endpoint.access, SignedIn) == own
    assert not re.search(r"{(account|member)_id}", route.path)


@each_route
def test_a_route_has_an_openapi_operation_with_its_access_and_its_answers(route: Route):
    document = json.loads((ROOT / "docs" / "openapi" / f"{route.service}.json").read_text(encoding="utf-8"))
    endpoint, operation = route.endpoint, document["paths"][route.path][route.endpoint.method.lower()]
    schemes = {Public: "", SignedIn: "member", Staff: "staff"}

    assert operation["operationId"] == endpoint.operation
    assert operation["summary"]
    assert [*operation.get("security", [{}])[0]] == [name for name in [schemes[type(endpoint.access)]] if name]
    assert ("requestBody" in operation) == (endpoint.body is not None or bool(endpoint.streams))
    assert [one["name"] for one in operation["parameters"] if one["in"] == "path"] == re.findall(r"{(\w+)}", route.path)
    assert str(endpoint.status) in operation["responses"]


@each_route
def test_every_problem_of_a_route_is_in_its_openapi_operation(route: Route):
    document = json.loads((ROOT / "docs" / "openapi" / f"{route.service}.json").read_text(encoding="utf-8"))
    responses = document["paths"][route.path][route.endpoint.method.lower()]["responses"]
    texts = {**KIT_PROBLEMS, **PROBLEMS[route.service]}
    missing = [
        problem.code
        for problem in problems_of(route.endpoint)
        if problem.code not in responses[str(texts[problem].status)]["description"].split(", ")
    ]

    assert missing == []


@each_route
def test_a_route_declares_the_problems_that_it_can_meet_and_no_other(route: Route):
    met = (
        REACHES[route.service].errors(asked_first(route.endpoint.handler))
        - NEVER_MET.get(route.endpoint.operation, {}).keys()
    )
    own = set(route.endpoint.problems)

    assert names(met - set(problems_of(route.endpoint))) == [], "add them to `problems` of the Endpoint"
    assert names(own - met) == [], "nothing raises them any more: take them away"


def test_a_protected_route_refuses_whoever_has_no_token_or_the_wrong_one():
    for route in ROUTES:
        declared, access = set(problems_of(route.endpoint)), route.endpoint.access

        assert (NotSignedIn in declared) == (not isinstance(access, Public))
        assert (Forbidden in declared) == (
            isinstance(access, Staff)
            or (isinstance(access, SignedIn) and ("{brand}" in route.path or access.scopes != ()))
        )


@each_service
def test_every_refusal_of_a_service_has_its_answer_or_is_for_the_dead_letters(service: str):
    refusals = {one for one in errors_of(f"{service}_service") if not issubclass(one, FinalEventError)}

    assert names(refusals - PROBLEMS[service].keys()) == [], f"add them to {service}_service/http/problems.py"
    assert names(PROBLEMS[service].keys() - refusals) == []


def test_every_refusal_of_the_kit_has_its_answer():
    refusals = {one for one in errors_of("service_kit") if not issubclass(one, FinalEventError)}

    assert names(refusals ^ KIT_PROBLEMS.keys()) == []


def test_codes_are_stable_english_and_name_one_refusal_each():
    refusals = {
        one for package in ("service_kit", *(f"{name}_service" for name in SERVICES)) for one in errors_of(package)
    }
    codes = [one.code for one in refusals]

    assert [code for code in codes if not re.fullmatch(r"[a-z]+(-[a-z]+)*", code)] == []
    assert sorted(set(codes)) == sorted(codes)


def test_every_refusal_tells_operators_what_it_means():
    refusals = {
        one for package in ("service_kit", *(f"{name}_service" for name in SERVICES)) for one in errors_of(package)
    }

    assert names({one for one in refusals if not (one.__dict__.get("__doc__") or "").strip()}) == []


def test_a_refusal_that_is_raised_further_down_is_found():
    found = REACHES["identity"].errors(asked_first(TABLES["identity"][0].handler))
    deep = next(one for one in TABLES["identity"] if one.operation == "connect_first_time")

    assert found == set()
    assert names(REACHES["identity"].errors(asked_first(deep.handler)) - {InvalidRequest}) == names(deep.problems)


def asked_first(handler: Any) -> Any:
    """Return the function behind a handler: of what lies ready, the one that makes it."""
    return handler.make if isinstance(handler, Prepared) else handler


def names(errors: "set[type[DomainError]] | tuple[type[DomainError], ...]") -> list[str]:
    return sorted(one.__name__ for one in errors)
