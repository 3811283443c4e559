"""Relays that are down are asked now and then whether they are back, with no mail at stake; alarms about what they say."""

from datetime import datetime

import structlog

from notifications_service import metrics
from notifications_service.channels.mail_relays import MailRelay
from notifications_service.domain.relay_answers import ALARMS, RelayAnswer, Stage, Verdict, verdict_on
from notifications_service.resources import Notifications

CREDENTIALS_PAUSE = 300.0  # seconds; a relay may lock an account that tries too often
# How far a mail has come when silence may be about its recipient alone.
_ABOUT_ONE_MAIL = frozenset({Stage.RECIPIENT, Stage.CONTENT})

log = structlog.get_logger()


async def probe_relays(notifications: Notifications) -> None:
    """Connect to each relay whose pause is over; one that answers gets a single mail next."""
    for relay in notifications.dispatch.relays.all:
        if relay.circuit.is_due_for_a_probe(notifications.now()):
            with relay.circuit.engaged():
                async with relay.sessions.lend() as session:
                    refusal = await session.reach()
            if refusal is None:
                relay.circuit.answered_probe()
            else:
                note_answer(relay, verdict_on(refusal), refusal, begun=notifications.now(), now=notifications.now())


def note_answer(relay: MailRelay, verdict: Verdict, answer: RelayAnswer, *, begun: datetime, now: datetime) -> None:
    """Open or close a relay's circuit by what it said to something `begun` then, and raise an alarm where there is one."""
    circuit = relay.circuit
    if _is_silent_on_one_mail(relay, answer, begun):
        return
    if verdict is Verdict.RELAY_DOWN:
        circuit.failed(now)
    elif verdict is Verdict.CREDENTIALS_REFUSED:
        circuit.failed(now, at_least=CREDENTIALS_PAUSE)
    elif answer.code is not None:
        circuit.succeeded(now)
    metrics.RELAY_OPEN.labels(relay.name).set(1 if circuit.is_usable else 0)
    if verdict in ALARMS:
        metrics.RELAY_ALARMS.labels(relay.name, verdict.value).inc()
        log.error("relay_alarm", relay=relay.name, reason=verdict.value, stage=answer.stage.value, status=answer.status)


def _is_silent_on_one_mail(relay: MailRelay, answer: RelayAnswer, begun: datetime) -> bool:
    return answer.code is None and answer.stage in _ABOUT_ONE_MAIL and relay.circuit.has_answered_since(begun)
