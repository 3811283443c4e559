"""A request about a beneficiary is over without anything having changed: taken back by its member, or left alone for too long.

Writes beneficiary_requests and supporting_documents: in one transaction the documents' contents and the number are gone.
"""

from dataclasses import replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from service_kit.access_tokens import MemberPrincipal
from service_kit.database import Connection
from service_kit.http.problems import NotFound

from contracts_service.domain.beneficiary_errors import RequestOver
from contracts_service.domain.request_states import OPEN
from contracts_service.resources import Contracts
from contracts_service.store import beneficiary_requests, supporting_documents
from contracts_service.store.beneficiary_requests import BeneficiaryRequest
from contracts_service.usecases.read_beneficiary_requests import WholeRequest, whole
from contracts_service.usecases.recognise_member import recognise_member


async def cancel_beneficiary_request(
    service: Contracts, caller: MemberPrincipal, request_id: UUID, *, now: datetime
) -> WholeRequest:
    """Let a member take a request back; one that was taken back stays so. Raises NotFound, and RequestOver once decided."""
    async with service.database.transaction() as connection:
        viewer = await recognise_member(connection, caller, now=now)
        found = await beneficiary_requests.find_of_member(connection, request_id, member_id=viewer.member_id, lock=True)
        if found is None:
            raise NotFound
        if found.state in OPEN:
            found = await close_request(connection, found, "cancelled", now=now)
        if found.state != "cancelled":
            raise RequestOver
        (request,) = await whole(service, connection, [found])
    return request


async def close_request(
    connection: Connection, request: BeneficiaryRequest, state: Literal["cancelled", "lapsed"], *, now: datetime
) -> BeneficiaryRequest:
    """Close a request that is locked and open, and return what it has become."""
    closed = replace(request, state=state, version=request.version + 1, nir_sealed=None, closed_at=now)
    await beneficiary_requests.save(connection, closed)
    await supporting_documents.delete_contents(connection, request.id, verdict=state, now=now)
    return closed
