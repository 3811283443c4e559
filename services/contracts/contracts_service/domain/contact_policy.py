"""What a brand decides about contact details and bank details: [contracts.contact] and [contracts.bank_details]."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class ContactPolicy(BaseModel):
    """How addresses are believed and asked about (code de la mutualité, L221-6-5)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    email_check_months: Annotated[int, Field(ge=1, le=12)] = 12  # the law asks every year
    email_reply_days: Annotated[int, Field(ge=7, le=90)] = 30
    email_checks_per_day: Annotated[int, Field(ge=1)] = 5000
    trusted_after_days: Annotated[int, Field(ge=1)] = 30


class BankDetailsPolicy(BaseModel):
    """How a change of bank details takes effect. Where it is told by post, the letter must be there before it counts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    delay_days: Annotated[int, Field(ge=1)] = 3
    delay_days_by_post: Annotated[int, Field(ge=1)] = 10
    changes_per_day: Annotated[int, Field(ge=1)] = 3
