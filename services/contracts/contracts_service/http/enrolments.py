"""PUT /v1/{brand}/members/{membership_number}: one line of kind=members as a body, for programs that tell members one by one."""

from typing import Any, Literal

from pydantic import BaseModel, GetJsonSchemaHandler, RootModel
from pydantic_core import CoreSchema
from service_kit.clock import civil_date
from service_kit.http.endpoints import Answer, Call, Endpoint
from service_kit.http.problems import InvalidRequest

from contracts_service.domain.enrolment_line import EnrolmentLine, parse_enrolment_line
from contracts_service.domain.import_errors import DIFFERS_FROM_PATH
from contracts_service.domain.line_problems import LineProblems
from contracts_service.http.imports import BACK_OFFICE
from contracts_service.resources import Contracts
from contracts_service.usecases.put_member import put_member

DESCRIPTION = """The body is a line of `kind=members` (docs/imports.md), checked alike and with the same codes; the number in
the path is the body's own. 201 when the member is new. Told again it is `unchanged`: nothing is written or published. A file
of the same brand that is being processed goes first or second, never in between."""


class EnrolmentBody(RootModel[dict[str, Any]]):
    """A line of kind=members: read by the reader of lines, which knows the brand's rules."""

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Show the line's own fields."""
        return handler(EnrolmentLine.__pydantic_core_schema__)


class EnrolmentAnswer(BaseModel):
    """What became of it."""

    state: Literal["accepted", "unchanged"]


async def put_enrolment(call: Call[Contracts]) -> Answer:
    """Enrol or change the member of the path."""
    rules, today = call.resources.brands[call.brand].numbers, civil_date(call.now)
    line = parse_enrolment_line(call.body.root, rules, today=today)
    if isinstance(line, LineProblems):
        raise InvalidRequest(fields=line.fields)
    if line.membership_number != call.path("membership_number"):
        raise InvalidRequest(fields=(DIFFERS_FROM_PATH,))
    outcome = await put_member(call.resources, line, brand=call.brand, now=call.now)
    state: Literal["accepted", "unchanged"] = "unchanged" if outcome == "unchanged" else "accepted"
    return Answer(EnrolmentAnswer(state=state), status=201 if outcome == "enrolled" else 200)


ENDPOINTS = [
    Endpoint(
        "PUT",
        "/v1/{brand}/members/{membership_number}",
        "put_member",
        "Enrol a member, or say what has become of one",
        put_enrolment,
        BACK_OFFICE,
        body=EnrolmentBody,
        answer=EnrolmentAnswer,
        other_statuses=(201,),
        description=" ".join(DESCRIPTION.split()),
    )
]
