"""A provider that is down, slow, overloaded, or that refuses: no letter fails for it, operators are told, letters leave later."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from notifications_service import metrics
from notifications_service.usecases.submit_letters import submit_letters

from tests.support.maileva_stand_in import MailevaStandIn
from tests.support.notifications_fixtures import RunningNotifications
from tests.support.submitted_letters_steps import (
    attempts,
    batch,
    follow_all,
    letter,
    require_letters,
    states,
    submit_all,
    submitting_service,
)


def alarms(reason: str) -> float:
    return metrics.PROVIDER_ALARMS.labels(reason)._value.get()


async def test_a_token_that_the_provider_has_forgotten_is_replaced_once(
    service: RunningNotifications, provider: MailevaStandIn
):
    await require_letters(service, 1)
    await batch(service)
    provider.before["document"] = forget_once(provider)
    await submit_all(service)

    assert provider.tokens_given == 2
    assert provider.calls == ["token", "create", "document", "recipient", "token", "recipient", "submit"]
    assert await states(service) == ["handed_over"]


def forget_once(provider: MailevaStandIn) -> Any:
    async def forget() -> None:
        provider.tokens.clear()

    return forget


async def test_a_token_is_renewed_before_its_end(service: RunningNotifications, provider: MailevaStandIn):
    provider.token_seconds = "600"  # the provider's own example is a text
    for _ in range(3):
        await require_letters(service, 1)
        await batch(service)
        await submit_all(service)
        service.clock.advance(seconds=300)

    assert provider.tokens_given == 2
    assert len(provider.submitted) == 3


async def test_wrong_credentials_stop_everything_and_fail_nothing(
    service: RunningNotifications, provider: MailevaStandIn
):
    before = alarms("credentials-refused")
    letters = await require_letters(service, 3)
    await batch(service)
    provider.password = "another"
    await submit_all(service)
    service.clock.advance(seconds=200)
    await submit_all(service)
    tried_too_early = provider.calls.count("token")
    provider.password = "geheim-des-kontos"
    service.clock.advance(seconds=101)
    await submit_all(service)

    assert tried_too_early <= 3  # the letters of one round
    assert alarms("credentials-refused") == before + 1
    assert provider.submitted == {str(one): 1 for one in letters}


@pytest.mark.parametrize(
    ("fault", "down_for"),
    [
        ({"status": 500}, 5),
        ({"status": 503, "headers": {"Retry-After": "120"}}, 120),
        ({"status": 429, "headers": {"Retry-After": "90"}}, 90),
        ({"status": 429}, 5),
        ({"status": 200}, 5),  # and no word that could be read
        ({}, 5),
    ],
    ids=["500", "503", "429 with Retry-After", "429", "nonsense", "no answer"],
)
async def test_a_provider_that_is_away_is_left_alone_for_a_while(
    service: RunningNotifications, provider: MailevaStandIn, fault: dict[str, Any], down_for: int
):
    (one,) = await require_letters(service, 1)
    await batch(service)
    provider.fail("create", **fault)
    await submit_all(service)
    service.clock.advance(seconds=down_for - 2)
    await submit_all(service)
    asked_meanwhile = provider.calls.count("create")
    service.clock.advance(seconds=32)  # the letter's own pause is over, too
    await submit_all(service)

    assert asked_meanwhile == 1
    assert provider.submitted == {str(one): 1}
    assert await attempts(service, one) == [("handed-over", None)]


async def test_letters_wait_out_a_day_without_the_provider_and_all_leave_after_it(
    service: RunningNotifications, provider: MailevaStandIn
):
    letters = await require_letters(service, 5)
    await batch(service)
    provider.fail("token", status=503, times=1000)
    for _ in range(24):
        await submit_all(service)
        service.clock.advance(hours=1)
    asked = provider.calls.count("token")
    provider.faults.clear()
    for _ in range(4):
        await submit_all(service)
        service.clock.advance(minutes=20)

    assert asked <= 24 + 4  # one letter is risked at a time
    assert provider.submitted == {str(one): 1 for one in letters}
    assert await states(service) == ["handed_over"]


async def test_a_provider_that_is_slow_holds_up_no_longer_than_we_are_patient(
    tmp_path: Path, notifications_url: str, provider: MailevaStandIn
):
    patience = {"maileva_answer_seconds": 0.3}
    async with submitting_service(tmp_path, notifications_url, provider, **patience) as service:
        (one,) = await require_letters(service, 1)
        await batch(service)
        provider.fail("submit", seconds=5, status=200)
        async with asyncio.timeout(3):
            await submit_all(service)
        rendered = await letter(service, one)
        service.clock.advance(seconds=60)
        await submit_all(service)

        assert (rendered["state"], rendered["content_sealed"]) == ("rendered", None)
        assert provider.submitted == {str(one): 1}


async def test_what_the_provider_refuses_is_told_and_tried_again_while_the_others_leave(
    service: RunningNotifications, provider: MailevaStandIn
):
    before = alarms("refused-by-provider")
    letters = await require_letters(service, 6)
    await batch(service)
    provider.fail("document", status=400, codes=("METADATA_WRONG_FORMAT",), times=2)
    await submit_all(service)
    left_at_once = len(provider.submitted)
    refused = [one for one in letters if str(one) not in provider.submitted]
    noted = await attempts(service, refused[0])
    service.clock.advance(seconds=31)
    await submit_all(service)

    assert left_at_once == 4
    assert noted == [("refused-by-provider", "400 METADATA_WRONG_FORMAT")]
    assert alarms("refused-by-provider") == before + 2
    assert provider.submitted == {str(one): 1 for one in letters}
    assert provider.drafts() == []


async def test_what_the_provider_never_takes_is_given_up_with_its_use_and_leaves_no_page_there(
    service: RunningNotifications, provider: MailevaStandIn
):
    (one,) = await require_letters(service, 1)
    await batch(service)
    provider.fail("recipient", status=400, codes=("UNEXPECTED_ERROR",), times=1000)
    await submit_all(service)
    page_is_there = [len(draft.documents) for draft in provider.drafts()]
    service.clock.advance(days=17)
    await submit_all(service)
    given_up = await letter(service, one)
    await follow_all(service)

    assert page_is_there == [1]
    assert (given_up["state"], given_up["failure"], given_up["content_sealed"]) == ("failed", "gave-up", None)
    assert (provider.drafts(), provider.submitted) == ([], {})
    assert await service.rows("SELECT letter_id FROM submitted_letters") == []
    assert [event["failure"] for event in await service.published()] == ["gave-up"]
    assert await service.rows("SELECT state FROM print_batches") == [{"state": "empty"}]


async def test_an_address_that_the_provider_refuses_ends_the_letter_at_once(
    service: RunningNotifications, provider: MailevaStandIn
):
    (one,) = await require_letters(service, 1)
    await batch(service)
    provider.fail("recipient", status=400, codes=("ADDRESS_LINE_6_WRONG_FORMAT",))
    await submit_all(service)
    failed = await letter(service, one)

    assert (failed["state"], failed["content_sealed"]) == ("failed", None)
    assert failed["failure"] == "refused-by-provider: 400 ADDRESS_LINE_6_WRONG_FORMAT"
    assert [event["failure"] for event in await service.published()] == ["refused-by-provider"]


async def test_a_letter_on_which_the_provider_breaks_every_time_does_not_hold_up_the_others(
    tmp_path: Path, notifications_url: str, provider: MailevaStandIn
):
    async with submitting_service(tmp_path, notifications_url, provider, maileva_letters_at_a_time=1) as service:
        letters = await require_letters(service, 4)
        await batch(service)
        oldest = await service.rows("SELECT id FROM deliveries ORDER BY created_at, id LIMIT 1")
        poison = str(oldest[0]["id"])
        provider.poison = poison
        for _ in range(8):
            await submit_all(service)
            service.clock.advance(seconds=31)

        assert provider.submitted == {str(one): 1 for one in letters if str(one) != poison}


async def test_a_chosen_letter_that_is_of_no_more_use_is_taken_back(
    service: RunningNotifications, provider: MailevaStandIn
):
    (late,) = await require_letters(service, 1)
    await batch(service)
    provider.fail("submit", status=503, times=1000)
    await submit_all(service)
    chosen = await letter(service, late)
    service.clock.advance(days=17)
    await submit_all(service)
    await submit_all(service)
    ended = await letter(service, late)

    assert chosen["state"] == "rendered"
    assert (ended["state"], ended["failure"]) == ("failed", "gave-up")
    assert (provider.submitted, provider.drafts()) == ({}, [])


async def test_a_chosen_letter_that_was_submitted_after_all_is_not_taken_back(
    service: RunningNotifications, provider: MailevaStandIn
):
    (late,) = await require_letters(service, 1)
    await batch(service)
    provider.fail("submit", after=True)
    await submit_all(service)
    service.clock.advance(days=17)
    await submit_all(service)

    assert (await letter(service, late))["state"] == "handed_over"
    assert provider.submitted == {str(late): 1}


async def test_calls_keep_to_the_agreed_number_a_minute(
    tmp_path: Path, notifications_url: str, provider: MailevaStandIn
):
    async with submitting_service(tmp_path, notifications_url, provider, maileva_requests_per_minute=1200) as service:
        await require_letters(service, 4)
        await batch(service)
        begun = asyncio.get_running_loop().time()
        await submit_letters(service.notifications)
        took = asyncio.get_running_loop().time() - begun

        assert len(provider.calls) == 1 + 4 * 4
        assert took >= (16 - 6) / 20  # twenty a second, some of them at once
