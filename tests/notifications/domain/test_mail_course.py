"""What follows from an attempt, and until when a message is of use."""

from datetime import UTC, datetime, timedelta

import pytest
from notifications_service.domain.mail_course import (
    LETTER_MARGIN,
    MAIL_MARGIN,
    Course,
    Situation,
    course_after,
    give_up_at,
)
from notifications_service.domain.relay_answers import RelayAnswer, Stage, Verdict

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
PAUSES = [30, 60, 120, 300, 600, 1200]
LATER = RelayAnswer(Stage.RECIPIENT, 451)
NO_ANSWER = RelayAnswer(Stage.CONNECT, None)


def course(
    verdict: Verdict,
    *,
    answer: RelayAnswer = LATER,
    attempts: int = 0,
    minutes: float = 55,
    **stood: bool,
):
    possibly_sent = stood.pop("possibly_sent", False)
    situation = Situation(attempts, possibly_sent, NOW + timedelta(minutes=minutes), **stood)
    return course_after(verdict, answer, situation, pauses=PAUSES, now=NOW)


def in_seconds(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(("attempts", "pause"), list(enumerate([*PAUSES, 1200])))
def test_a_mail_is_tried_again_after_30_seconds_then_1_2_5_10_and_20_minutes(attempts: int, pause: int):
    assert course(Verdict.TEMPORARY, attempts=attempts) == Course("delayed", in_seconds(pause))


def test_a_mail_whose_next_attempt_would_come_too_late_is_given_up():
    assert course(Verdict.TEMPORARY, minutes=0.5) == Course("failed", failure="gave-up")


@pytest.mark.parametrize(
    "verdict", [Verdict.NO_SUCH_ADDRESS, Verdict.REFUSED, Verdict.NEEDS_SMTPUTF8, Verdict.ADDRESS_MALFORMED]
)
def test_a_final_refusal_ends_the_mail_with_its_reason(verdict: Verdict):
    assert course(verdict) == Course("failed", failure=verdict.value)


def test_a_mail_that_may_have_arrived_is_tried_again_and_stays_so():
    first = course(Verdict.POSSIBLY_SENT)
    then = course(Verdict.TEMPORARY, attempts=1, possibly_sent=True)

    assert [first, then] == [Course("possibly_sent", in_seconds(30)), Course("possibly_sent", in_seconds(60))]


def test_a_mail_that_may_have_arrived_is_not_called_failed_when_time_is_up():
    assert course(Verdict.POSSIBLY_SENT, minutes=0.1) == Course("possibly_sent")


@pytest.mark.parametrize("verdict", [Verdict.RELAY_DOWN, Verdict.CREDENTIALS_REFUSED])
def test_a_relay_that_is_down_costs_the_mail_nothing(verdict: Verdict):
    assert course(verdict, answer=NO_ANSWER, minutes=0.1) == Course("planned", NOW, counted=False)


def test_a_mail_on_which_the_relay_hangs_lets_others_go_first_and_ends():
    silence = RelayAnswer(Stage.RECIPIENT, None)
    hung = [course(Verdict.RELAY_DOWN, answer=silence, attempts=attempts) for attempts in (0, 1)]
    at_last = course(Verdict.RELAY_DOWN, answer=silence, minutes=0.1)

    assert hung == [Course("planned", in_seconds(30)), Course("planned", in_seconds(60))]
    assert at_last == Course("failed", failure="gave-up")


def test_a_mail_that_was_told_to_wait_stays_delayed_whatever_comes_next():
    assert course(Verdict.NOT_WRITTEN, delayed=True) == Course("delayed", in_seconds(30))
    assert course(Verdict.RELAY_DOWN, answer=NO_ANSWER, delayed=True) == Course("delayed", NOW, counted=False)


def test_a_mail_that_one_relay_sends_away_goes_to_the_other_at_once_but_one_that_is_met_by_silence_waits():
    told = course(Verdict.RELAY_DOWN, answer=RelayAnswer(Stage.RECIPIENT, 421), has_another_relay=True)
    silent = course(Verdict.RELAY_DOWN, answer=RelayAnswer(Stage.RECIPIENT, None), has_another_relay=True)

    assert told == Course("planned", NOW, counted=False)
    assert silent == Course("planned", in_seconds(30))


def test_a_message_is_given_up_a_margin_before_its_secret_expires():
    assert give_up_at(NOW, NOW + timedelta(hours=1), margin=MAIL_MARGIN) == NOW + timedelta(minutes=55)
    assert give_up_at(NOW, NOW + timedelta(days=21), margin=LETTER_MARGIN) == NOW + timedelta(days=16)


def test_a_short_lived_secret_loses_a_quarter_of_its_life_at_most():
    assert give_up_at(NOW, NOW + timedelta(minutes=8), margin=MAIL_MARGIN) == NOW + timedelta(minutes=6)


def test_a_secret_that_has_expired_is_given_up_at_once():
    assert give_up_at(NOW, NOW - timedelta(hours=1), margin=MAIL_MARGIN) == NOW - timedelta(hours=1)
