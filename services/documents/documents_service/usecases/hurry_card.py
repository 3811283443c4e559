"""Somebody was added to a contract: the card that shows them is drawn before all others. Writes issues and hurried_cards.

The news and the member's new version come by different queues: whichever is second finds what the first has left.
"""

from uuid import UUID

from service_kit.database import Connection
from service_kit.subscriptions import Reader

from documents_service.domain.documents import CARD, Holder, Subject
from documents_service.store import hurried_cards, issues


class AddedBeneficiary(Reader):
    """What documents reads of somebody who is covered from now on; `member_version` has them on it."""

    member_id: UUID
    brand: str
    beneficiary_id: UUID
    member_version: int


async def hurry_card(connection: Connection, added: AddedBeneficiary) -> None:
    """Let the member's card of that version, or of a later one, go ahead, whether it is planned already or will be."""
    subject = Subject.member(Holder(added.brand, added.member_id), CARD)
    await issues.lock(connection, subject.holder)
    history = await issues.history_of(connection, subject)
    if history is None or history.version < added.member_version:
        await hurried_cards.expect(connection, subject.holder, version=added.member_version)
    else:
        await issues.hurry(connection, subject, version=added.member_version)
