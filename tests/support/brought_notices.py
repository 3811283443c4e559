"""The notice of a termination as documents tells it, drawn by documents itself, and the steps until a member has it."""

import base64
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from documents_service.domain.documents import TERMINATION_NOTICE
from documents_service.events import DocumentIssued, NotedTermination
from documents_service.rendering.press import DocumentPress
from documents_service.rendering.termination_notice import TerminationNoticeContent
from documents_service.resources import PrintedBrand
from documents_service.usecases.collect_termination_notice import (
    AroundNotice,
    RegisteredTermination,
    collect_termination_notice,
)
from notifications_service.usecases.hear_bounce import hear_bounce
from service_kit.brands import read_brands

from tests.support.bounce_steps import delivery_report
from tests.support.contract_news import told
from tests.support.documents_fixtures import BRANDS, termination
from tests.support.notifications_fixtures import RunningNotifications

RECEIVED_AT, LAST_DAY = datetime(2026, 11, 21, 9, 14, 3, tzinfo=UTC), date(2026, 12, 31)
FILE_NAME = "Avis de résiliation 2026 – MGAS.pdf"


@lru_cache(maxsize=1)
def printed_brands() -> dict[str, PrintedBrand]:
    """Return the brands that ship, as documents prints them."""
    return read_brands(BRANDS, "documents", PrintedBrand)


def notice_content(*, brand: str = "mgas", corrects: date | None = None, **changes: Any) -> TerminationNoticeContent:
    """Return what a notice says, of 21 November 2026; `changes` are of the event."""
    heard = RegisteredTermination.model_validate(termination(brand=brand, **changes))
    assert heard.holder is not None
    printed = printed_brands()[brand]
    around = AroundNotice(
        brand=printed.on_letters,
        read_only_years=printed.read_only_years,
        issued_on=date(2026, 11, 21),
        reference="0197a6c2-5b7e-7c1d-9f30-2f7f5a1f4c11",
        corrects=corrects,
    )
    return collect_termination_notice(heard, heard.holder, around)


@lru_cache(maxsize=1)
def notice_pdf() -> bytes:
    """Return a notice as documents draws it."""
    return DocumentPress().render(TERMINATION_NOTICE, notice_content())


def brought(member_id: UUID, **changes: Any) -> DocumentIssued:
    """Return the event that brings a notice to a member."""
    content = notice_content()
    noted = NotedTermination(
        termination_id=content.termination_id, received_at=RECEIVED_AT, effective_date=LAST_DAY, use=content.use
    )
    notice = {
        "member_id": member_id,
        "kind": TERMINATION_NOTICE,
        "replaces": None,
        "file_name": FILE_NAME,
        "termination": noted,
        "pdf": base64.b64encode(notice_pdf()).decode(),
        "address_lines": list(content.address_lines),
    }
    return told(DocumentIssued, **notice | changes)


async def bounced_notice(service: RunningNotifications, member_id: UUID, *, status: str = "5.1.1") -> DocumentIssued:
    """Have a notice mailed to a member, and the mail come back."""
    event = brought(member_id)
    await service.hear(event)
    await service.send_mails()
    mail = await service.delivery(event.document_id)
    assert await hear_bounce(service.notifications, mail["id"], delivery_report(status))
    return event
