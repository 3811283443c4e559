"""Whatever is sent to identity, the answer is a problem with a stable code, nothing is stored, and identity lives."""

import json

import pytest

from tests.support.identity_fixtures import TERMS
from tests.support.identity_steps import ask, seen

BODIES = {
    "/v1/mgas/password-resets": {"identifier": "a@courriel.example"},
    "/v1/safiag/password-resets": {"identifier": "1850578006084"},
    "/v1/mgas/password-resets/redeem": {"token": "A" * 43, "password": "x" * 14, "password_confirmation": "x" * 14},
    "/v1/mgas/email-changes/undo": {"token": "A" * 43},
    "/v1/mgas/sessions": {"identifier": "a@courriel.example", "password": "x" * 14},
    "/v1/safiag/sessions": {"identifier": "1850578006084", "password": "481592"},
    "/v1/sessions/refresh": {"refresh_token": "A" * 43},
    "/v1/safiag/first-connections": {
        "identifier": "1850578006084",
        "code": "C4DF-H7JK-9MNP",
        "password": "481592",
        "password_confirmation": "481592",
        "accepted_terms": TERMS,
    },
    "/v1/mgas/accounts": {
        "membership_number": "70123456",
        "nir": "1850578006084",
        "email": "a@courriel.example",
        "email_confirmation": "a@courriel.example",
        "accepted_terms": TERMS,
    },
    "/v1/mgas/identifier-lookups": {
        "membership_number": "70123456",
        "nir": "1850578006084",
        "birth_date": "1958-02-17",
    },
}
ODD_TEXTS = [
    "",
    " ",
    "😀" * 200,
    "x" * 1000,
    "ﷺ" * 900,
    "\u0301" * 900,
    "' OR 1=1 --",
    "%00",
    "{}",
    "é",
    "\u200b",
    "İ",
    "٣" * 6,
]
FORBIDDEN_TEXTS = ["a\x00b", "a\u202eb", "a\x1bb", "\ufffe"]
TEXT_FIELDS = [(path, field) for path, body in BODIES.items() for field in body]


async def send(client, path: str, raw: bytes, **headers: str):
    async with client.post(path, data=raw, headers={"Content-Type": "application/json", **headers}) as response:
        return await seen(response)


@pytest.mark.parametrize(("path", "field"), TEXT_FIELDS)
async def test_odd_text_in_any_field_gets_an_ordinary_answer(client, path, field):
    for text in ODD_TEXTS:
        answer = await send(client, path, json.dumps(BODIES[path] | {field: text}).encode())

        assert answer.status in (202, 400, 401, 404, 422), (text[:10], answer)


@pytest.mark.parametrize(("path", "field"), TEXT_FIELDS)
async def test_what_no_person_types_is_refused_by_field(client, path, field):
    for text in FORBIDDEN_TEXTS:
        answer = await send(client, path, json.dumps(BODIES[path] | {field: text}).encode())

        assert (answer.status, answer.code) == (422, "invalid-request")
        assert answer.field_codes == [(field, "forbidden-characters")]


@pytest.mark.parametrize("path", BODIES)
async def test_malformed_bodies_are_told_apart_and_store_nothing(opened, client, path):
    good = json.dumps(BODIES[path]).encode()
    lone_surrogate = good.replace(b'": "', b'": "\\ud800', 1)
    expected = [
        (b"", 400, "malformed-json"),
        (b"null", 422, "invalid-request"),
        (b"[]", 422, "invalid-request"),
        (good[:-1], 400, "malformed-json"),
        (lone_surrogate, 400, "malformed-json"),
        (b"[" * 40 + b"]" * 40, 400, "body-too-deep"),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, 400, "body-too-deep"),
        (b"x" * (64 * 1024 + 1), 413, "body-too-large"),
        (good[:-1] + b', "surprise": 1}', 422, "unknown-field"),
        (json.dumps(dict.fromkeys(BODIES[path], 7)).encode(), 422, "invalid-request"),
        (json.dumps({field: ["a"] for field in BODIES[path]}).encode(), 422, "invalid-request"),
        (json.dumps(dict.fromkeys(BODIES[path])).encode(), 422, "invalid-request"),
        (json.dumps(BODIES[path] | dict.fromkeys(BODIES[path], "x" * 1001)).encode(), 422, "invalid-request"),
    ]
    for raw, status, code in expected:
        answer = await send(client, path, raw)

        assert (answer.status, answer.code) == (status, code), raw[:40]
    for table in ("reset_requests", "tries", "sessions"):
        assert await opened.value(f"SELECT count(*) FROM {table}") == 0
    assert (await ask(client, "mgas", "a@courriel.example")).status == 202


@pytest.mark.parametrize("path", BODIES)
async def test_another_content_type_is_refused(client, path):
    answer = await send(client, path, json.dumps(BODIES[path]).encode(), **{"Content-Type": "text/plain"})

    assert (answer.status, answer.code) == (415, "unsupported-media-type")


@pytest.mark.parametrize("brand", ["unknown", "MGAS", "mgas%20", "..", "mgas;x=1", "%00", "é"])
async def test_an_unknown_brand_is_told_on_every_path(client, brand):
    for path in (
        "password-resets", "password-resets/redeem", "sessions", "first-connections", "accounts", "identifier-lookups"
    ):  # fmt: skip
        async with client.post(f"/v1/{brand}/{path}", json={}) as response:
            assert response.status == 404
            assert (await response.json())["code"] in ("unknown-brand", "not-found")
