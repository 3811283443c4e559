"""The kinds of documents that are drawn here, one row each: what planning, drawing and publishing need to know of them.

A new kind: its content (a DocumentContent in a module of its own), its `templates/<kind>.typ`, its row, and whoever plans it
(`usecases/plan_…`). Nothing else asks which kind a document is of.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from documents_service.domain.documents import CARD, TERMINATION_NOTICE, DocumentKind
from documents_service.domain.lanes import Lane
from documents_service.rendering.card import CardContent
from documents_service.rendering.press import DocumentContent
from documents_service.rendering.termination_notice import TerminationNoticeContent


@dataclass(frozen=True)
class DrawnKind:
    """How documents of a kind are made.

    `is_brought`: it must reach the person on a durable medium (code de la mutualité, L221-6-4), so that its bytes go, sealed,
    with `document.issued`, and notifications sends these very bytes.
    """

    content: type[DocumentContent]
    lane: Lane = Lane.ORDINARY
    is_brought: bool = False


DRAWN: Mapping[DocumentKind, DrawnKind] = {
    CARD: DrawnKind(CardContent, Lane.BULK),
    TERMINATION_NOTICE: DrawnKind(TerminationNoticeContent, is_brought=True),
}
