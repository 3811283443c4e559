"""A member looks at the own requests about beneficiaries. Reads beneficiary_requests and supporting_documents."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.access_tokens import MemberPrincipal
from service_kit.database import Connection
from service_kit.http.cursors import Position
from service_kit.http.problems import NotFound

from contracts_service.resources import Contracts
from contracts_service.store import beneficiary_requests, supporting_documents
from contracts_service.store.beneficiary_requests import BeneficiaryRequest
from contracts_service.store.supporting_documents import SupportingDocument
from contracts_service.usecases.recognise_member import recognise_member


@dataclass(frozen=True)
class WholeRequest:
    """A request, the documents that have come for it by kind, and why it was refused, if it was."""

    request: BeneficiaryRequest
    documents: dict[str, SupportingDocument]
    refusal: str | None = None


async def list_beneficiary_requests(
    service: Contracts, caller: MemberPrincipal, *, before: Position | None, limit: int, now: datetime
) -> list[WholeRequest]:
    """Return the member's requests, newest first; raise NotFound."""
    async with service.database.connection() as connection:
        viewer = await recognise_member(connection, caller, now=now)
        found = await beneficiary_requests.list_of_member(connection, viewer.member_id, before=before, limit=limit)
        return await whole(service, connection, found)


async def read_beneficiary_request(
    service: Contracts, caller: MemberPrincipal, request_id: UUID, *, now: datetime
) -> WholeRequest:
    """Return one of the member's requests; raise NotFound."""
    async with service.database.connection() as connection:
        viewer = await recognise_member(connection, caller, now=now)
        found = await beneficiary_requests.find_of_member(connection, request_id, member_id=viewer.member_id)
        if found is None:
            raise NotFound
        (request,) = await whole(service, connection, [found])
    return request


async def whole(service: Contracts, connection: Connection, requests: list[BeneficiaryRequest]) -> list[WholeRequest]:
    """Return requests with all that is kept of them."""
    documents = await supporting_documents.of_requests(connection, [one.id for one in requests])
    return [WholeRequest(one, documents[one.id], _refusal(service, one)) for one in requests]


def _refusal(service: Contracts, request: BeneficiaryRequest) -> str | None:
    sealed = request.refusal_sealed
    return None if sealed is None else service.seals.request_refusal.open(sealed, context=str(request.id)).decode()
