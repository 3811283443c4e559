"""GET …/termination-terms: what the law asks to recall before anything is asked (D221-1), as data for a page.

For a signed-in member with the reference of the contract, and for everybody else of a brand without one.
"""

from datetime import date
from uuid import UUID

from pydantic import BaseModel
from service_kit.clock import civil_date
from service_kit.http.endpoints import Answer, Call, Endpoint, Public
from service_kit.http.problems import NotFound

from contracts_service.domain.termination.entry_checks import offered_motives
from contracts_service.domain.termination.motives import EVENT_KINDS, NEEDS, EventKind, Motive, Need, Use, use_of
from contracts_service.domain.termination.texts import Labels, Section, TextsOfBrand
from contracts_service.http.access import CHANGING
from contracts_service.resources import Contracts
from contracts_service.store.contracts import ContractRow
from contracts_service.usecases.read_terminations import find_own_draft
from contracts_service.usecases.termination_recap import terminable

DESCRIPTION = """`terms` are to be shown before anything is asked, `labels` are what is written on the buttons. Each
motive says which fields it needs, in whose words, and which proof follows later: none is needed for a request to be
received. Where `open` is false, `turn_to` says to whom to turn; a request can be sent all the same and is kept with
its instant."""


class EventKindAnswer(BaseModel):
    """A kind of change of situation."""

    code: EventKind
    label: str


class MotiveAnswer(BaseModel):
    """A motive to choose: what it needs, and what its fields are called."""

    code: Motive
    use: Use
    label: str
    hint: str
    event_date: Need
    event_label: str | None
    event_kinds: list[EventKindAnswer]
    motive_text: Need
    text_label: str | None
    proof: str | None


class TermsAnswer(BaseModel):
    """The texts of a brand (their digest is kept with each request), and the motives to choose from."""

    version: str
    digest: str
    risk: str
    labels: Labels
    terms: list[Section]
    motives: list[MotiveAnswer]


class OwnContractAnswer(BaseModel):
    """The reference and the risk covered (D221-1, I 2°); `year_end` is the next échéance, the last day of the contract's year."""

    membership_number: str
    risk: str
    product: str
    effective_date: date
    end_date: date | None
    year_end: date
    year_end_is_anniversary: bool
    infra_annual_from: date


class OwnTermsAnswer(TermsAnswer):
    """The same for a member: the contract, whether it is open to this, and the draft that waits, if any."""

    contract: OwnContractAnswer
    open: bool
    turn_to: str | None
    draft_id: UUID | None


async def show_public_terms(call: Call[Contracts]) -> Answer:
    """Answer the texts of a brand."""
    return Answer(TermsAnswer.model_validate(_terms(call, call.brand, signed_in=False)))


async def show_terms(call: Call[Contracts]) -> Answer:
    """Answer the texts, with the caller's own contract."""
    rows, draft_id = await find_own_draft(call.resources, call.member, now=call.now)
    texts = call.resources.termination_texts[call.brand]
    is_employers = terminable(rows.contract).is_the_employers
    return Answer(
        OwnTermsAnswer.model_validate(
            {
                **_terms(call, call.brand, signed_in=True),
                "contract": _contract(texts, rows.member.membership_number, rows.contract, today=civil_date(call.now)),
                "open": not is_employers,
                "turn_to": texts.say(texts.texts.reasons["employers-contract"]) if is_employers else None,
                "draft_id": draft_id,
            }
        )
    )


def _terms(call: Call[Contracts], brand: str, *, signed_in: bool) -> dict[str, object]:
    texts, rules = call.resources.termination_texts[brand], call.resources.brands[brand].termination
    offered = offered_motives(rules, today=civil_date(call.now), signed_in=signed_in)
    return {
        "version": texts.texts.version,
        "digest": texts.digest.hex(),
        "risk": texts.texts.risk,
        "labels": texts.texts.labels,
        "terms": [Section(title=one.title, text=texts.say(one.text)) for one in texts.texts.terms],
        "motives": [_motive(texts, motive) for motive in offered],
    }


def _motive(texts: TextsOfBrand, motive: Motive) -> MotiveAnswer:
    said, needs = texts.texts.motives[motive], NEEDS[motive]
    kinds = EVENT_KINDS if needs.event_kind != "none" else ()
    return MotiveAnswer(
        code=motive,
        use=use_of(motive),
        label=said.label,
        hint=texts.say(said.hint),
        event_date=needs.event_date,
        event_label=said.event,
        event_kinds=[EventKindAnswer(code=kind, label=texts.texts.event_kinds[kind]) for kind in kinds],
        motive_text=needs.text,
        text_label=said.text,
        proof=said.proof,
    )


def _contract(texts: TextsOfBrand, membership_number: str, contract: ContractRow, *, today: date) -> OwnContractAnswer:
    known = terminable(contract)
    return OwnContractAnswer(
        membership_number=membership_number,
        risk=texts.texts.risk,
        product=contract.product,
        effective_date=contract.effective_date,
        end_date=contract.end_date,
        year_end=known.year_end_on_or_after(today),
        year_end_is_anniversary=contract.renewal_date is None,
        infra_annual_from=known.infra_annual_from,
    )


ENDPOINTS = [
    Endpoint(
        "GET",
        "/v1/me/termination-terms",
        "show_termination_terms",
        "What to know before ending the contract, and the motives to choose from",
        show_terms,
        CHANGING,
        answer=OwnTermsAnswer,
        problems=(NotFound,),
        description=" ".join(DESCRIPTION.split()),
    ),
    Endpoint(
        "GET",
        "/v1/{brand}/termination-terms",
        "show_public_termination_terms",
        "The same for whoever has no account",
        show_public_terms,
        Public(),
        answer=TermsAnswer,
        description=" ".join(DESCRIPTION.split()),
    ),
]
