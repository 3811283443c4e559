"""The table of relay answers, row by row."""

import pytest
from notifications_service.domain.failure_classes import is_hard
from notifications_service.domain.relay_answers import ALARMS, RelayAnswer, Stage, Verdict, verdict_on


def judged(stage: Stage, code: int, words: str = "") -> Verdict:
    return verdict_on(RelayAnswer.of(stage, code, words))


@pytest.mark.parametrize("code", [450, 451, 452])
def test_a_4xx_at_rcpt_is_temporary(code: int):
    assert judged(Stage.RECIPIENT, code, "4.7.1 greylisted") is Verdict.TEMPORARY


@pytest.mark.parametrize(
    ("code", "words"), [(550, "5.1.1 unknown"), (550, "no such user"), (553, ""), (550, "5.2.1 off")]
)
def test_a_5xx_about_the_address_is_final(code: int, words: str):
    assert judged(Stage.RECIPIENT, code, words) is Verdict.NO_SUCH_ADDRESS


@pytest.mark.parametrize(
    ("code", "words"), [(552, "5.2.2 mailbox full"), (552, "too much"), (452, "4.2.2 full"), (550, "5.2.2")]
)
def test_a_full_mailbox_is_temporary_whatever_its_first_digit(code: int, words: str):
    assert judged(Stage.RECIPIENT, code, words) is Verdict.TEMPORARY


@pytest.mark.parametrize("stage", [Stage.RECIPIENT, Stage.CONTENT])
def test_a_policy_refusal_says_nothing_against_the_address(stage: Stage):
    assert judged(stage, 554, "5.7.1 spam") is Verdict.REFUSED
    assert judged(stage, 550, "5.7.1 relaying denied") is Verdict.REFUSED


REFUSALS = range(500, 560)
SPOKEN_TO = (Stage.SENDER, Stage.RECIPIENT, Stage.CONTENT)


@pytest.mark.parametrize("detail", [0, 1, 8, 25, 26, 27, 60, 509])
def test_whatever_its_code_and_stage_a_status_of_policy_alarms_and_never_blames_the_address(detail: int):
    verdicts = {
        judged(stage, code, f"{mark}5.7.{detail} <zoe@example.org> refused")
        for stage in Stage
        for code in REFUSALS
        for mark in ("", "#", "(", "[")
    }

    assert verdicts <= ALARMS
    assert not any(is_hard(verdict.value) for verdict in verdicts)
    assert verdicts >= {Verdict.REFUSED, Verdict.SENDER_REFUSED, Verdict.CREDENTIALS_REFUSED}


def test_only_what_is_said_of_the_address_is_held_against_it():
    about = {
        status: {judged(stage, code, f"{status} no") for stage in SPOKEN_TO for code in REFUSALS}
        for status in (
            "5.0.0",
            "5.1.1",
            "5.1.7",
            "5.1.8",
            "5.1.10",
            "5.2.1",
            "5.2.2",
            "5.3.4",
            "5.4.1",
            "5.5.0",
            "5.6.0",
        )
    }

    blaming = {status for status, verdicts in about.items() if any(is_hard(verdict.value) for verdict in verdicts)}
    assert blaming == {"5.1.1", "5.1.10", "5.2.1"}


@pytest.mark.parametrize(
    "words",
    [
        "<zoe@example.org>: Relay access denied",
        "relaying denied",
        "we do not relay",
        "Message rejected as spam by Content Filtering.",
        "Service unavailable; Client host [192.0.2.1] blocked using dnsbl.example",
        "Unauthenticated email is not accepted due to DMARC policy",
        "Administrative prohibition (5.7.1)",
        "authentication required",
    ],
)
def test_a_relay_that_refuses_us_without_a_status_does_not_condemn_every_address(words: str):
    assert judged(Stage.RECIPIENT, 550, words) is Verdict.REFUSED


@pytest.mark.parametrize(
    "words",
    [
        "no such user here",
        "<blocked.spam@policy.example>: user unknown",
        "User unknown in relay recipient table",
        "Requested action not taken: mailbox unavailable",
        "unknown at 192.5.7.1",
    ],
)
def test_an_address_that_does_not_exist_is_known_as_such_without_a_status(words: str):
    assert judged(Stage.RECIPIENT, 550, words) is Verdict.NO_SUCH_ADDRESS


def test_a_5xx_whose_status_says_for_now_is_temporary():
    assert judged(Stage.RECIPIENT, 550, "4.2.1 try later") is Verdict.TEMPORARY


def test_a_5xx_after_data_without_status_is_a_refusal_of_the_mail_not_of_the_address():
    assert judged(Stage.CONTENT, 550, "rejected") is Verdict.REFUSED


def test_a_refused_sender_is_our_mistake_and_not_the_members():
    assert judged(Stage.SENDER, 550, "5.1.8 sender domain unknown") is Verdict.SENDER_REFUSED
    assert judged(Stage.RECIPIENT, 550, "5.1.8 sender domain unknown") is Verdict.REFUSED


@pytest.mark.parametrize("stage", list(Stage))
def test_421_means_that_the_relay_is_down_at_any_stage(stage: Stage):
    assert judged(stage, 421, "4.3.2 shutting down") is Verdict.RELAY_DOWN


@pytest.mark.parametrize(
    ("stage", "code"), [(Stage.SENDER, 530), (Stage.LOGIN, 535), (Stage.LOGIN, 504), (Stage.CONTENT, 530)]
)
def test_refused_credentials_are_told_apart(stage: Stage, code: int):
    assert judged(stage, code, "5.7.0") is Verdict.CREDENTIALS_REFUSED


@pytest.mark.parametrize(("stage", "code"), [(Stage.CONNECT, 554), (Stage.CONNECT, 450), (Stage.LOGIN, 454)])
def test_a_refusal_before_any_mail_means_that_the_relay_is_down(stage: Stage, code: int):
    assert judged(stage, code) is Verdict.RELAY_DOWN


@pytest.mark.parametrize("stage", [Stage.CONNECT, Stage.LOGIN, Stage.SENDER, Stage.RECIPIENT])
def test_no_answer_before_data_means_that_the_relay_is_down(stage: Stage):
    assert verdict_on(RelayAnswer(stage, None)) is Verdict.RELAY_DOWN


@pytest.mark.parametrize("code", [None, -1])
def test_no_answer_or_nonsense_after_data_means_possibly_sent(code: int | None):
    assert verdict_on(RelayAnswer(Stage.CONTENT, code)) is Verdict.POSSIBLY_SENT


def test_of_an_answer_only_codes_and_queue_id_are_kept():
    accepted = RelayAnswer.of(Stage.CONTENT, 250, "2.0.0 Ok: queued as 4F2BZ1abcd for <zoe@example.org>")
    refused = RelayAnswer.of(Stage.RECIPIENT, 550, "5.1.1 <zoe@example.org>: queued as zoe")

    assert accepted == RelayAnswer(Stage.CONTENT, 250, "2.0.0", "4F2BZ1abcd")
    assert refused == RelayAnswer(Stage.RECIPIENT, 550, "5.1.1", None)
    assert refused.status == "550 5.1.1"
    assert RelayAnswer.of(Stage.RECIPIENT, 550, "zoe@example.org 5.1.1").status == "550"
