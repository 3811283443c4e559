"""/v1/{brand}/staff/accounts…: an adviser helps a member who is stuck, and never sees a secret.

→ `usecases/search_accounts.py`, `send_letter.py`, `unlock_account.py`; each act is a deed, with who and why.
"""

from uuid import UUID

from pydantic import BaseModel
from service_kit.http.bodies import RequestBody
from service_kit.http.endpoints import Answer, Call, Endpoint, Staff
from service_kit.http.problems import NotFound
from service_kit.http.staff_reasons import Reason
from service_kit.personal import Personal

from identity_service.domain.deeds import StaffAct
from identity_service.domain.errors import AccountNotInForce, LetterQuotaReached
from identity_service.http.shown_accounts import AccountState, shown
from identity_service.resources import Identity
from identity_service.usecases.search_accounts import search_accounts
from identity_service.usecases.send_letter import send_letter
from identity_service.usecases.unlock_account import unlock_account

ADVISERS = Staff(("adviser",))


class AccountSearch(RequestBody):
    """Whose account: the membership number, and why it is looked for."""

    membership_number: Personal
    reason: Reason | None = None


class StaffReason(RequestBody):
    """Why it is done."""

    reason: Reason


class FoundAccounts(BaseModel):
    """The accounts of a membership number, the latest to begin first; they are few."""

    items: list[AccountState]
    next: str | None = None


class LetterPromise(BaseModel):
    """Within how many working hours the letter is handed over."""

    letter_hours: int


class RequiredLetter(BaseModel):
    """A letter on its way."""

    letter_id: UUID
    promise: LetterPromise


def act_of(call: Call[Identity], *, reason: Personal | None = None) -> StaffAct:
    """Return who acts, for which brand, and why."""
    return StaffAct(call.brand, call.staff.subject, None if reason is None else reason.reveal())


def account_in(call: Call[Identity]) -> UUID:
    """Return the account that the path names; raise NotFound for what is no id."""
    try:
        return UUID(call.path("id"))
    except ValueError:
        raise NotFound from None


async def search(call: Call[Identity]) -> Answer:
    """Answer how the accounts of a membership number stand."""
    body: AccountSearch = call.body
    act = act_of(call, reason=body.reason)
    found = await search_accounts(call.resources, act, membership_number=body.membership_number, now=call.now)
    return Answer(FoundAccounts(items=[shown(call.resources, one, now=call.now) for one in found]))


async def require_letter(call: Call[Identity]) -> Answer:
    """Have a new code sent by post, which cancels the former one and every mailed link."""
    body: StaffReason = call.body
    letter_id = await send_letter(call.resources, account_in(call), act_of(call, reason=body.reason), now=call.now)
    promise = LetterPromise(letter_hours=call.resources.brands[call.brand].letter_hours)
    return Answer(RequiredLetter(letter_id=letter_id, promise=promise), status=202)


async def unlock(call: Call[Identity]) -> Answer:
    """Lift the lock that failures have put; the password stays what it was."""
    body: StaffReason = call.body
    await unlock_account(call.resources, account_in(call), act_of(call, reason=body.reason), now=call.now)
    return Answer(status=202)


ENDPOINTS = [
    Endpoint(
        "POST",
        "/v1/{brand}/staff/accounts/search",
        "search_accounts",
        "Look for a member's account by the membership number",
        search,
        ADVISERS,
        body=AccountSearch,
        answer=FoundAccounts,
    ),
    Endpoint(
        "POST",
        "/v1/{brand}/staff/accounts/{id}/letters",
        "require_letter",
        "Have a code sent to the member by letter",
        require_letter,
        ADVISERS,
        body=StaffReason,
        answer=RequiredLetter,
        status=202,
        problems=(LetterQuotaReached, AccountNotInForce),
        once=True,
    ),
    Endpoint(
        "POST",
        "/v1/{brand}/staff/accounts/{id}/unlock",
        "unlock_account",
        "Lift the lock of an account whose member was recognised",
        unlock,
        ADVISERS,
        body=StaffReason,
        status=202,
    ),
]
