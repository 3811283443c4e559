"""A member with an e-mail address who is to be told of something; and what is found of it afterwards."""

import re
from typing import Any
from uuid import UUID, uuid4

import pypdfium2
from contracts_service.events import ContributionUnpaid

from tests.support.account_events import EMAIL
from tests.support.contract_news import told
from tests.support.notifications_fixtures import RunningNotifications, member_enrolled

UNKNOWN = "550 5.1.1 unknown user"


async def a_member(service: RunningNotifications, *, email: str | None = EMAIL, brand: str = "mgas") -> UUID:
    """Have contracts tell of a member."""
    member_id = uuid4()
    await service.hear(member_enrolled(member_id=member_id, brand=brand, email=email))
    return member_id


async def a_notice(service: RunningNotifications, member_id: UUID, **changes: Any) -> UUID:
    """Have contracts tell that a contribution of the member's is unpaid; return the cause."""
    event = told(ContributionUnpaid, member_id=member_id, **changes)
    await service.hear(event)
    return event.unpaid_id


async def work_off(service: RunningNotifications) -> None:
    """Send and hand over all that is due."""
    while await service.send_mails() or await service.hand_over():
        pass


def pages(service: RunningNotifications) -> dict[str, str]:
    """Return id → what is read on the page, on one line, for each letter that was handed over."""
    found = [pdf for batch in service.batches() for pdf in batch.glob("*.pdf")]
    return {pdf.stem: _text(pdf.read_bytes()) for pdf in found}


def _text(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return re.sub(r"[\u00a0\s]+", " ", document[0].get_textpage().get_text_range())
    finally:
        document.close()
