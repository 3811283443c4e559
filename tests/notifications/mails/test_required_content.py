"""What a message's words need is declared, truly: with just that they can be filled in, and without any of it they cannot."""

from decimal import Decimal
from uuid import uuid4

import pytest
import structlog
from contracts_service.events import ContributionUnpaid
from notifications_service.channels.letter_pdf import LetterPress
from notifications_service.channels.mail_templates import TemplateUnusable
from notifications_service.consumers.contributions import UnpaidContribution
from notifications_service.consumers.telling import by_notice, telling
from notifications_service.domain.message_content import MessageContent
from notifications_service.domain.message_kinds import LETTERS, MAILS, MessageKind
from notifications_service.rendering.previews import BrandPreviews
from notifications_service.rendering.samples import Sample, samples
from service_kit.broker import Verdict
from service_kit.consumer import Consumer
from service_kit.events import Envelope

from tests.notifications.templates.test_every_mail_reads_well import BRANDS_TO_READ
from tests.support.contract_news import told
from tests.support.notifications_fixtures import RunningNotifications

KINDS = [*MAILS.values(), *LETTERS.values()]
PRESS = LetterPress()
PREVIEWS = BRANDS_TO_READ["safiag"]
each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.purpose}-{kind.channel}")


def write(previews: BrandPreviews, sample: Sample) -> None:
    if sample.kind.channel == "email":
        previews.mail(sample)
    else:
        previews.letter(PRESS, sample)


def with_only(kind: MessageKind, names: frozenset[str]) -> Sample:
    fullest = samples(kind)[0]
    kept = {name: getattr(fullest.content, name) for name in names}
    return Sample(kind, "", MessageContent.model_validate(kept), fullest.person)


@pytest.mark.unit
@each_kind
def test_words_are_whole_with_what_is_required_and_with_all(kind: MessageKind):
    write(PREVIEWS, with_only(kind, kind.required))
    write(PREVIEWS, samples(kind)[0])


@pytest.mark.unit
@pytest.mark.parametrize(
    ("kind", "name"),
    [(kind, name) for kind in KINDS for name in sorted(kind.required)],
    ids=lambda value: value if isinstance(value, str) else f"{value.purpose}-{value.channel}",
)
def test_words_are_not_whole_without_any_of_what_is_required(kind: MessageKind, name: str):
    with pytest.raises(TemplateUnusable):
        write(PREVIEWS, with_only(kind, kind.required - {name}))


class CarelessReader(UnpaidContribution):
    """What a reader would let pass that asks for too little."""

    amount: Decimal | None = None  # type: ignore[assignment]


async def test_an_event_without_what_the_words_need_is_parked_by_the_name_of_the_field(service: RunningNotifications):
    notifications, event = service.notifications, told(ContributionUnpaid)
    subscription = telling(notifications, event.event_type, CarelessReader, by_notice("contribution_unpaid"))
    foundation = notifications.foundation
    consumer = Consumer("notifications", foundation.database, foundation.opener, [subscription])
    data, _ = event.parts()
    bare = Envelope(uuid4(), event.event_type, "/test", service.clock.now(), event.subject(), data, sealed=None)
    with structlog.testing.capture_logs() as logs:
        verdict = await consumer.delivery(subscription)(bare.encode(), None)
    (refused,) = [line for line in logs if line["event"] == "event_refused"]

    assert verdict is Verdict.DEAD
    assert (refused["reason"], refused["fields"]) == ("content-missing", ["amount"])
    assert await service.rows("SELECT id FROM deliveries") == []
