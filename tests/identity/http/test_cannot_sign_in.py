"""S7 and S13: what a page needs to say what to check, and whom to call, without telling anything about the account."""

import pytest

from tests.support.identity_steps import PASSPHRASE, ask, connect, post, redeem, seen, sign_in

GUIDE = {
    "safiag": ["change-not-taken", "password-shape", "identifier-typed", "never-connected", "ask-again", "call-us"],
    "mgas": ["change-not-taken", "password-shape", "identifier-typed", "never-connected", "ask-again", "call-us"],
}
SHAPE = {"safiag": "6 chiffres", "mgas": "12 caractères"}
IDENTIFIER = {"safiag": "numéro de sécurité sociale", "mgas": "adresse e-mail"}


async def policy_of(client, brand: str):
    async with client.get(f"/v1/{brand}/sign-in-policy") as response:
        return (await seen(response)).body


@pytest.mark.parametrize("brand", ["safiag", "mgas"])
async def test_the_policy_says_what_to_check_in_the_order_of_the_guide(client, brand):
    checks = (await policy_of(client, brand))["checks"]

    assert [check["code"] for check in checks] == GUIDE[brand]
    assert SHAPE[brand] in checks[1]["detail"]
    assert IDENTIFIER[brand] in checks[2]["detail"]


@pytest.mark.parametrize("brand", ["safiag", "mgas"])
async def test_a_refused_sign_in_says_the_same_to_everybody(client, brand):
    policy = await policy_of(client, brand)
    refused = await sign_in(client, brand, "180027511600142", "000000")

    assert refused.status == 401
    assert refused.body["checks"] == policy["checks"]
    assert refused.body["help"] == policy["help"]


@pytest.mark.parametrize(("brand", "second"), [("mgas", "no-account"), ("safiag", "by-post")])
async def test_whoever_asks_for_a_new_password_reads_the_three_possible_causes_known_or_not(
    opened, client, brand, second
):
    member = await opened.enrol(brand=brand)
    known = await ask(client, brand, member["email" if brand == "mgas" else "nir"])
    unknown = await ask(client, brand, "personne@courriel.example")

    assert [cause["code"] for cause in known.body["causes"]] == ["other-identifier", second, "not-in-force"]
    assert all(cause["detail"] for cause in known.body["causes"])
    assert (unknown.status, unknown.body) == (known.status, known.body)


async def test_every_way_out_leads_to_something(client):
    checks = [check for brand in GUIDE for check in (await policy_of(client, brand))["checks"]]
    for way_out in {check["way_out"] for check in checks} - {None}:
        answer = await post(client, f"/v1/mgas/{way_out}", {})

        assert (way_out, answer.status) == (way_out, 422)


async def test_every_refusal_of_a_brand_names_its_adviser(client):
    help_of_mgas = (await policy_of(client, "mgas"))["help"]
    refusals = [
        await post(client, "/v1/mgas/sessions", {}),
        await post(client, "/v1/mgas/sessions", {"identifier": "x", "password": "y", "unknown": 1}),
        await redeem(client, "mgas", "no such token"),
        await connect(client, "mgas", "personne@courriel.example", "2222-2222-2222", PASSPHRASE),
        await post(client, "/v1/mgas/first-connections", {}),
    ]

    assert [one.status for one in refusals] == [422, 422, 400, 400, 422]
    assert [one.body["help"] for one in refusals] == [help_of_mgas] * len(refusals)
