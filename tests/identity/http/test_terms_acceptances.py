"""The terms are accepted with evidence, again when they change, and their words are kept."""

from dataclasses import replace

import pytest
import structlog
from identity_service.resources import Terms

from tests.support.account_steps import call, deeds_of, signed_in, tokens_of
from tests.support.identity_fixtures import BRANDS, TERMS, http_client, opened_identity
from tests.support.identity_steps import SIX_DIGITS, refresh


async def accept(client, tokens, version: str = TERMS):
    """Accept a version of the terms."""
    return await call(client, "POST", "/v1/account/terms-acceptances", tokens["access_token"], {"version": version})


def with_terms(opened, version: str, text: str) -> None:
    """Let other terms of mgas be in force from the next request of a fresh client on."""
    opened.identity = replace(opened.identity, terms=opened.identity.terms | {"mgas": Terms(version, text)})


async def test_what_is_accepted_is_kept_as_evidence_and_not_asked_again(opened, client):
    member, tokens = await signed_in(opened, client)
    opened.clock.advance(minutes=1)
    accepted = await accept(client, tokens)
    row = await opened.value("SELECT (terms_version, accepted_at, source)::text FROM terms_acceptances")
    digest = await opened.value("SELECT text_digest FROM terms_acceptances")

    assert tokens["terms_to_accept"] == TERMS
    assert (accepted.status, accepted.body) == (201, {"version": TERMS, "accepted_at": "2026-03-10T09:01:00Z"})
    assert row == f'({TERMS},"2026-03-10 09:01:00+00",account)'
    assert digest == opened.identity.terms["mgas"].digest
    assert "terms_to_accept" not in await tokens_of(client, member)
    assert "terms_to_accept" not in (await refresh(client, tokens["refresh_token"])).body
    assert (await deeds_of(opened, member))[-2][0] == "terms_accepted"


async def test_accepting_twice_keeps_the_first_time(opened, client):
    member, tokens = await signed_in(opened, client)
    first = await accept(client, tokens)
    opened.clock.advance(minutes=5)
    second = await accept(client, tokens)

    assert (first.status, second.status) == (201, 200)
    assert first.body == second.body
    assert [kind for kind, _, _ in await deeds_of(opened, member)].count("terms_accepted") == 1


@pytest.mark.parametrize("version", ["2025-1", "2027-1", "", f"{TERMS} ", "oui"])
async def test_only_the_version_in_force_can_be_accepted(opened, client, version):
    _, tokens = await signed_in(opened, client)
    answer = await accept(client, tokens, version)

    assert (answer.status, answer.code) == (422, "terms-not-accepted")
    assert answer.field_codes == [("version", "current-version-required")]
    assert await opened.value("SELECT count(*) FROM terms_acceptances") == 0


@pytest.mark.parametrize(("version", "text"), [("2027-1", "De nouvelles conditions."), (TERMS, "Les mêmes, en mieux.")])
async def test_another_version_or_other_words_are_to_be_accepted_too(opened, client, version, text):
    member, tokens = await signed_in(opened, client)
    await accept(client, tokens)
    with_terms(opened, version, text)
    async with http_client(opened.identity) as later:
        fresh = (await refresh(later, tokens["refresh_token"])).body

        assert fresh["terms_to_accept"] == version
        assert (await tokens_of(later, member))["terms_to_accept"] == version
        assert (await accept(later, fresh, version)).status == 201
        assert "terms_to_accept" not in await tokens_of(later, member)
    assert await opened.value("SELECT count(*) FROM terms_acceptances") == 2


async def test_what_was_accepted_at_the_first_connection_is_not_asked_at_sign_in(opened, client):
    _, tokens = await signed_in(opened, client, SIX_DIGITS, brand="safiag", email=None)

    assert "terms_to_accept" not in tokens


async def test_the_words_that_were_accepted_can_be_shown_years_later(opened, client):
    _, tokens = await signed_in(opened, client)
    await accept(client, tokens)
    kept = await opened.value(
        "SELECT content FROM terms_acceptances JOIN terms_texts ON digest = text_digest AND version = terms_version"
    )

    assert kept == (BRANDS / "mgas.terms.fr.md").read_text(encoding="utf-8")


async def test_words_that_changed_without_a_version_are_an_error_at_start(opened, tmp_path):
    async with opened.identity.database.transaction() as connection:
        await connection.execute("UPDATE terms_texts SET content = 'avant', digest = 'avant' WHERE brand = 'mgas'")
    with structlog.testing.capture_logs() as lines:
        async with opened_identity(tmp_path, opened.database_url):
            pass
        async with opened_identity(tmp_path, opened.database_url):
            pass
    told = [(line["log_level"], line["brand"]) for line in lines if line["event"] == "terms_changed_without_a_version"]

    assert told == [("error", "mgas")] * 2
    assert await opened.value("SELECT count(*) FROM terms_texts WHERE brand = 'mgas'") == 2
    assert await opened.value("SELECT count(*) FROM terms_texts WHERE brand = 'demo'") == 1
