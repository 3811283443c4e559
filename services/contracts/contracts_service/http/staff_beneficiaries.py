"""/v1/{brand}/staff/beneficiaries/{id}/…: what the back office records of a beneficiary: refusals of autonomy, an own address.

→ `usecases/refuse_autonomy.py`, `usecases/record_beneficiary_email.py`; each act is a deed. The ids come from
`POST …/staff/members/search`.
"""

import re
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticCustomError
from service_kit.http.bodies import RequestBody
from service_kit.http.endpoints import Answer, Call, Endpoint, Staff
from service_kit.http.path_ids import id_of
from service_kit.http.problems import InvalidRequest, NotFound
from service_kit.http.staff_reasons import SAYS_SOMETHING, Reason
from service_kit.personal import Personal
from service_kit.staff_deeds import StaffAct

from contracts_service.domain.autonomy_errors import NoAutonomyRefusal, NotAutonomous
from contracts_service.domain.data_rights import DataRestricted
from contracts_service.domain.email_address import LONGEST_EMAIL
from contracts_service.resources import Contracts
from contracts_service.usecases.record_beneficiary_email import record_beneficiary_email
from contracts_service.usecases.refuse_autonomy import Refusal, refuse_autonomy, withdraw_refusal

BACK_OFFICE = Staff(("back-office",))
LONGEST_PROOF = 200
REFUSAL = """A person of 16 or more is identified apart from the member unless that person has refused it expressly (code de la
mutualité, L114-2): `refused_on` is the day of the refusal, `proof` the reference of the document that the person has signed. The
person's own account is closed within moments. A later refusal takes the former one's place; the history keeps every one."""
WITHDRAWAL = """The person is autonomous again at once: the own account can be opened anew, and the member does not see the
person's lines any more."""
EMAIL = """An address that nobody else of the household reads: identity welcomes the person's own account there. One that we know
to be another's of the same contract is refused (`address-of-another`). `null` takes it away."""


def _check_proof(proof: Personal) -> Personal:
    if not re.search(SAYS_SOMETHING, proof.reveal()):
        raise PydanticCustomError("too-short", "La référence de la preuve doit compter au moins 3 caractères.")
    if len(proof) > LONGEST_PROOF:
        raise PydanticCustomError("too-long", "La référence de la preuve ne doit pas dépasser 200 caractères.")
    return Personal(proof.reveal().strip())


Proof = Annotated[
    Personal,
    AfterValidator(_check_proof),
    WithJsonSchema({"type": "string", "minLength": 3, "maxLength": LONGEST_PROOF, "pattern": SAYS_SOMETHING}),
]


class AutonomyRefusal(RequestBody):
    """When the person has refused, what proves it, and why it is recorded."""

    refused_on: date
    proof: Proof
    reason: Reason


class StaffReason(RequestBody):
    """Why it is done."""

    reason: Reason


class OwnEmail(RequestBody):
    """The person's own address, and why it is recorded."""

    email: Annotated[
        Personal | None, WithJsonSchema({"type": ["string", "null"], "minLength": 1, "maxLength": LONGEST_EMAIL})
    ]
    reason: Reason


async def record_refusal(call: Call[Contracts]) -> Answer:
    """Record that a beneficiary has refused autonomy."""
    body: AutonomyRefusal = call.body
    refusal = Refusal(body.refused_on, body.proof)
    await refuse_autonomy(call.resources, id_of(call), refusal, _act(call, body.reason), now=call.now)
    return Answer(status=204)


async def withdraw(call: Call[Contracts]) -> Answer:
    """Record that a refusal was taken back."""
    body: StaffReason = call.body
    await withdraw_refusal(call.resources, id_of(call), _act(call, body.reason), now=call.now)
    return Answer(status=204)


async def record_email(call: Call[Contracts]) -> Answer:
    """Record a beneficiary's own address."""
    body: OwnEmail = call.body
    await record_beneficiary_email(call.resources, id_of(call), body.email, _act(call, body.reason), now=call.now)
    return Answer(status=204)


def _act(call: Call[Contracts], reason: Personal) -> StaffAct:
    return StaffAct(call.brand, call.staff.subject, reason)


ENDPOINTS = [
    Endpoint(
        "POST",
        "/v1/{brand}/staff/beneficiaries/{id}/autonomy-refusal",
        "record_autonomy_refusal",
        "Record that a beneficiary has refused autonomy",
        record_refusal,
        BACK_OFFICE,
        body=AutonomyRefusal,
        status=204,
        problems=(NotFound, DataRestricted, InvalidRequest),
        description=" ".join(REFUSAL.split()),
    ),
    Endpoint(
        "POST",
        "/v1/{brand}/staff/beneficiaries/{id}/autonomy-refusal/withdrawal",
        "withdraw_autonomy_refusal",
        "Record that a beneficiary has taken a refusal back",
        withdraw,
        BACK_OFFICE,
        body=StaffReason,
        status=204,
        problems=(NotFound, DataRestricted, NoAutonomyRefusal),
        description=" ".join(WITHDRAWAL.split()),
    ),
    Endpoint(
        "PUT",
        "/v1/{brand}/staff/beneficiaries/{id}/email",
        "record_beneficiary_email",
        "Record a beneficiary's own e-mail address",
        record_email,
        BACK_OFFICE,
        body=OwnEmail,
        status=204,
        problems=(NotFound, DataRestricted, NotAutonomous, InvalidRequest),
        description=" ".join(EMAIL.split()),
    ),
]
