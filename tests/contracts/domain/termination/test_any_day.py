"""Over ten years of days: what holds of every decision, whatever was asked and whenever."""

from datetime import UTC, date, datetime, timedelta

import pytest
from contracts_service.domain.enrolment_line import ContractKind
from contracts_service.domain.termination.calendar_months import end_of_month, months_after
from contracts_service.domain.termination.contract import (
    TerminableContract,
    is_in_time_for,
    last_day_of_notice,
)
from contracts_service.domain.termination.decision import Decision, Grounds, decide
from contracts_service.domain.termination.motives import EVENT_KINDS, MOTIVES, Motive
from contracts_service.domain.termination.request import TerminationRequest
from contracts_service.domain.termination.rules import TerminationRules
from hypothesis import given, settings
from hypothesis import strategies as some
from service_kit.clock import PARIS, civil_date

pytestmark = pytest.mark.unit

FIRST, LAST = datetime(2024, 1, 1), datetime(2033, 12, 31, 23, 59, 59)
BY_CHOICE: tuple[Motive, ...] = tuple(one for one in MOTIVES if one not in ("death", "unpaid"))

instants = some.datetimes(FIRST, LAST, timezones=some.just(UTC))
days = some.dates(date(2022, 1, 1), date(2035, 12, 31))
few_days = some.one_of(some.none(), days)
rules = some.builds(
    TerminationRules,
    end_of_month=some.booleans(),
    mandatory_group=some.sampled_from(["infra_annual", "event"]),
    css=some.sampled_from(["infra_annual", "event"]),
    withdrawal_ends=some.just("at_once"),
    letters_to=some.just(["MGAS", "99999 EXEMPLE CEDEX"]),
    mediation=some.just("Le médiateur de la Mutualité."),
)
kinds = some.sampled_from(["individual", "group_voluntary"])


def contracts(kind: some.SearchStrategy[ContractKind] = kinds) -> some.SearchStrategy[TerminableContract]:  # type: ignore[assignment]
    return some.builds(
        TerminableContract,
        kind=kind,
        effective_date=some.dates(date(2015, 1, 1), date(2033, 12, 31)),
        renewal_date=few_days,
        end_date=some.none(),
    )


def requests(motives: tuple[Motive, ...] = MOTIVES) -> some.SearchStrategy[TerminationRequest]:
    return some.builds(
        TerminationRequest,
        motive=some.sampled_from(motives),
        event_date=few_days,
        event_kind=some.sampled_from(EVENT_KINDS),
        requested_date=some.none(),
        due_date=few_days,
        formal_notice_on=few_days,
    )


notices = some.dictionaries(days, days, max_size=3)
grounds = some.builds(Grounds, contract=contracts(), rules=rules, notices=notices)
often = settings(max_examples=60, deadline=None)


@often
@given(requests(), grounds, instants)
def test_nothing_ends_before_it_was_received_but_by_a_death_or_before_it_began(
    request: TerminationRequest, of: Grounds, received: datetime
) -> None:
    decision = decide(request, of, received_at=received)
    day = civil_date(received)
    backwards = decision.motive == "death" or (decision.motive == "withdrawal" and day < of.contract.effective_date)

    assert decision.effective_date is None or backwards or decision.effective_date >= day


@often
@given(requests(), grounds, instants)
def test_an_infra_annual_termination_never_takes_more_than_a_month_and_what_the_brand_adds(
    request: TerminationRequest, of: Grounds, received: datetime
) -> None:
    decision = decide(request, of, received_at=received)
    month = months_after(civil_date(received), 1)

    if decision.motive == "infra_annual" and decision.effective_date is not None:
        assert decision.effective_date == (end_of_month(month) if of.rules.end_of_month else month)


