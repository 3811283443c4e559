"""Events as they are heard: by whom they were sealed for, from somebody who publishes them, in queues that lose nothing."""

import json
import re

import pytest
from espace_embedded.catalogue import ROOT, commands_of
from espace_embedded.state import SERVICES
from service_kit.amqp import queue_arguments
from service_kit.broker import queue_name

from tests.support.agreements import AGREED_ONLY, Hearing, examples_of, hearings, publications

HEARINGS = hearings()
PUBLISHED = {one.event_type: one for one in publications()}
POLICIES = json.loads((ROOT / "deploy" / "rabbitmq" / "definitions.json").read_text())["policies"]

each_hearing = pytest.mark.parametrize("hearing", HEARINGS, ids=lambda one: f"{one.service}-{one.event_type}")


def policy_of(queue: str) -> str:
    """Return the one policy that RabbitMQ applies to a queue."""
    matching = [one for one in POLICIES if re.search(one["pattern"], queue)]
    return str(max(matching, key=lambda one: one["priority"])["name"]) if matching else ""


def test_every_event_that_is_heard_is_published_by_somebody_and_the_reverse():
    assert {one.event_type for one in HEARINGS} == PUBLISHED.keys()


@pytest.mark.parametrize("event_type", PUBLISHED)
def test_an_event_is_sealed_for_exactly_the_services_that_hear_it(event_type: str):
    listeners = {one.service for one in HEARINGS if one.event_type == event_type}

    event = PUBLISHED[event_type].event

    assert set(event.recipients) == (listeners if event.sealed_fields() else set())


@pytest.mark.parametrize("event_type", PUBLISHED)
def test_the_readme_of_whoever_publishes_an_event_names_it(event_type: str):
    readme = ROOT / "services" / PUBLISHED[event_type].service / "README.md"

    assert f"`{event_type}`" in readme.read_text(encoding="utf-8")


@pytest.mark.parametrize("event_type", PUBLISHED)
def test_an_event_is_made_by_a_use_case_unless_it_is_only_agreed_on(event_type: str):
    one = PUBLISHED[event_type]
    package = ROOT / "services" / one.service / f"{one.service}_service"
    makers = [file for file in package.glob("usecases/*.py") if one.event.__name__ in file.read_text(encoding="utf-8")]

    assert bool(makers) == (event_type not in AGREED_ONLY)


@pytest.mark.parametrize("event_type", AGREED_ONLY)
def test_the_readme_of_its_owner_says_that_an_event_is_only_agreed_on(event_type: str):
    readme = ROOT / "services" / PUBLISHED[event_type].service / "README.md"
    (row,) = [line for line in readme.read_text(encoding="utf-8").splitlines() if "not published yet" in line]

    assert f"`{event_type}`" in row


@pytest.mark.parametrize("service", SERVICES)
def test_a_services_command_line_knows_the_dead_letters_of_all_that_it_hears(service: str):
    heard = [one.event_type for one in HEARINGS if one.service == service]

    assert sorted(commands_of(service).event_types) == sorted(heard)
    assert sorted(set(heard)) == sorted(heard)


@each_hearing
def test_a_reader_accepts_every_example_for_ever(hearing: Hearing):
    examples = examples_of(hearing.event_type)
    read = [hearing.subscription.reader.model_validate(content["data"]) for content in examples.values()]

    assert len(read) == len(examples) >= 2


@each_hearing
def test_a_reader_accepts_an_example_of_a_later_edition_with_fields_that_it_does_not_know(hearing: Hearing):
    for content in examples_of(hearing.event_type).values():
        told = hearing.subscription.reader.model_validate(content["data"])
        later = hearing.subscription.reader.model_validate(
            content["data"] | {"field_of_a_later_edition": {"deep": [1]}}
        )

        assert later == told


@each_hearing
def test_a_reader_reads_only_fields_that_the_event_has(hearing: Hearing):
    fields = PUBLISHED[hearing.event_type].event.model_fields

    assert set(hearing.subscription.reader.model_fields) - fields.keys() == set()


@each_hearing
def test_a_reader_shows_no_sealed_text_when_it_is_printed(hearing: Hearing):
    sealed = PUBLISHED[hearing.event_type].event.sealed_fields()
    for content in examples_of(hearing.event_type).values():
        texts = [value for name, value in content["data"].items() if name in sealed and isinstance(value, str)]
        printed = repr(hearing.subscription.reader.model_validate(content["data"]))

        assert [text for text in texts if len(text) > 3 and text in printed] == []


@each_hearing
def test_the_arguments_of_a_queue_never_change(hearing: Hearing):
    queue = queue_name(hearing.service, hearing.event_type)

    assert queue == f"{hearing.service}.{hearing.event_type}"
    assert queue_arguments(queue) == {
        "x-queue-type": "quorum",
        "x-dead-letter-exchange": "member-space.dead",
        "x-dead-letter-routing-key": queue,
    }, "RabbitMQ refuses a declaration with other arguments (406): limits belong in deploy/rabbitmq/definitions.json"


@each_hearing
def test_the_limits_of_a_queue_and_of_its_dead_letters_come_by_policy(hearing: Hearing):
    queue = queue_name(hearing.service, hearing.event_type)

    assert policy_of(queue) == "queues"
    assert policy_of(f"{queue}.dead") == "dead-letter-queues"
