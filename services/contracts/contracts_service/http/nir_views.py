"""POST /v1/{brand}/staff/members/{id}/nir-view and …/beneficiaries/{id}/nir-view: a full number, for a reason that is kept.

A POST, since it writes a deed, and so that the reason is in no URL. → `usecases/view_nir.py`.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict
from service_kit.http.endpoints import Answer, Call, Endpoint, Staff
from service_kit.http.path_ids import id_of
from service_kit.http.problems import NotFound, TooManyRequests
from service_kit.http.staff_reasons import Reason
from service_kit.staff_deeds import StaffAct

from contracts_service.domain.data_rights import DataRestricted
from contracts_service.resources import Contracts
from contracts_service.usecases.view_nir import Whose, view_nir

DESCRIPTION = """The number is shown to whoever says why, and that it was shown is recorded in the same transaction. Each member
of the staff may see as many within the hour as the brand allows (`contracts.nir_views.most_an_hour`)."""


class NirViewBody(BaseModel):
    """Why the number is needed."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason


class NirAnswer(BaseModel):
    """A social-security number: 13 characters and the key of two."""

    nir: str


async def view_of_member(call: Call[Contracts]) -> Answer:
    """Answer a member's number."""
    return await _view(call, "member")


async def view_of_beneficiary(call: Call[Contracts]) -> Answer:
    """Answer a beneficiary's own number."""
    return await _view(call, "beneficiary")


async def _view(call: Call[Contracts], whose: Whose) -> Answer:
    act = StaffAct(call.brand, call.staff.subject, call.body.reason)
    number = await view_nir(call.resources, whose, id_of(call), act=act, now=call.now)
    return Answer(NirAnswer(nir=number.number15))


_COMMON: dict[str, Any] = {
    "access": Staff(("back-office", "adviser")),
    "body": NirViewBody,
    "answer": NirAnswer,
    "problems": (NotFound, TooManyRequests, DataRestricted),
    "description": " ".join(DESCRIPTION.split()),
}
ENDPOINTS = [
    Endpoint(
        "POST",
        "/v1/{brand}/staff/members/{id}/nir-view",
        "view_nir_of_member",
        "A member's full social-security number",
        view_of_member,
        **_COMMON,
    ),
    Endpoint(
        "POST",
        "/v1/{brand}/staff/beneficiaries/{id}/nir-view",
        "view_nir_of_beneficiary",
        "A beneficiary's full social-security number",
        view_of_beneficiary,
        **_COMMON,
    ),
]