@often
@given(requests(BY_CHOICE), grounds, instants)
def test_a_contract_older_than_a_year_never_gets_a_bare_refusal(
    request: TerminationRequest, of: Grounds, received: datetime
) -> None:
    decision = decide(request, of, received_at=received)

    if civil_date(received) >= of.contract.infra_annual_from:
        assert decision.outcome == "effective"
    assert decision.outcome == "effective" or decision.alternatives != ()


@often
@given(requests(), grounds, instants)
def test_the_same_request_is_decided_alike_every_time_and_at_any_hour_of_its_day_in_paris(
    request: TerminationRequest, of: Grounds, received: datetime
) -> None:
    midnight = datetime.combine(civil_date(received), datetime.min.time(), PARIS).astimezone(UTC)
    last_second = datetime.combine(civil_date(received), datetime.max.time(), PARIS).astimezone(UTC)
    found = [decide(request, of, received_at=instant) for instant in (received, received, midnight, last_second)]

    assert found == [found[0]] * 4


@often
@given(requests(), grounds, instants)
def test_what_was_paid_too_much_is_due_thirty_days_after_the_end_is_known(
    request: TerminationRequest, of: Grounds, received: datetime
) -> None:
    decision = decide(request, of, received_at=received)
    end = decision.effective_date

    assert (decision.refund_by is None) == (end is None)
    if end is not None:
        assert decision.refund_by == max(end, civil_date(received)) + timedelta(days=30)


@often
@given(some.sampled_from(["infra_annual", "situation_change"]), grounds, instants, instants)
def test_whoever_asks_later_is_not_covered_for_less_long(
    motive: Motive, of: Grounds, one: datetime, other: datetime
) -> None:
    first, second = sorted((one, other))
    request = TerminationRequest(motive, event_date=civil_date(second), event_kind="domicile")
    ends = [decide(request, of, received_at=instant).effective_date for instant in (first, second)]

    assert ends[0] is None or ends[1] is None or ends[0] <= ends[1]


@often
@given(contracts(), instants, instants)
def test_in_the_first_year_a_later_denunciation_never_ends_earlier(
    contract: TerminableContract, one: datetime, other: datetime
) -> None:
    def end(instant: datetime) -> Decision:
        return decide(TerminationRequest("annual"), Grounds(contract, RULES, {}), received_at=instant)

    first, second = (end(instant) for instant in sorted((one, other)))
    if "infra_annual" not in (first.motive, second.motive):
        assert (first.effective_date or date.max) <= (second.effective_date or date.max)


@often
@given(contracts(), days)
def test_the_last_day_of_notice_is_the_last_one_that_is_in_time(contract: TerminableContract, day: date) -> None:
    year_end = contract.year_end_on_or_after(day)
    last = last_day_of_notice(year_end)

    assert is_in_time_for(last, year_end)
    assert not is_in_time_for(last + timedelta(days=1), year_end)
    assert (year_end - last).days >= 57


@often
@given(contracts(), days)
def test_every_year_of_a_contract_has_one_end(contract: TerminableContract, day: date) -> None:
    end = contract.year_end_on_or_after(day)
    before = contract.year_end_before(end)

    assert end >= day
    assert end > contract.effective_date
    assert before is None or 364 <= (end - before).days <= 367
    assert before is None or before < day or day <= contract.effective_date


@often
@given(days, some.integers(-60, 60))
def test_months_keep_the_day_or_end_with_the_month(day: date, months: int) -> None:
    found = months_after(day, months)

    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    assert found.day == day.day or (found.day < day.day and found == end_of_month(found))


@often
@given(requests(BY_CHOICE), contracts(some.just("group_mandatory")), instants)
def test_an_employers_contract_is_never_ended_by_its_member(
    request: TerminationRequest, contract: TerminableContract, received: datetime
) -> None:
    assert decide(request, Grounds(contract, RULES, {}), received_at=received).outcome == "routed"


RULES = TerminationRules(letters_to=["MGAS", "99999 EXEMPLE CEDEX"], mediation="Le médiateur de la Mutualité.")
