"""Letters to an address from which one came back fail at once, instead of waiting for a batch. Writes deliveries.

Reads recipients and closed_addresses; publishes delivery.failed. A member who lives elsewhere by now gets the letter: the digest
is of the address as it would be printed, names included, so that whatever is put right in it opens it again. A document that is
drawn already goes to the address that its page shows.
"""

from collections.abc import Sequence
from uuid import UUID

import structlog
from service_kit.postal_address import AddressDoesNotFit

from notifications_service import metrics
from notifications_service.domain.message_content import MessageContent
from notifications_service.resources import Notifications
from notifications_service.store import closed_addresses, due_letters
from notifications_service.store.closed_addresses import DoubtfulLetter
from notifications_service.usecases.keep_recipient import open_recipient
from notifications_service.usecases.publish_failures import publish_failures

ADDRESS_CLOSED = "address-closed"
BATCH = 200
NAMESPACE = "postal"  # an e-mail address is recognised by the same keys

log = structlog.get_logger()


async def refuse_closed_addresses(notifications: Notifications) -> int:
    """Fail the waiting letters whose address is closed, and return how many there were."""
    now = notifications.now()
    async with notifications.database.transaction() as connection:
        doubtful = await closed_addresses.take_doubtful(connection, limit=BATCH)
        failures = {letter.id: ADDRESS_CLOSED for letter in doubtful if _is_closed(notifications, letter)}
        ended = await due_letters.settle_undrawn(connection, failures=failures, due={}, now=now)
        await publish_failures(notifications, connection, ended, now=now)
    for letter in ended:
        metrics.FAILURES.labels(letter.purpose, "letter", ADDRESS_CLOSED).inc()
        log.warning("letter_to_closed_address", delivery_id=str(letter.id), brand=letter.brand)
    return len(ended)


def address_digest(notifications: Notifications, brand: str, lines: Sequence[str]) -> bytes:
    """Return the keyed digest by which a brand recognises a postal address, as printed."""
    return notifications.addresses.of(brand, NAMESPACE, *lines)


def present_digests(notifications: Notifications, brand: str, member_id: UUID, person_sealed: bytes) -> list[bytes]:
    """Return the digests, under every key, of the address at which a member lives now; none where it cannot be printed."""
    try:
        lines = open_recipient(notifications, member_id, person_sealed).address_lines()
    except AddressDoesNotFit:
        return []
    return notifications.addresses.all_of(brand, NAMESPACE, *lines)


def _is_closed(notifications: Notifications, letter: DoubtfulLetter) -> bool:
    try:
        digests = _digests(notifications, letter)
    except Exception:  # a damaged row, a key that is not on the ring: collect_letters tells so, and tries again
        return False
    return any(digest in letter.closed_digests for digest in digests)


def _digests(notifications: Notifications, letter: DoubtfulLetter) -> list[bytes]:
    content = MessageContent.model_validate_json(
        notifications.contents.open(letter.content_sealed, context=str(letter.id))
    )
    if content.former_address is not None:
        former = content.addressed(open_recipient(notifications, letter.member_id, letter.person_sealed))
        return notifications.addresses.all_of(letter.brand, NAMESPACE, *former.address_lines())
    if content.attachment is None or content.attachment.address_lines is None:
        return present_digests(notifications, letter.brand, letter.member_id, letter.person_sealed)
    lines = [line.reveal() for line in content.attachment.address_lines]
    return notifications.addresses.all_of(letter.brand, NAMESPACE, *lines)
