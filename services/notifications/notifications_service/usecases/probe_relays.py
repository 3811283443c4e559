"""Relays that are down are asked now and then whether they are back, with no mail at stake; alarms about what they say."""

from datetime import datetime

import structlog

from notifications_service import metrics
from notifications_service.channels.mail_relays import MailRelay
from notifications_service.domain.relay_answers import ALARMS, RelayAnswer, Verdict, verdict_on
from notifications_service.resources import Notifications

CREDENTIALS_PAUSE = 300.0  # seconds; a relay may lock an account that tries too often

log = structlog.get_logger()


async def probe_relays(notifications: Notifications) -> None:
    """Connect to each relay whose pause is over; one that answers gets a single mail next."""
    for relay in notifications.dispatch.relays.all:
        if relay.circuit.is_due_for_a_probe(notifications.now()):
            with relay.circuit.engaged():
                refusal = await _reach(relay)
            if refusal is None:
                relay.circuit.answered_probe()
            else:
                note_answer(relay, verdict_on(refusal), refusal, notifications.now())


def note_answer(relay: MailRelay, verdict: Verdict, answer: RelayAnswer, now: datetime) -> None:
    """Open or close a relay's circuit by what it said, and raise an alarm where there is one."""
    circuit = relay.circuit
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


async def is_there(notifications: Notifications, relay: MailRelay, answer: RelayAnswer, *, begun: datetime) -> bool:
    """Tell whether a relay that is silent about one mail, `begun` then, is there for others; note what it says when it is asked.

    While another relay takes mails, silence is reason enough to use that one: nothing is lost by it.
    """
    circuit, verdict = relay.circuit, verdict_on(answer)
    if circuit.has_answered_since(begun):
        return True
    if not circuit.is_usable:
        return False
    if verdict is Verdict.RELAY_DOWN and notifications.dispatch.relays.has_another(relay):
        note_answer(relay, verdict, answer, notifications.now())
        return False
    refusal = await _reach(relay)
    if refusal is None:
        circuit.succeeded(notifications.now())
        return True
    note_answer(relay, verdict_on(refusal), refusal, notifications.now())
    return False


async def _reach(relay: MailRelay) -> RelayAnswer | None:
    async with relay.sessions.lend() as session:
        return await session.reach()
