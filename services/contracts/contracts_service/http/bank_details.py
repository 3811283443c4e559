"""GET and PUT /v1/me/bank-details, and how a change is stopped: where "follow one new bank account" begins."""

from datetime import date, datetime

from pydantic import BaseModel
from service_kit.http.bodies import RequestBody
from service_kit.http.endpoints import Answer, Call, Endpoint, Staff
from service_kit.http.path_ids import id_of
from service_kit.http.problems import InvalidRequest, NotFound, RecentSignInRequired, TooManyRequests
from service_kit.http.recent_sign_ins import require_recent_sign_in
from service_kit.http.staff_reasons import Reason
from service_kit.personal import Personal
from service_kit.problems import FieldProblem
from service_kit.staff_deeds import StaffAct

from contracts_service.domain.bank_details_errors import NoPendingChange
from contracts_service.domain.data_rights import DataRestricted
from contracts_service.domain.given_account import GivenAccount, GivenAccountRefused, read_account
from contracts_service.http.access import CHANGING, READING
from contracts_service.resources import Contracts
from contracts_service.usecases.change_bank_details import change_bank_details
from contracts_service.usecases.read_bank_details import ShownAccount, ShownDetails, read_bank_details
from contracts_service.usecases.stop_bank_details import stop_change_of, stop_own_change

ADVISERS = Staff(("adviser",))
DESCRIPTION = """Each person has their own. The account counts from `in_force_on` on, a civil day in Paris: until then the
person is told of the change where they were reached before, and can stop it. Another account replaces a pending one and begins
anew; the same IBAN again changes nothing but the names. `warnings` say what to look at again."""


class AccountAnswer(BaseModel):
    """An account; of its number the last four characters are shown."""

    iban: str
    account_holder: str
    bic: str | None
    requested_at: datetime
    in_force_on: date


class WarningAnswer(BaseModel):
    """What to look at again in what was typed; nothing was refused for it."""

    field: str
    code: str
    detail: str


class BankDetailsAnswer(BaseModel):
    """The account in force, and the one that takes its place on its day."""

    in_force: AccountAnswer | None
    pending: AccountAnswer | None


class GivenDetailsAnswer(BankDetailsAnswer):
    """The same, after an account was given."""

    warnings: list[WarningAnswer]


class BankDetailsBody(RequestBody):
    """An account: spaces and small letters are welcome."""

    iban: Personal
    account_holder: Personal
    bic: Personal | None = None


class WhyStopped(RequestBody):
    """Why the change is stopped, such as that the member has called and did not make it."""

    reason: Reason


def _account(shown: ShownAccount | None) -> AccountAnswer | None:
    if shown is None:
        return None
    return AccountAnswer(
        iban=f"•••• {shown.iban.ending}",
        account_holder=shown.holder,
        bic=shown.bic,
        requested_at=shown.requested_at,
        in_force_on=shown.in_force_on,
    )


def _answer(shown: ShownDetails) -> BankDetailsAnswer:
    return BankDetailsAnswer(in_force=_account(shown.in_force), pending=_account(shown.pending))


def _given(body: BankDetailsBody) -> GivenAccount:
    bic = None if body.bic is None else body.bic.reveal()
    try:
        return read_account(body.iban.reveal(), body.account_holder.reveal(), bic)
    except GivenAccountRefused as error:
        raise InvalidRequest(fields=error.problems) from None


def _warning(problem: FieldProblem) -> WarningAnswer:
    return WarningAnswer.model_validate(problem.as_dict())


async def show_bank_details(call: Call[Contracts]) -> Answer:
    """Answer the caller's accounts."""
    return Answer(_answer(await read_bank_details(call.resources, call.member, now=call.now)))


async def put_bank_details(call: Call[Contracts]) -> Answer:
    """Take another account."""
    require_recent_sign_in(call, minutes=call.resources.brands[call.brand].recent_sign_in_minutes)
    given = _given(call.body)
    shown = _answer(await change_bank_details(call.resources, call.member, given, now=call.now))
    warnings = [_warning(one) for one in given.warnings]
    return Answer(GivenDetailsAnswer(in_force=shown.in_force, pending=shown.pending, warnings=warnings))


async def cancel_bank_details(call: Call[Contracts]) -> Answer:
    """Stop the caller's pending change."""
    return Answer(_answer(await stop_own_change(call.resources, call.member, now=call.now)))


async def cancel_bank_details_of(call: Call[Contracts]) -> Answer:
    """Stop a person's pending change."""
    body: WhyStopped = call.body
    act = StaffAct(call.brand, call.staff.subject, body.reason)
    await stop_change_of(call.resources, id_of(call), act, now=call.now)
    return Answer(status=204)


ENDPOINTS = [
    Endpoint(
        "GET",
        "/v1/me/bank-details",
        "show_bank_details",
        "The signed-in person's bank account, and the one to come",
        show_bank_details,
        READING,
        answer=BankDetailsAnswer,
        problems=(NotFound,),
    ),
    Endpoint(
        "PUT",
        "/v1/me/bank-details",
        "put_bank_details",
        "Give another bank account",
        put_bank_details,
        CHANGING,
        body=BankDetailsBody,
        answer=GivenDetailsAnswer,
        problems=(NotFound, InvalidRequest, RecentSignInRequired, TooManyRequests),
        description=" ".join(DESCRIPTION.split()),
    ),
    Endpoint(
        "POST",
        "/v1/me/bank-details/cancellation",
        "cancel_bank_details",
        "Stop a change of the bank account",
        cancel_bank_details,
        CHANGING,
        answer=BankDetailsAnswer,
        problems=(NotFound, NoPendingChange),
        description="Asks for no recent sign-in: whoever reads the notice is in a hurry.",
    ),
    Endpoint(
        "POST",
        "/v1/{brand}/staff/members/{id}/bank-details/cancellation",
        "cancel_bank_details_of",
        "Stop a change of somebody's bank account",
        cancel_bank_details_of,
        ADVISERS,
        body=WhyStopped,
        status=204,
        problems=(NotFound, DataRestricted, NoPendingChange),
        description="`id` is the person's: the member's, or that of a beneficiary who is known apart from the member.",
    ),
]
