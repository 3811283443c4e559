"""What a brand decides about terminations: the table [contracts.termination] of `<brand>.toml`.

What is marked unverified in the sources is here, with the choice that is better for the member as the default.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

AddressLine = Annotated[str, StringConstraints(min_length=1, max_length=38)]


ASK_FOR_MEDIATION = "Si notre réponse ne vous convient pas, demandez-nous comment saisir gratuitement le médiateur."


class TerminationRules(BaseModel):
    """A brand's choices where the law leaves one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    end_of_month: bool = False  # an effect one month after receipt is put off to the end of that month
    notices_known: bool = False  # the days on which renewal notices were sent are recorded here (L221-10-1)
    mandatory_group: Literal["infra_annual", "event"] = "infra_annual"  # as the règlement says
    css: Literal["infra_annual", "event"] = "event"
    withdrawal_days: int = Field(default=14, ge=14, le=30)  # L221-18, II
    withdrawal_documents_days: int = Field(default=30, ge=0, le=90)  # so late they are believed to have come
    withdrawal_ends: Literal["at_once", "never_began"] = "at_once"
    withdrawal_online_from: date = date(2026, 6, 19)  # directive (EU) 2023/2673
    draft_days: int = Field(default=30, ge=1, le=90)
    contestation_days: int = Field(default=60, ge=15, le=365)
    public_calls_per_hour: int = Field(default=60, ge=5, le=10_000)  # from one address
    # For whoever prefers a letter: the brand's own address unless it says another one.
    letters_to: list[AddressLine] = Field(default=[], max_length=6)
    mediation: str = Field(default=ASK_FOR_MEDIATION, min_length=10, max_length=600)  # L221-6-2: a French sentence
