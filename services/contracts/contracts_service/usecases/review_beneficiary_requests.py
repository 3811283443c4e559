"""The back office looks at requests about beneficiaries and at the documents that come with them: every look at one is a deed.

Reads beneficiary_requests and supporting_documents; writes staff_deeds.
"""

from datetime import datetime
from uuid import UUID

from service_kit.http.cursors import Position
from service_kit.http.problems import NotFound
from service_kit.staff_deeds import StaffAct

from contracts_service.domain.request_states import State
from contracts_service.resources import Contracts
from contracts_service.security.document_cleaner import CleanDocument
from contracts_service.store import beneficiary_requests, request_queues, supporting_documents
from contracts_service.usecases.read_beneficiary_requests import WholeRequest, whole
from contracts_service.usecases.record_deed import record_deed


async def list_requests_of_brand(
    service: Contracts, brand: str, *, state: State, after: Position | None, limit: int
) -> list[WholeRequest]:
    """Return requests to a brand in a state, oldest first."""
    async with service.database.connection() as connection:
        found = await request_queues.list_of_brand(connection, brand, state=state, after=after, limit=limit)
        return await whole(service, connection, found)


async def read_request_of_brand(service: Contracts, request_id: UUID, *, brand: str) -> WholeRequest:
    """Return a request to a brand; raise NotFound."""
    async with service.database.connection() as connection:
        found = await beneficiary_requests.find_of_brand(connection, request_id, brand=brand)
        if found is None:
            raise NotFound
        (request,) = await whole(service, connection, [found])
    return request


async def open_supporting_document(
    service: Contracts, request_id: UUID, kind: str, *, act: StaffAct, now: datetime
) -> CleanDocument:
    """Return a document as we have written it, and record that it was looked at; raise NotFound, also once it is deleted."""
    async with service.database.transaction() as connection:
        request = await beneficiary_requests.find_of_brand(connection, request_id, brand=act.brand)
        found = None if request is None else await supporting_documents.read(connection, request_id, kind)
        if request is None or found is None:
            raise NotFound
        document, sealed = found
        deed = act.deed("supporting_document_viewed", object_id=document.id, member_id=request.member_id)
        await record_deed(service, connection, deed, now=now)
    content = service.seals.supporting_document.open(sealed, context=str(document.id))
    return CleanDocument(document.media_type, content)
