"""What notifications expects of contracts about the life of a contract, and what it plans then for a member it does not know.

Most of these are agreed on before a use case of contracts publishes them (`agreements.AGREED_ONLY`).
"""

from typing import Any

from pact import match

from tests.pacts.account_expectations import SHOWN_OLD, Told, an_address
from tests.pacts.contact_expectations import CONTACT_EXPECTATIONS, FORMER, news_told
from tests.pacts.removal_expectations import ANNOUNCED
from tests.support.pacts import Expectation, a_day, an_id, an_instant


def _request(request_id: str, **data: Any) -> dict[str, Any]:
    who = {"change": "addition", "first_name": match.str("Éloi"), "last_name": match.str("Lefèvre")}
    return {"request_id": an_id(request_id)} | who | data


ENDED = news_told(
    "a contract that has ended",
    "the last day of a contract has passed",
    "contract.ended.v1",
    ("contract_ended", "letter", None),
    ending_id=an_id("5b0c7d91-e83f-4f1a-9c54-6b2e1d8a0f4a"),
    end_date=a_day("2026-11-20"),
)
UNPAID = news_told(
    "a contribution that was not paid",
    "a direct debit was rejected",
    "contribution.unpaid.v1",
    ("contribution_unpaid", "letter", None),
    unpaid_id=an_id("b7c1e09d-2a5f-4b77-9a47-4b03c85d1f2e"),
    due_date=a_day("2026-11-05"),
    period_start=a_day("2026-11-01"),
    period_end=a_day("2026-11-30"),
    method="direct_debit",
    amount=match.regex("42.10", regex=r"[0-9]+\.[0-9]{2}"),
)
REQUESTED = news_told(
    "a request about a beneficiary",
    "a member has asked for a child to be added",
    "beneficiary.requested.v1",
    ("beneficiary_request_received", "letter", None),
    **_request("a1c45d1b-0e7f-4a98-b3f8-a6c17b204d59", requested_at=an_instant("2026-11-21T09:00:00Z")),
)
ACCEPTED = news_told(
    "a request that was accepted",
    "the request for a child was accepted",
    "beneficiary.accepted.v1",
    ("beneficiary_request_accepted", "letter", None),
    **_request("e5b27d6e-1f0a-4c54-8b9e-4d27c5a8f16a", effective_date=a_day("2026-12-01")),
)
REFUSED = news_told(
    "a request that was refused",
    "the request for a child was refused",
    "beneficiary.refused.v1",
    ("beneficiary_request_refused", "letter", None),
    **_request("f3c0e5a1-c6d1-4289-a4f3-9d8e2b1c0a19", reason=match.str("L’acte de naissance n’est pas lisible.")),
)
TERMINATION = news_told(
    "a termination",
    "a termination with an address for its receipt was registered",
    "termination.registered.v1",
    [("termination_acknowledged", "letter", None), ("termination_receipt", "email", SHOWN_OLD)],
    termination_id=an_id("d86e1f2e-9a47-4b03-b6c9-7e0d2a5f8b78"),
    received_at=an_instant("2026-11-21T09:00:00Z"),
    effective_date=a_day("2026-12-21"),
    use="termination",
    email=an_address(FORMER),
    holder=None,
)
# Documents draws a notice of one that names its holder, and brings it: only the receipt is planned here.
NOTICED = news_told(
    "a termination that names its holder",
    "a termination that names its holder was registered",
    "termination.registered.v1",
    [("termination_receipt", "email", SHOWN_OLD)],
    termination_id=an_id("9f30c2d7-5b14-4e8a-a6c1-0d7e3b9f5a26"),
    received_at=an_instant("2026-11-21T09:00:00Z"),
    effective_date=a_day("2026-12-21"),
    use=match.regex("termination", regex=r"termination|withdrawal"),
    email=an_address(FORMER),
    holder={"last_name": match.str("Lefèvre")},
)
# Whoever types an address is nobody whom notifications knows: the event names no member.
RECEIVED = Told(
    Expectation(
        "a request without an account",
        "somebody without an account has confirmed a request, and typed an address",
        "termination.received.v1",
        {
            "termination_id": an_id("4e1b7c90-d25f-4a38-8b06-9f3c5d2e7a14"),
            "brand": match.str("mgas"),
            "received_at": an_instant("2026-11-21T09:00:00Z"),
            "use": match.regex("termination", regex=r"termination|withdrawal"),
            "email": an_address(FORMER),
        },
    ),
    "termination_id",
    [("termination_receipt", "email", SHOWN_OLD)],
)
CONTESTED = news_told(
    "a termination that was contested",
    "a member has contested a termination that somebody else had sent",
    "termination.cancelled.v1",
    ("termination_cancelled", "letter", None),
    termination_id=an_id("6c0a9e53-7b14-4f82-a9d6-1e5f8c3b0d27"),
    cancelled_at=an_instant("2026-11-24T09:00:00Z"),
    use=match.regex("termination", regex=r"termination|withdrawal"),
    end_date=None,
)
ANSWERED = news_told(
    "a request that ends nothing",
    "somebody without an account has asked for the end of a contract in its first year",
    "termination.answered.v1",
    ("termination_answered", "letter", None),
    termination_id=an_id("d4f81b6e-09c3-4a57-92be-7c5d0e1a8f36"),
    received_at=an_instant("2026-11-21T09:00:00Z"),
    use=match.regex("termination", regex=r"termination|withdrawal"),
    explanation=match.each_like(match.str("Cette demande ne met pas fin à votre contrat."), min=1),
)
CANCELLED = news_told(
    "a termination that was cancelled, where an end remains",
    "the back office has cancelled a termination of a contract that ends anyway",
    "termination.cancelled.v1",
    ("termination_cancelled", "letter", None),
    termination_id=an_id("a85d3f17-2e9b-4c60-8d74-b6f0c1e92a35"),
    cancelled_at=an_instant("2026-11-24T09:00:00Z"),
    use=match.regex("termination", regex=r"termination|withdrawal"),
    end_date=a_day("2027-02-28"),
)
NEWS_EXPECTATIONS = [
    ENDED,
    ANNOUNCED,
    UNPAID,
    *CONTACT_EXPECTATIONS,
    REQUESTED,
    ACCEPTED,
    REFUSED,
    TERMINATION,
    NOTICED,
    RECEIVED,
    ANSWERED,
    CONTESTED,
    CANCELLED,
]
