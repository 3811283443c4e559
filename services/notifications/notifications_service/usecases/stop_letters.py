"""A posted code is not needed any more: its letter is stopped unless it has left.

Writes deliveries, in the consumer's transaction. A letter that waits for its cut-off is stopped at once; one in a batch by who
leases the batch, before it is drawn. What has left arrives. No delivery.failed is published: nobody waits for the letter.
"""

from datetime import datetime
from uuid import UUID

from service_kit.database import Connection
from service_kit.problems import FinalEventError
from service_kit.subscriptions import Reader

from notifications_service.resources import Notifications
from notifications_service.store import served_letters
from notifications_service.store.served_letters import UnneededLetter

PURPOSE = "posted_code"
MEMBER_SIGNED_IN = "member-signed-in"
CODE_CANCELLED = "code-cancelled"


class UnneededCode(Reader):
    """What notifications reads of a code that is not needed any more: which letter it is printed in, and why."""

    letter_id: UUID
    member_id: UUID
    brand: str
    signed_in_at: datetime | None = None

    @property
    def because(self) -> str:
        """Return why the letter is not needed, as `deliveries.failure` keeps it."""
        return CODE_CANCELLED if self.signed_in_at is None else MEMBER_SIGNED_IN


async def stop_letter(
    notifications: Notifications, connection: Connection, unneeded: UnneededCode, *, now: datetime
) -> None:
    """Stop the letter where it has not left; raise FinalEventError for an unknown brand."""
    if unneeded.brand not in notifications.brands:
        raise FinalEventError
    letter = UnneededLetter(
        id=notifications.foundation.entropy.new_id(),
        brand=unneeded.brand,
        purpose=PURPOSE,
        member_id=unneeded.member_id,
        cause=unneeded.letter_id,
        because=unneeded.because,
    )
    await served_letters.stop_unneeded(connection, letter, now=now)
