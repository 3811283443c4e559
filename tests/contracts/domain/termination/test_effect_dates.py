"""What each motive comes to, article by article (code de la mutualité)."""

from datetime import UTC, date, datetime, time

import pytest
from contracts_service.domain.termination.contract import TerminableContract
from contracts_service.domain.termination.decision import Decision, Grounds, decide
from contracts_service.domain.termination.motives import EventKind, Motive
from contracts_service.domain.termination.request import TerminationRequest
from contracts_service.domain.termination.rules import TerminationRules
from service_kit.clock import PARIS

pytestmark = pytest.mark.unit

RULES = TerminationRules(letters_to=["MGAS", "99999 EXEMPLE CEDEX"], mediation="Le médiateur de la Mutualité.")
OLD = TerminableContract("individual", date(2019, 6, 8), renewal_date=date(2026, 12, 31))
YOUNG = TerminableContract("individual", date(2026, 6, 8), renewal_date=date(2026, 12, 31))


def on(day: str) -> datetime:
    """Return noon of a day in Paris."""
    return datetime.combine(date.fromisoformat(day), time(12), PARIS)


def decided(
    request: TerminationRequest,
    day: str,
    *,
    contract: TerminableContract = OLD,
    rules: TerminationRules = RULES,
    notices: dict[date, date] | None = None,
) -> Decision:
    return decide(request, Grounds(contract, rules, notices or {}), received_at=on(day))


def said(decision: Decision) -> tuple[str, str, str | None, str | None]:
    end = None if decision.effective_date is None else decision.effective_date.isoformat()
    return decision.outcome, decision.motive, end, decision.reason


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        # L221-10: two months before the échéance, the day included
        ("2026-10-31", ("effective", "annual", "2026-12-31", None)),
        ("2025-11-01", ("effective", "infra_annual", "2025-12-01", "notice-too-short")),
        # R221-5, II: late, and applied as an infra-annual termination
        ("2026-11-01", ("effective", "infra_annual", "2026-12-01", "notice-too-short")),
        ("2026-12-31", ("effective", "infra_annual", "2027-01-31", "notice-too-short")),
        ("2027-01-01", ("effective", "annual", "2027-12-31", None)),
    ],
)
def test_a_denunciation_two_months_before_the_renewal_ends_the_contract_with_it(
    day: str, expected: tuple[str, ...]
) -> None:
    assert said(decided(TerminationRequest("annual"), day)) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-10-31", ("effective", "annual", "2026-12-31", None)),
        ("2026-11-01", ("effective", "annual", "2027-12-31", "notice-too-short")),
    ],
)
def test_in_the_first_year_a_late_denunciation_waits_for_the_next_renewal(day: str, expected: tuple[str, ...]) -> None:
    assert said(decided(TerminationRequest("annual"), day, contract=YOUNG)) == expected


def test_a_letter_counts_from_its_postmark() -> None:
    request = TerminationRequest("annual", sent_on=date(2026, 10, 31))

    assert said(decided(request, "2026-11-03")) == ("effective", "annual", "2026-12-31", None)


def test_the_renewal_that_was_asked_for_is_the_one_that_ends_it() -> None:
    request = TerminationRequest("annual", requested_date=date(2027, 6, 1))

    assert said(decided(request, "2026-11-21")) == ("effective", "annual", "2027-12-31", None)


def test_a_contract_without_a_renewal_date_is_renewed_on_its_anniversary() -> None:
    contract = TerminableContract("individual", date(2020, 3, 1))

    assert said(decided(TerminationRequest("annual"), "2026-12-28", contract=contract)) == (
        "effective",
        "annual",
        "2027-02-28",
        None,
    )


@pytest.mark.parametrize(
    ("received", "ends"),
    [
        ("2027-01-31", "2027-02-28"),
        ("2028-01-31", "2028-02-29"),
        ("2027-02-28", "2027-03-28"),
        ("2026-11-21", "2026-12-21"),
        ("2026-12-31", "2027-01-31"),
    ],
)
def test_at_any_time_it_ends_one_month_after_receipt_and_within_the_month(received: str, ends: str) -> None:
    decision = decided(TerminationRequest("infra_annual"), received)

    assert said(decision) == ("effective", "infra_annual", ends, None)
    assert decision.articles == ("L221-10-2", "R221-5")


