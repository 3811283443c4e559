"""What happened to a message, in order and in words."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from notifications_service.domain.delivery_record import DeliveryRecord, PublicState
from notifications_service.domain.delivery_steps import sentence
from notifications_service.domain.message_kinds import LETTERS, MAILS, Purpose
from notifications_service.domain.message_titles import TITLES

from tests.support.delivery_records import NOW, letter, mail

LETTER_STATES = set(get_args(PublicState)) - {"sent"}
MAIL_STATES = set(get_args(PublicState)) - {"batched", "handed_over", "posted", "returned"}


def states(record: DeliveryRecord) -> list[str]:
    return [state for state, _ in record.instants()]


def test_the_steps_of_a_letter_are_told_in_the_order_in_which_they_happened():
    hours = {"batched_at": 1, "rendered_at": 2, "sent_at": 3, "posted_at": 5, "returned_at": 90}
    record = letter(state="returned", **{name: NOW + timedelta(hours=after) for name, after in hours.items()})

    assert states(record) == ["planned", "batched", "rendered", "handed_over", "posted", "returned"]


def test_a_letter_that_was_posted_within_the_second_of_its_hand_over_was_handed_over_first():
    handed_over = datetime(2026, 11, 23, 13, 0, 5, 300_000, tzinfo=UTC)
    record = letter(state="posted", sent_at=handed_over, posted_at=handed_over.replace(microsecond=0))

    assert states(record) == ["planned", "handed_over", "posted"]


def test_a_letter_that_takes_a_mails_place_says_so_and_has_no_steps_of_the_mail():
    minute = timedelta(minutes=1)
    mails = {"was_a_mail": True, "rendered_at": NOW + minute, "possibly_sent_at": NOW + minute}
    waiting, drawn = (
        letter(**mails),
        letter(**mails | {"batched_at": NOW + 2 * minute, "rendered_at": NOW + 3 * minute}),
    )

    assert (states(waiting), states(drawn)) == (["planned"], ["planned", "batched", "rendered"])
    assert sentence(waiting, "planned").endswith("l’e-mail demandé d’abord n’a pas pu arriver.")


def test_a_mail_that_came_back_was_sent_and_failed_then():
    record = mail(state="failed", failure="no-such-address", sent_at=NOW, failed_at=NOW + timedelta(minutes=2))

    assert states(record) == ["planned", "sent", "failed"]
    assert sentence(record, "failed") == "Votre e-mail nous est revenu\u202f: il n’a pas pu être distribué."


@pytest.mark.parametrize("changes", [{"state": "failed", "failed_at": NOW}, {"state": "stopped", "stopped_at": NOW}])
def test_a_letter_whose_code_has_served_was_stopped_whenever_it_was_kept(changes: dict[str, Any]):
    record = letter(failure="code-has-served", **changes)

    assert (record.public_state, states(record)) == ("stopped", ["planned", "stopped"])
    assert sentence(record, "stopped") == "L’envoi a été arrêté\u202f: son code a déjà servi."


def test_a_mail_under_a_lease_is_about_to_leave():
    assert mail(state="sending").public_state == "planned"


def test_every_step_has_a_sentence_of_its_own():
    mails = {sentence(mail(), state) for state in MAIL_STATES}
    letters = {sentence(letter(), state) for state in LETTER_STATES}

    assert (len(mails), len(letters)) == (len(MAIL_STATES), len(LETTER_STATES))
    assert all("e-mail" in words or "L’envoi" in words for words in mails)
    assert all("ourrier" in words or "L’envoi" in words for words in letters)


def test_every_message_has_a_title_and_says_whether_something_in_it_is_waited_for():
    with_a_secret = {kind.purpose for kind in (*MAILS.values(), *LETTERS.values()) if kind.expires is not None}

    assert set(TITLES) == set(get_args(Purpose))
    # The link of this one undoes what is told: nobody waits for it.
    assert {purpose for purpose, title in TITLES.items() if title.awaited} == with_a_secret - {"email_changed"}


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("z•••@e•••.org", "z•••@e•••.org"),
        ("z•••@e•••.museum", "z•••@e•••.museum"),
        ("\u202ez•••@e•••.org", "•••@•••"),
        ("z•••@e•••.APPELEZ LE 08 99", "•••@•••"),
        ("<•••@e•••.org", "•••@•••"),
    ],
)
def test_of_an_address_that_not_every_page_can_show_nothing_is_shown(kept: str, shown: str):
    assert mail(masked_address=kept).shown_address == shown


def test_of_a_postal_address_the_town_is_shown():
    assert letter(masked_address="Le Mêle-sur-Sarthe").shown_address == "Le Mêle-sur-Sarthe"
    assert letter(masked_address=None).shown_address is None
