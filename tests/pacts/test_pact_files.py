"""Every service has a pact with each that it hears, and no file is left of a pact that nobody has any more."""

import json

import pytest

from tests.support.agreements import hearings, publications
from tests.support.pacts import CONTRACTS, committed

pytestmark = pytest.mark.unit

OWNERS = {one.event_type: one.service for one in publications()}


def test_every_event_that_is_heard_is_in_the_pact_of_its_listener_and_its_publisher():
    heard = {(one.service, OWNERS[one.event_type], one.event_type) for one in hearings()}
    promised = {
        (consumer, provider, interaction["contents"]["content"]["type"])
        for consumer, provider in {(one, other) for one, other, _ in heard}
        for interaction in committed(consumer, provider)["interactions"]
    }

    assert promised == heard


def test_no_pact_is_left_of_services_that_do_not_hear_each_other():
    pairs = {f"{one.service}-{OWNERS[one.event_type]}.json" for one in hearings()}

    assert {file.name for file in CONTRACTS.iterdir()} == pairs


def test_a_pact_says_who_its_parties_are():
    for file in CONTRACTS.glob("*.json"):
        content = json.loads(file.read_text(encoding="utf-8"))

        assert file.stem == f"{content['consumer']['name']}-{content['provider']['name']}"