def test_a_brand_may_put_an_end_off_to_the_end_of_the_month() -> None:
    rules = RULES.model_copy(update={"end_of_month": True})

    assert said(decided(TerminationRequest("infra_annual"), "2026-11-21", rules=rules))[2] == "2026-12-31"


def test_at_any_time_begins_on_the_anniversary_of_the_first_day() -> None:
    asked = TerminationRequest("infra_annual")
    eve, anniversary = decided(asked, "2027-06-07", contract=YOUNG), decided(asked, "2027-06-08", contract=YOUNG)

    assert said(eve) == ("not_open", "infra_annual", None, "first-year")
    assert [(one.motive, str(one.effective_date), str(one.from_date)) for one in eve.alternatives] == [
        ("infra_annual", "2027-07-08", "2027-06-08"),
        ("annual", "2027-12-31", "None"),
    ]
    assert said(anniversary) == ("effective", "infra_annual", "2027-07-08", None)


@pytest.mark.parametrize(
    ("sent", "received", "expected"),
    [
        # L221-10-1, first paragraph: 31 October is the last day, 16 October fifteen days before it
        ("2026-10-16", "2026-11-06", ("effective", "infra_annual", "2026-12-06", "renewal-notice-in-time")),
        ("2026-10-17", "2026-11-06", ("effective", "chatel_late_notice", "2026-12-31", None)),
        ("2026-10-17", "2026-11-07", ("effective", "infra_annual", "2026-12-07", "denunciation-late")),
        ("2026-10-17", "2026-10-31", ("effective", "annual", "2026-12-31", None)),
        ("2026-12-20", "2026-12-31", ("effective", "chatel_late_notice", "2026-12-31", None)),
        # the renewal has passed meanwhile: never backwards
        ("2026-12-20", "2027-01-09", ("effective", "chatel_late_notice", "2027-01-10", None)),
        ("2026-12-20", "2027-01-10", ("effective", "infra_annual", "2027-02-10", "denunciation-late")),
    ],
)
@pytest.mark.parametrize("who_knows", ["we", "the member"])
def test_a_notice_that_came_late_leaves_twenty_days(
    sent: str, received: str, expected: tuple[str, ...], who_knows: str
) -> None:
    day = date.fromisoformat(sent)
    notices = {date(2026, 12, 31): day} if who_knows == "we" else {}
    request = TerminationRequest("chatel_late_notice", event_date=None if who_knows == "we" else day)

    assert said(decided(request, received, notices=notices)) == expected


def test_what_we_can_prove_comes_before_what_the_member_says() -> None:
    request = TerminationRequest("chatel_late_notice", event_date=date(2026, 11, 10))
    notices = {date(2026, 12, 31): date(2026, 10, 1)}

    assert said(decided(request, "2026-11-21", notices=notices))[3] == "renewal-notice-in-time"
    assert said(decided(request, "2026-11-21"))[:3] == ("effective", "chatel_late_notice", "2026-12-31")


@pytest.mark.parametrize(
    ("received", "notices", "expected"),
    [
        # L221-10-1, second paragraph: nobody can prove that the renewal of 31 December 2025 was told
        ("2026-03-02", {}, ("effective", "chatel_no_notice", "2026-03-03", None)),
        (
            "2026-03-02",
            {date(2025, 12, 31): date(2025, 10, 1)},
            ("effective", "infra_annual", "2026-04-02", "renewal-notice-in-time"),
        ),
        (
            "2026-11-21",
            {date(2025, 12, 31): date(2025, 10, 1)},
            ("effective", "chatel_no_notice", "2026-12-31", None),
        ),
    ],
)
def test_without_a_notice_it_ends_the_day_after(
    received: str, notices: dict[date, date], expected: tuple[str, ...]
) -> None:
    assert said(decided(TerminationRequest("chatel_no_notice"), received, notices=notices)) == expected


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("2026-11-21", ("effective", "situation_change", "2026-12-21", None)),
        ("2026-08-21", ("effective", "situation_change", "2026-12-21", None)),
        ("2026-08-20", ("not_open", "situation_change", None, "event-too-old")),
        ("2026-11-22", ("not_open", "situation_change", None, "event-to-come")),
    ],
)
@pytest.mark.parametrize(
    "kind", ["domicile", "marital_status", "matrimonial_regime", "profession", "retirement", "cessation"]
)
def test_a_change_of_situation_counts_for_three_months(event: str, expected: tuple[str, ...], kind: EventKind) -> None:
    request = TerminationRequest("situation_change", event_date=date.fromisoformat(event), event_kind=kind)

    assert said(decided(request, "2026-11-21", contract=YOUNG)) == expected  # L221-17, R221-7


