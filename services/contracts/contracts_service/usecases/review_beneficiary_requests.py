"""The back office looks at requests about beneficiaries and at the documents that come with them: every look at one is a deed.

Reads beneficiary_requests and supporting_documents; writes staff_deeds.
"""

from datetime import datetime
from uuid import UUID

from service_kit.clock import civil_date
from service_kit.database import Connection
from service_kit.http.cursors import Position
from service_kit.http.problems import NotFound
from service_kit.staff_deeds import StaffAct

from contracts_service.resources import Contracts
from contracts_service.security.document_cleaner import CleanDocument
from contracts_service.store import beneficiary_requests, request_queues, supporting_documents
from contracts_service.store.beneficiary_requests import BeneficiaryRequest
from contracts_service.store.request_queues import Queue
from contracts_service.usecases.data_rights import refuse_if_restricted
from contracts_service.usecases.read_beneficiary_requests import WholeRequest, whole
from contracts_service.usecases.record_deed import record_deed


async def list_requests_of_brand(
    service: Contracts, queue: Queue, *, after: Position | None, limit: int, now: datetime
) -> list[WholeRequest]:
    """Return requests of a queue, oldest first; those of people whose data are restricted are left out."""
    async with service.database.connection() as connection:
        found = await request_queues.list_of_brand(connection, queue, after=after, limit=limit, today=civil_date(now))
        return await whole(service, connection, found)


async def read_request_of_brand(service: Contracts, request_id: UUID, *, brand: str, now: datetime) -> WholeRequest:
    """Return a request to a brand; raise NotFound or DataRestricted."""
    async with service.database.connection() as connection:
        found = await beneficiary_requests.find_of_brand(connection, request_id, brand=brand)
        if found is None:
            raise NotFound
        await refuse_if_anybody_is_restricted(service, connection, found, now=now)
        (request,) = await whole(service, connection, [found])
    return request


async def open_supporting_document(
    service: Contracts, request_id: UUID, kind: str, *, act: StaffAct, now: datetime
) -> CleanDocument:
    """Return a document as we have written it, and record that it was looked at.

    Raises NotFound, also once it is deleted, and DataRestricted.
    """
    async with service.database.transaction() as connection:
        request = await beneficiary_requests.find_of_brand(connection, request_id, brand=act.brand)
        found = None if request is None else await supporting_documents.read(connection, request_id, kind)
        if request is None or found is None:
            raise NotFound
        await refuse_if_anybody_is_restricted(service, connection, request, now=now)
        document, sealed = found
        deed = act.deed("supporting_document_viewed", object_id=document.id, member_id=request.member_id)
        await record_deed(service, connection, deed, now=now)
    content = service.seals.supporting_document.open(sealed, context=str(document.id))
    return CleanDocument(document.media_type, content)


async def refuse_if_anybody_is_restricted(
    service: Contracts, connection: Connection, request: BeneficiaryRequest, *, now: datetime
) -> None:
    """Raise DataRestricted where nobody may work with the data of the member, or of the beneficiary to be removed."""
    whose, brand = request.member_id, request.brand
    for person_id in [whose] if request.beneficiary_id is None else [whose, request.beneficiary_id]:
        await refuse_if_restricted(service, connection, person_id, member_id=whose, brand=brand, now=now)
