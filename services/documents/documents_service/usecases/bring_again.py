"""The mail that brought a document came back: the document is brought again, for the post. Reads documents and the storage.

Publishes document.issued once more, with the bytes as they are stored: notifications has blanked its own when the mail had left.
"""

from uuid import UUID

import structlog
from service_kit.database import Connection
from service_kit.subscriptions import Reader

from documents_service.domain.documents import Holder
from documents_service.resources import Documents
from documents_service.store import documents as documents_store
from documents_service.usecases.fetch_document import read_document
from documents_service.usecases.tell_document import tell_again

log = structlog.get_logger()


class FailedDelivery(Reader):
    """What documents reads of a message that has reached nobody: the one that brings a document names it as its cause."""

    member_id: UUID
    brand: str
    channel: str
    cause: UUID


async def bring_again(documents: Documents, connection: Connection, delivery: FailedDelivery) -> None:
    """Tell the document of a failed mail again; nothing for a letter, and for a mail that brought none.

    Raises DocumentUnavailable, and the alarm, where the bytes are not there any more.
    """
    if delivery.channel != "email":
        return  # the back office's matter: it has the failure on its list
    holder = Holder(delivery.brand, delivery.member_id)
    document = await documents_store.find(connection, delivery.cause, holder=holder)
    if document is None or document.state == "cancelled":
        return  # of what was undone the member is told otherwise
    told_sealed = await documents_store.told_of(connection, document.id)
    if told_sealed is None:
        return  # it was announced, not brought
    pdf = await read_document(documents, document)
    await tell_again(documents, connection, document, pdf=pdf, told_sealed=told_sealed)
    log.info("document_brought_again", document_id=str(document.id))
