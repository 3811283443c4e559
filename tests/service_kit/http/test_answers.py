"""What every answer carries: a request id, security headers, and never the text of an exception."""

import io
import json
import re
from collections.abc import Mapping

import pytest
from service_kit.http.application import SECURITY_HEADERS

from tests.support.tiny_endpoints import CANARY
from tests.support.tiny_fixtures import Served

PARCEL = {"number": 1, "addressee": "Ada"}
BOOM = "/v1/alpha/failures/mistake"


def missing(headers: Mapping[str, str]) -> list[str]:
    """Return the names of the headers that an answer lacks."""
    wrong = [name for name, value in SECURITY_HEADERS.items() if headers.get(name) != value]
    return wrong + ([] if re.fullmatch(r"[A-Za-z0-9-]{8,64}", headers.get("X-Request-Id", "")) else ["X-Request-Id"])


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/alpha/filter", 200),
        ("DELETE", "/v1/alpha/names/x", 204),
        ("POST", "/v1/alpha/parcels", 415),
        ("GET", "/v1/me", 401),
        ("GET", "/v1/unknown/filter", 404),
        ("GET", "/nowhere", 404),
        ("GET", "/v1/alpha/filter/", 404),
        ("PUT", "/v1/alpha/filter", 405),
        ("OPTIONS", "/v1/alpha/filter", 405),
        ("PROPFIND", "/v1/alpha/filter", 405),
        ("GET", BOOM, 500),
        ("GET", "/v1/alpha/failures/unmapped", 500),
        ("GET", "/v1/alpha/failures/refused", 409),
        ("GET", "/v1/alpha/stream", 200),
        ("GET", "/openapi.json", 200),
        ("GET", "/health/live", 200),
        ("GET", "/health/ready", 200),
        ("GET", "/metrics", 200),
    ],
)
async def test_every_answer_has_a_request_id_and_the_security_headers(
    method: str, path: str, status: int, tiny: Served
) -> None:
    async with tiny.client.request(method, tiny.url(path)) as response:
        raw = await response.read()

    assert response.status == status
    assert missing(response.headers) == []
    assert "Server" not in response.headers  # it would name versions
    assert response.content_type != "text/html"
    assert CANARY.encode() not in raw
    if status >= 400:
        assert response.content_type == "application/problem+json"
        assert json.loads(raw)["request_id"] == response.headers["X-Request-Id"]


@pytest.mark.parametrize("given", ["a" * 8, "A-1-b-2-C", "0" * 64])
async def test_a_well_formed_request_id_is_taken(given: str, tiny: Served) -> None:
    status, headers, body = await tiny.ask("GET", "/nowhere", headers={"X-Request-Id": given})

    assert (status, headers["X-Request-Id"], body["request_id"]) == (404, given, given)


@pytest.mark.parametrize("given", ["short", "x" * 65, "with space", "é" * 10, "a/b/c/d/e/f", "", "';DROP--"])
async def test_another_request_id_is_replaced(given: str, tiny: Served) -> None:
    _, headers, _ = await tiny.ask("GET", "/v1/alpha/filter", headers={"X-Request-Id": given})

    assert headers["X-Request-Id"] != given
    assert re.fullmatch(r"[0-9a-f]{32}", headers["X-Request-Id"])


async def test_an_error_says_what_happened_by_code_and_in_french(tiny: Served) -> None:
    status, headers, body = await tiny.ask("GET", "/v1/unknown/filter")

    assert status == 404
    assert headers["Content-Type"] == "application/problem+json"
    assert body == {
        "type": "urn:espace-adherent:problem:unknown-brand",
        "title": "Unknown brand",
        "status": 404,
        "detail": "Cette mutuelle n’est pas connue.",
        "code": "unknown-brand",
        "fields": [],
        "request_id": headers["X-Request-Id"],
    }


