"""What a brand says of its own numbers: read from [contracts] of `<brand>.toml`."""

import re

from pydantic import BaseModel, ConfigDict

from contracts_service.domain.enrolment_fields import BrandRules


class BrandNumbers(BaseModel):
    """The shapes of a brand's numbers. Unknown keys belong to others and are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    membership_number_pattern: re.Pattern[str]
    statement_identifier_pattern: re.Pattern[str]

    def rules(self) -> BrandRules:
        """Return what the reader of enrolment lines needs."""
        return BrandRules(self.membership_number_pattern, self.statement_identifier_pattern)
