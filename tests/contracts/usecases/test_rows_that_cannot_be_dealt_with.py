"""One row that nobody can read holds up no other: it is told, counted and put off to the next day."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from contracts_service.usecases.apply_beneficiary_request import apply_due_requests
from contracts_service.usecases.tell_autonomous_beneficiaries import tell_autonomous_beneficiaries
from service_kit.metrics import LOOP_FAILURES

from tests.support.beneficiary_steps import NEWBORN, NOW, Asking
from tests.support.beneficiary_steps import SPOUSE as WANTED_SPOUSE
from tests.support.household import GROWN, SPOUSE, Household

OF_A_KEY_THAT_IS_GONE = "SET nir_sealed = '\\x01'::bytea || 'gone:'::bytea || nir_sealed"


def failures(loop: str) -> Any:
    """Return how often something was left out."""
    return LOOP_FAILURES.labels("contracts", loop)._value.get()


async def test_a_request_whose_number_nobody_can_read_lets_the_others_be_applied(household: Household):
    asking = await Asking.of(household)
    spoilt, good = await asking.submitted(WANTED_SPOUSE), await asking.submitted(NEWBORN)
    await asking.accept(spoilt, "2026-12-01")
    await asking.accept(good, "2026-12-02")
    await household.contracts.execute(
        f"UPDATE beneficiary_requests {OF_A_KEY_THAT_IS_GONE} WHERE id = $1",
        UUID(spoilt),
    )
    household.it_is(NOW + timedelta(days=30))
    before = failures("beneficiary_requests")
    looked_at = [await apply_due_requests(household.contracts.service) for _ in range(2)]
    after = failures("beneficiary_requests")
    household.it_is(NOW + timedelta(days=31))

    assert looked_at == [2, 0]
    assert await asking.covered() == ["Canarine"]
    assert (await asking.shown(spoilt))["state_label"] == "Acceptée, à venir"
    assert after - before == 1
    assert await apply_due_requests(household.contracts.service) == 1
    await household.contracts.execute("UPDATE beneficiary_requests SET apply_on = NULL WHERE id = $1", UUID(spoilt))


async def test_a_person_whose_number_nobody_can_read_lets_the_others_be_told(household: Household):
    await household.file_says(GROWN)
    other = Household(household.contracts, household.number + 70_000)
    await other.file_says(SPOUSE)
    spoilt = await household.id_of(GROWN)
    await household.contracts.execute(
        f"UPDATE beneficiaries {OF_A_KEY_THAT_IS_GONE} WHERE id = $1",
        spoilt,
    )
    told = await other.tell()

    assert [one["first_name"] for one in told] == ["Yves"]
    assert await household.tell() == []
    assert await tell_autonomous_beneficiaries(household.contracts.service) == 0
    household.it_is(NOW + timedelta(days=1))
    assert await tell_autonomous_beneficiaries(household.contracts.service) >= 1
    await household.contracts.execute("UPDATE beneficiaries SET look_on = NULL WHERE id = $1", spoilt)
