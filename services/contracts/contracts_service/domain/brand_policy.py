"""What a brand decides about contracts: read from [brand] and [contracts] of `<brand>.toml`."""

import re
from functools import cached_property

from pydantic import BaseModel, ConfigDict, Field

from contracts_service.domain.beneficiary_rules import BeneficiaryRules
from contracts_service.domain.contact_policy import BankDetailsPolicy, ContactPolicy
from contracts_service.domain.enrolment_fields import BrandRules
from contracts_service.domain.nir_views import NirViewRules
from contracts_service.domain.retention import RetentionRules
from contracts_service.domain.termination.rules import TerminationRules


class BrandPolicy(BaseModel):
    """A brand's own rules; each topic has a table of its own below [contracts]. Unknown keys belong to others and are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    name: str
    phone: str
    email: str
    hours: str
    return_address: list[str] = []
    read_only_years: int = Field(5, ge=5)  # code de la mutualité, L221-6-6
    recent_sign_in_minutes: int = Field(10, ge=1, le=60)
    membership_number_pattern: re.Pattern[str]
    statement_identifier_pattern: re.Pattern[str]
    contact: ContactPolicy = ContactPolicy()
    bank_details: BankDetailsPolicy = BankDetailsPolicy()
    nir_views: NirViewRules = NirViewRules()
    beneficiaries: BeneficiaryRules = BeneficiaryRules()

    termination: TerminationRules = TerminationRules()
    retention: RetentionRules = RetentionRules()

    @cached_property
    def numbers(self) -> BrandRules:
        """Return what the reader of enrolment lines needs."""
        return BrandRules(self.membership_number_pattern, self.statement_identifier_pattern)
