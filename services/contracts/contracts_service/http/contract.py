"""GET /v1/me/contract: what the signed-in person is covered for. Never a social-security number."""

from datetime import date

from pydantic import BaseModel
from service_kit.clock import civil_date
from service_kit.http.endpoints import Answer, Call, Endpoint
from service_kit.http.problems import NotFound

from contracts_service.domain.contract_status import ContractStatus, status_on
from contracts_service.domain.enrolment_line import ContractKind
from contracts_service.http.access import READING
from contracts_service.resources import Contracts
from contracts_service.usecases.read_contract import read_contract

DESCRIPTION = """For the member, and for an autonomous beneficiary of the member's contract (16 or more, autonomy not refused:
code de la mutualité, L114-2). A beneficiary sees the cover, which ends with the own last day, and nothing of the member's person:
`statement_identifier` is always null then."""


class GuaranteeAnswer(BaseModel):
    """One guarantee and its level, in the insurer's own words."""

    code: str
    level: str


class ContractAnswer(BaseModel):
    """A contract on the day of the call; civil dates in Europe/Paris, the end included."""

    membership_number: str
    status: ContractStatus
    product: str
    kind: ContractKind
    effective_date: date
    renewal_date: date | None
    end_date: date | None
    responsible: bool
    guarantees: list[GuaranteeAnswer]
    statement_identifier: str | None


async def show_contract(call: Call[Contracts]) -> Answer:
    """Answer the contract that covers the caller."""
    found, statement_identifier = await read_contract(call.resources, call.member, now=call.now)
    status = status_on(civil_date(call.now), effective_date=found.effective_date, end_date=found.end_date)
    columns = {name: value for name, value in vars(found).items() if name in ContractAnswer.model_fields}
    return Answer(
        ContractAnswer.model_validate({**columns, "status": status, "statement_identifier": statement_identifier})
    )


ENDPOINTS = [
    Endpoint(
        "GET",
        "/v1/me/contract",
        "show_contract",
        "The contract that covers the signed-in person",
        show_contract,
        READING,
        answer=ContractAnswer,
        problems=(NotFound,),
        description=" ".join(DESCRIPTION.split()),
    ),
]
