"""The gateway's configuration says what the services say: the same problems, the same headers, the same request ids."""

import json
import re

import pytest
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
