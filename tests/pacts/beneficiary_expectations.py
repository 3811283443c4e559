"""What a consumer may expect of somebody who is known apart from the member, and how contracts comes to tell it."""

from collections.abc import Awaitable, Callable
from typing import Any

from contracts_service.usecases.record_beneficiary_email import record_beneficiary_email
from contracts_service.usecases.refuse_autonomy import Refusal, refuse_autonomy
from contracts_service.usecases.tell_autonomous_beneficiaries import tell_autonomous_beneficiaries
from pact import match
from service_kit.clock import civil_date
from service_kit.personal import Personal
from service_kit.staff_deeds import StaffAct

from tests.pacts.member_expectations import BARE, FULL
from tests.support.pacts import an_id
from tests.support.parts import OpenedPart

EVENT = "beneficiary.autonomous.v1"
ALL_KNOWN = "all that can be known of an autonomous person is known"
REFUSED = "of an autonomous person little is known any more, and autonomy was refused"

PERSON: dict[str, Any] = FULL | {
    "member_id": an_id("6f1c2a9e-5a53-4c0d-9c6f-0f5b1d7f3a21"),
    "autonomous": match.bool(True),
}
# `match.bool` would take either: what is told of a refusal is told by just this value.
BARE_PERSON: dict[str, Any] = BARE | {"member_id": PERSON["member_id"], "autonomous": False, "nir": None}

SPOUSE = {
    "first_name": "Anne-Sophie",
    "last_name": "Lefèvre",
    "birth_date": "1984-06-17",
    "birth_rank": 1,
    "relation": "spouse",
    "nir": "2840675111042",
}
NUMBERLESS = SPOUSE | {"first_name": None, "birth_date": "1948-00-00", "nir": None}
ACT = StaffAct("", "back-office", Personal("signed form received"))


def person(fields: dict[str, Any], beneficiary_id: str, *names: str, **changes: Any) -> dict[str, Any]:
    """Return the fields of `names`, and who it is."""
    return {"beneficiary_id": an_id(beneficiary_id)} | {name: fields[name] for name in names} | changes


async def make_news(
    contracts: OpenedPart, state: str, line: dict[str, Any], import_line: Callable[[dict[str, Any]], Awaitable[None]]
) -> None:
    """Let contracts come to a state, and tell it."""
    service = contracts.resources
    now = service.foundation.clock.now()
    await import_line(line | {"beneficiaries": [SPOUSE if state == ALL_KNOWN else NUMBERLESS | {"nir": SPOUSE["nir"]}]})
    row = await contracts.row(
        """
        SELECT beneficiaries.id FROM beneficiaries
        JOIN contracts ON contracts.id = contract_id JOIN members ON members.id = member_id WHERE membership_number = $1
        """,
        line["membership_number"],
    )
    if state == ALL_KNOWN:
        act = StaffAct("mgas", ACT.staff, ACT.reason)
        email = Personal("anne.sophie@courriel.example")
        await record_beneficiary_email(service, row["id"], email, act, now=now)
    else:
        await tell_autonomous_beneficiaries(service)
        await import_line(line | {"beneficiaries": [NUMBERLESS]})
        refusal = Refusal(civil_date(now), Personal("lettre du 5 janvier"))
        await refuse_autonomy(service, row["id"], refusal, StaffAct("safiag", ACT.staff, ACT.reason), now=now)
    await tell_autonomous_beneficiaries(service)
