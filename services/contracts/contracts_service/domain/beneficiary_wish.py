"""What a member asks for: somebody to be covered, or no longer. Read by the same validators as the back office's lines.

`effective_date` is the first day of cover of who is added, and the last one of who is removed.
"""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts_service.domain.beneficiary_rules import Cause
from contracts_service.domain.enrolment_fields import CivilDate, Reading
from contracts_service.domain.enrolment_line import BeneficiaryPart


class Addition(BeneficiaryPart):
    """Somebody to be covered. Without a day, cover begins with the birth of a newborn child, and today for others."""

    birth_rank: Annotated[int, Field(ge=1, le=9)] = 1
    effective_date: CivilDate | None = None


class Removal(BaseModel):
    """Somebody on the contract to be covered no longer, and why."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)

    beneficiary_id: Annotated[UUID, Field(strict=False)]
    effective_date: CivilDate
    cause: Cause = "other"


Wish = Addition | Removal
MODELS: dict[str, type[Wish]] = {"addition": Addition, "removal": Removal}


def read_wish(change: str, given: dict[str, Any], reading: Reading) -> Wish:
    """Read the fields of a request for `change`; raise pydantic's ValidationError."""
    return MODELS[change].model_validate(given, context=reading)


def day_of(wish: Addition, *, newborn: bool, today: date) -> date:
    """Return the first day of cover that is asked for."""
    if wish.effective_date is not None:
        return wish.effective_date
    return wish.birth_date.earliest if newborn else today