@pytest.mark.parametrize("motive", ["situation_change", "mandatory_group", "other", "withdrawal"])
def test_after_a_year_what_does_not_apply_is_done_as_an_infra_annual_termination(motive: Motive) -> None:
    decision = decided(TerminationRequest(motive, event_date=date(2026, 1, 5)), "2026-11-21")

    assert said(decision)[:3] == ("effective", "infra_annual", "2026-12-21")  # R221-5, II
    assert decision.requalified
    assert "R221-5" in decision.articles


@pytest.mark.parametrize(
    ("received", "documents", "expected"),
    [
        # L221-18, II: the contract takes effect on 8 June
        ("2026-06-08", None, ("effective", "withdrawal", "2026-06-08", None)),
        ("2026-06-22", None, ("effective", "withdrawal", "2026-06-22", None)),
        ("2026-06-23", None, ("not_open", "withdrawal", None, "withdrawal-late")),
        ("2026-06-23", "2026-06-09", ("effective", "withdrawal", "2026-06-23", None)),
        ("2026-06-23", "2026-05-01", ("not_open", "withdrawal", None, "withdrawal-late")),
        ("2026-06-01", None, ("effective", "withdrawal", "2026-06-07", None)),
        # nobody can prove when documents came: a month is believed
        ("2026-07-22", "2026-07-08", ("effective", "withdrawal", "2026-07-22", None)),
        ("2026-07-10", "2026-07-09", ("not_open", "withdrawal", None, "withdrawal-late")),
    ],
)
def test_a_withdrawal_has_fourteen_days(received: str, documents: str | None, expected: tuple[str, ...]) -> None:
    came = None if documents is None else date.fromisoformat(documents)

    assert said(decided(TerminationRequest("withdrawal", event_date=came), received, contract=YOUNG)) == expected


def test_documents_that_came_yesterday_open_no_withdrawal_from_a_contract_of_seven_years() -> None:
    decision = decided(TerminationRequest("withdrawal", event_date=date(2026, 11, 20)), "2026-11-21")

    assert said(decision) == ("effective", "infra_annual", "2026-12-21", "withdrawal-late")  # R221-5, II


def test_a_brand_may_take_cover_that_was_withdrawn_from_as_never_begun() -> None:
    rules = RULES.model_copy(update={"withdrawal_ends": "never_began"})

    assert said(decided(TerminationRequest("withdrawal"), "2026-06-10", contract=YOUNG, rules=rules))[2] == "2026-06-07"


def test_a_death_ends_the_contract_with_its_day() -> None:
    decision = decided(TerminationRequest("death", event_date=date(2026, 9, 3)), "2026-11-21")

    assert said(decision) == ("effective", "death", "2026-09-03", None)
    assert decision.refund_by == date(2026, 12, 21)  # thirty days after we know of it


@pytest.mark.parametrize(
    ("motive", "granted", "expected"),
    [
        ("css", "event", ("effective", "css", "2026-12-31", None)),
        ("mandatory_group", "event", ("effective", "mandatory_group", "2026-12-31", None)),
        ("mandatory_group", "infra_annual", ("effective", "infra_annual", "2026-12-21", "not-in-the-rules")),
    ],
)
def test_another_cover_ends_this_one_on_its_eve_where_the_brand_grants_it(
    motive: Motive, granted: str, expected: tuple[str, ...]
) -> None:
    rules = RULES.model_copy(update={motive: granted})

    assert said(decided(TerminationRequest(motive, event_date=date(2027, 1, 1)), "2026-11-21", rules=rules)) == expected


