"""Policy, terms and public keys lie ready: the short way to them says what the long one says."""

import pytest

PATHS = ["/v1/mgas/sign-in-policy", "/v1/mgas/terms", "/.well-known/jwks.json"]
each_path = pytest.mark.parametrize("path", PATHS)


async def whole(client, path, method="GET", **headers):
    async with client.request(method, path, headers=headers) as response:
        kept = {name: value for name, value in response.headers.items() if name.lower() not in ("date", "x-request-id")}
        return response.status, kept, await response.read(), response.headers["X-Request-Id"]


@each_path
async def test_both_ways_give_the_same_answer(client, path):
    short, long = await whole(client, path), await whole(client, path, **{"X-Request-Id": "0123456789abcdef"})

    assert short[:3] == long[:3]
    assert (long[3], len(short[3])) == ("0123456789abcdef", 32)


@each_path
async def test_head_has_the_headers_and_no_body(client, path):
    got, head = await whole(client, path), await whole(client, path, "HEAD")

    assert head[:2] == got[:2]
    assert head[2] == b""


async def test_a_brand_that_nobody_knows_has_neither(client):
    statuses = [(await whole(client, f"/v1/nobody/{name}"))[0] for name in ("sign-in-policy", "terms")]

    assert statuses == [404, 404]


async def test_only_the_public_keys_may_be_kept(client):
    kept = {path: (await whole(client, path))[1]["Cache-Control"] for path in PATHS}

    assert kept == {PATHS[0]: "no-store", PATHS[1]: "no-store", PATHS[2]: "public, max-age=300"}


async def test_a_body_where_none_is_expected_takes_the_long_way(client):
    async with client.get(PATHS[0], data=b"x" * 200_000) as response:
        assert response.status == 413
