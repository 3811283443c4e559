"""What a brand decides about full social-security numbers shown to its staff."""

from pydantic import BaseModel, ConfigDict, Field


class NirViewRules(BaseModel):
    """`[contracts.nir_views]`: a number is needed on the telephone now and then; whoever asks for many is copying them."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    most_an_hour: int = Field(default=20, ge=1, le=1000)  # for each member of the staff
