"""The gateway's configuration says what the services say: the same problems, the same headers, the same request ids."""

import json
import re

import pytest
from contracts_service.domain.supporting_documents import MOST_BYTES
from contracts_service.http.endpoints import ENDPOINTS
from service_kit.http.application import REQUEST_ID, SECURITY_HEADERS
from service_kit.http.problems import (
    KIT_PROBLEMS,
    BodyTooLarge,
    NotFound,
    TemporarilyUnavailable,
    problem_body,
)
from service_kit.problems import DomainError

from tests.support.orchestration import ROOT, SERVICES

CONFIGURATION = (ROOT / "deploy" / "gateway" / "nginx.conf").read_text(encoding="utf-8")
OWN_ID = "$one_request_id"
DOCUMENT = "/v1/me/beneficiary-requests/6f1c2a9e-5a53-4c0d-9c6f-0f5b1d7f3a21/supporting-documents/birth_certificate"


@pytest.mark.parametrize("error", [NotFound(), BodyTooLarge(), TemporarilyUnavailable()])
def test_its_own_problems_are_worded_like_the_services(error: DomainError) -> None:
    told = {int(status): json.loads(body) for status, body in re.findall(r"return (\d+) '(\{.*\})';", CONFIGURATION)}
    text = KIT_PROBLEMS[type(error)]

    assert told[text.status] == problem_body(error, text, request_id=OWN_ID)


@pytest.mark.parametrize(("name", "value"), SECURITY_HEADERS.items())
def test_its_own_answers_carry_every_security_header(name: str, value: str) -> None:
    added = dict(re.findall(r"add_header ([\w-]+) (\$\w+) always;", CONFIGURATION))
    maps = re.findall(r'map \$upstream_http_\w+ (\$\w+) \{ "" "?([^";]+(?:; [^";]+)?)"?; \}', CONFIGURATION)

    assert dict(maps)[added[name]] == value


def test_it_keeps_the_request_ids_that_services_keep() -> None:
    (pattern,) = re.findall(r'"~\^(.+)\$" \$http_x_request_id;', CONFIGURATION)

    assert pattern == REQUEST_ID.pattern


def test_it_serves_the_four_services_and_nothing_else() -> None:
    prefixes = re.findall(r"location (/\S*) \{\s+proxy_pass http://(\w+)/;", CONFIGURATION)

    assert dict(prefixes) == {f"/api/{service}/": service for service in SERVICES}
    assert "location / {\n            return 404;" in CONFIGURATION


def test_it_lets_every_long_body_through_and_no_longer_one() -> None:
    long = {"take_import": ("/v1/mgas/imports", "4g"), "put_supporting_document": (DOCUMENT, f"{MOST_BYTES >> 20}m")}
    places = re.findall(
        r"location ~ \^/api/contracts\(\?<\w+>(\S+)\)\$ \{\s+client_max_body_size (\w+);", CONFIGURATION
    )
    streaming = [one.operation for one in ENDPOINTS if one.streams]

    assert sorted(long) == sorted(streaming)
    assert long == {
        name: (path, next(most for place, most in places if re.fullmatch(place, path)))
        for name, (path, _) in long.items()
    }
    assert CONFIGURATION.count("proxy_request_buffering off;") == len(long)