@pytest.mark.parametrize("brand", ["ALPHA", "alpha%20", "alpha%00", "..%2Falpha", "%C3%A9", "a" * 3000])
async def test_what_is_no_brand_is_unknown(brand: str, tiny: Served) -> None:
    reply = await tiny.talk(f"GET /v1/{brand}/filter HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())

    assert reply.startswith(b"HTTP/1.1 404 ")
    assert b'"unknown-brand"' in reply


async def test_a_mistake_of_ours_is_told_to_nobody_and_logged_without_its_text(
    tiny: Served, logged: io.StringIO
) -> None:
    status, headers, body = await tiny.ask("GET", BOOM)
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    failed = next(line for line in lines if line["event"] == "request_failed")

    assert (status, body["code"]) == (500, "internal-error")
    assert CANARY not in str(body)
    assert CANARY not in logged.getvalue()
    assert (failed["error"], failed["request_id"]) == ("RuntimeError", headers["X-Request-Id"])
    assert len(failed["trace_id"]) == 32


@pytest.mark.parametrize(
    ("way", "expected"), [("refused", (409, "7")), ("in-particular", (409, None)), ("unmapped", (500, None))]
)
async def test_a_refusal_is_mapped_by_its_nearest_class(
    way: str, expected: tuple[int, str | None], tiny: Served
) -> None:
    status, headers, body = await tiny.ask("GET", f"/v1/alpha/failures/{way}")

    assert (status, headers.get("Retry-After")) == expected
    assert (
        body["code"]
        == {
            "refused": "parcel-refused",
            "in-particular": "parcel-refused-in-particular",
            "unmapped": "internal-error",
        }[way]
    )


async def test_a_method_that_is_not_there_is_told_which_are(tiny: Served) -> None:
    status, headers, body = await tiny.ask("PATCH", "/v1/alpha/names/x")

    assert (status, body["code"]) == (405, "method-not-allowed")
    assert {"GET", "DELETE"} <= set(headers["Allow"].replace(" ", "").split(","))


async def test_head_answers_as_get_does_without_a_body(tiny: Served) -> None:
    """RFC 9110 § 9.1: every server supports GET and HEAD."""
    async with (
        tiny.client.head(tiny.url("/v1/alpha/filter")) as head,
        tiny.client.get(tiny.url("/v1/alpha/filter")) as get,
    ):
        answers = (head.status, get.status)
        bodies = (await head.read(), await get.read())

    assert answers == (200, 200)
    assert bodies[0] == b""
    assert head.headers["Content-Length"] == get.headers["Content-Length"] == str(len(bodies[1]))
    assert missing(head.headers) == []


async def test_a_trace_is_carried_on_when_it_is_well_formed(tiny: Served, logged: io.StringIO) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    for header in (f"00-{trace}-b7ad6b7169203331-01", "00-" + "0" * 32 + "-b7ad6b7169203331-01", "junk"):
        await tiny.ask("GET", "/v1/alpha/filter", headers={"traceparent": header})
    traces = [json.loads(line)["trace_id"] for line in logged.getvalue().splitlines()]

    assert traces[0] == trace
    assert len(set(traces)) == 3


async def test_a_query_is_typed_and_refused_by_field(tiny: Served) -> None:
    good = await tiny.ask("GET", "/v1/alpha/filter?kind=large&name=%C3%A9&limit=3")
    bad = await tiny.ask("GET", "/v1/alpha/filter?kind=huge&limit=1000")

    assert good[2] == {"kind": "large", "name": "é", "limit": 3, "brand": "alpha"}
    assert (bad[0], bad[2]["code"]) == (422, "invalid-request")
    assert {one["field"]: one["code"] for one in bad[2]["fields"]} == {"kind": "unknown-value", "limit": "too-large"}


@pytest.mark.parametrize("text", ["%00", "%E2%80%AE", "%ED%A0%80", "%FF", "%0A", "%C2%85"])
async def test_characters_that_no_person_types_are_refused_in_the_query(text: str, tiny: Served) -> None:
    request = f"GET /v1/alpha/filter?name=a{text} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    reply = await tiny.talk(request.encode())

    assert reply.split(b" ", 2)[1] in {b"422", b"200"}
    if b" 200 " in reply[:20]:  # bytes that are no UTF-8 stay percent-encoded or become U+FFFD
        assert text in {"%ED%A0%80", "%FF"}
    else:
        assert b'"forbidden-characters"' in reply


@pytest.mark.parametrize("text", ["%00", "%E2%80%AE", "%0A"])
async def test_characters_that_no_person_types_name_nothing_in_a_path(text: str, tiny: Served) -> None:
    request = f"GET /v1/alpha/names/a{text} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    reply = await tiny.talk(request.encode())

    assert reply.startswith(b"HTTP/1.1 404 ")
    assert b'"not-found"' in reply