@pytest.mark.parametrize(
    ("due", "notice", "received", "expected"),
    [
        # L221-7: 10 days after it was due, then 30 days, then 10
        ("2026-09-01", "2026-09-11", "2026-10-21", ("effective", "unpaid", "2026-10-21", None)),
        ("2026-09-01", "2026-09-11", "2026-10-20", ("not_open", "unpaid", None, "termination-too-early")),
        ("2026-09-01", "2026-09-10", "2026-12-01", ("not_open", "unpaid", None, "formal-notice-too-early")),
    ],
)
def test_the_mutual_ends_an_unpaid_contract_after_ten_thirty_and_ten_days(
    due: str, notice: str, received: str, expected: tuple[str, ...]
) -> None:
    request = TerminationRequest(
        "unpaid", due_date=date.fromisoformat(due), formal_notice_on=date.fromisoformat(notice)
    )

    assert said(decided(request, received)) == expected


@pytest.mark.parametrize(
    "motive", ["annual", "infra_annual", "chatel_no_notice", "situation_change", "withdrawal", "other"]
)
def test_a_mandatory_group_contract_is_for_the_employer_to_end(motive: Motive) -> None:
    contract = TerminableContract("group_mandatory", date(2019, 6, 8))
    decision = decided(TerminationRequest(motive, event_date=date(2026, 11, 1)), "2026-11-21", contract=contract)

    assert said(decision) == ("routed", motive, None, "employers-contract")  # L221-10-2, second paragraph
    assert decision.alternatives == ()


def test_a_voluntary_group_contract_can_be_ended_at_any_time() -> None:
    contract = TerminableContract("group_voluntary", date(2019, 6, 8))

    assert said(decided(TerminationRequest("infra_annual"), "2026-11-21", contract=contract))[0] == "effective"


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ("2026-12-01", ("effective", "infra_annual", "2026-12-01", "ends-earlier-already")),
        ("2026-12-21", ("effective", "infra_annual", "2026-12-21", "ends-earlier-already")),
        ("2026-12-31", ("effective", "infra_annual", "2026-12-21", None)),
        ("2026-11-20", ("not_open", "infra_annual", None, "contract-ended")),
    ],
)
def test_an_end_that_is_known_stays_unless_the_new_one_is_earlier(known: str, expected: tuple[str, ...]) -> None:
    contract = TerminableContract("individual", date(2019, 6, 8), end_date=date.fromisoformat(known))

    assert said(decided(TerminationRequest("infra_annual"), "2026-11-21", contract=contract)) == expected


def test_the_other_possibilities_are_told_and_not_taken() -> None:
    decision = decided(TerminationRequest("annual"), "2026-10-05")

    assert said(decision)[:3] == ("effective", "annual", "2026-12-31")
    assert [(one.motive, str(one.effective_date)) for one in decision.alternatives] == [("infra_annual", "2026-11-05")]


@pytest.mark.parametrize(
    ("instant", "ends"),
    [
        (datetime(2026, 11, 20, 22, 59, tzinfo=UTC), "2026-12-20"),
        (datetime(2026, 11, 20, 23, 30, tzinfo=UTC), "2026-12-21"),  # half past midnight in Paris
        (datetime(2026, 6, 30, 21, 59, tzinfo=UTC), "2026-07-30"),
        (datetime(2026, 6, 30, 22, 0, tzinfo=UTC), "2026-08-01"),  # midnight in summer
        (datetime(2026, 3, 28, 23, 30, tzinfo=UTC), "2026-04-29"),  # the night of 29 March has an hour less
        (datetime(2026, 10, 24, 22, 30, tzinfo=UTC), "2026-11-25"),  # that of 25 October one more
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), "2026-11-25"),
        (datetime(2026, 10, 25, 23, 0, tzinfo=UTC), "2026-11-26"),
    ],
)
def test_the_day_in_paris_is_the_day_of_receipt(instant: datetime, ends: str) -> None:
    decision = decide(TerminationRequest("infra_annual"), Grounds(OLD, RULES, {}), received_at=instant)

    assert str(decision.effective_date) == ends
