"""One line of `kind=members`: bytes or a decoded object → an EnrolmentLine, or all that is wrong with it.

Called for each line of an import and for the body of `PUT …/members/{membership_number}`. The use case compares the
keyed digest of `fingerprint_source()` with the stored one to tell an unchanged line. A line says all that is
known of a member: a field that may be null may be left out and means null; both lists are required, so that
a file that has lost a column does not remove anybody.
"""

import re
from datetime import date
from typing import Annotated, Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic import ValidationInfo as Info

from contracts_service.domain.birth_date import BirthDate
from contracts_service.domain.countries import FRENCH_POSTAL_CODES
from contracts_service.domain.enrolment_fields import (
    BrandRules,
    CivilDate,
    Country,
    EmailAddress,
    Line,
    MembershipNumber,
    Nir,
    PartialBirthDate,
    PersonName,
    PhoneNumber,
    Reading,
    ShortText,
    StatementIdentifier,
    at_most,
)
from contracts_service.domain.line_json import decode_line
from contracts_service.domain.line_problems import LineProblems, problem_of_line, problems_of, refusal
from contracts_service.domain.personal_text import fold
from contracts_service.domain.social_security_number import SocialSecurityNumber

__all__ = ["BrandRules", "EnrolmentLine", "LineProblems", "parse_enrolment_line"]

MOST_BENEFICIARIES = 30
MOST_GUARANTEES = 50

ContractKind = Literal["individual", "group_mandatory", "group_voluntary"]
Relation = Literal["spouse", "civil_partner", "cohabiting_partner", "child", "other_dependant"]

_FRENCH_POSTAL_CODE = re.compile(r"[0-9]{5}")


class _LinePart(BaseModel):
    """A part of the line: nothing is converted, nothing unknown is taken, nothing is printed."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)

    def __repr_args__(self) -> list[tuple[str | None, Any]]:
        return []

    def __str__(self) -> str:
        return repr(self)


class AddressPart(_LinePart):
    """A postal address. A village without street names is one, and a foreign town without a postal code."""

    country: Country
    recipient: Line | None = None
    complement: Line | None = None
    building: Line | None = None
    street: Line | None = None
    locality: Line | None = None
    postal_code: Annotated[ShortText | None, Field(validate_default=True)] = None
    city: Line

    @field_validator("postal_code")
    @classmethod
    def _check_postal_code(cls, code: str | None, info: Info) -> str | None:
        if info.data.get("country") in FRENCH_POSTAL_CODES and not _FRENCH_POSTAL_CODE.fullmatch(code or ""):
            raise refusal("invalid-postal-code")
        return code


class GuaranteePart(_LinePart):
    """One guarantee and its level, in the insurer's own words."""

    code: ShortText
    level: Line


class ContractPart(_LinePart):
    """The contract of the line; civil dates, the end included."""

    product: Line
    kind: ContractKind
    effective_date: CivilDate
    renewal_date: CivilDate | None = None
    end_date: CivilDate | None = None
    responsible: bool
    guarantees: Annotated[tuple[GuaranteePart, ...], Field(strict=False), at_most(MOST_GUARANTEES)]

    @field_validator("end_date")
    @classmethod
    def _check_end_date(cls, end: date | None, info: Info) -> date | None:
        start = info.data.get("effective_date")
        if end is not None and start is not None and end < start:
            raise refusal("end-before-start")
        return end


class BeneficiaryPart(_LinePart):
    """A person whom the contract covers beside the member; a child may have no number of its own yet."""

    first_name: PersonName | None
    last_name: PersonName
    birth_date: PartialBirthDate
    birth_rank: Annotated[int, Field(ge=1, le=9)]
    relation: Relation
    nir: Nir | None = None

    @property
    def likeness(self) -> tuple[str, int, str, str]:
        """Return what two beneficiaries of one contract never share: birth, and folded names."""
        return self.birth_date.text, self.birth_rank, fold(self.first_name or ""), fold(self.last_name)


class EnrolmentLine(_LinePart):
    """A member, the contract, and the people whom it covers. A first name may be null, `X` or `SP`."""

    membership_number: MembershipNumber
    nir: Nir
    title: ShortText | None = None
    last_name: PersonName
    birth_name: PersonName | None = None
    first_name: PersonName | None
    birth_date: PartialBirthDate
    email: EmailAddress | None = None
    phone: PhoneNumber | None = None
    address: AddressPart
    statement_identifier: StatementIdentifier | None = None
    contract: ContractPart
    beneficiaries: Annotated[tuple[BeneficiaryPart, ...], Field(strict=False), at_most(MOST_BENEFICIARIES)]

    def duplicated_beneficiary(self) -> int | None:
        """Return the place of the first beneficiary that another one before it equals, or None."""
        if len(self.beneficiaries) < 2:
            return None
        seen = [b.likeness for b in self.beneficiaries]
        return next((place for place, one in enumerate(seen) if one in seen[:place]), None)

    def fingerprint_source(self) -> bytes:
        """Return canonical bytes: equal for two lines that say the same, whatever their order and spelling of
        numbers. They hold the social-security number: digest them with a key, and keep neither.
        """
        contract = vars(self.contract) | {"guarantees": sorted(self.contract.guarantees, key=_canonical)}
        people = sorted(self.beneficiaries, key=_canonical)
        return _canonical(vars(self) | {"contract": contract, "beneficiaries": people})


def parse_enrolment_line(
    raw: bytes | dict[str, Any], rules: BrandRules, *, today: date
) -> EnrolmentLine | LineProblems:
    """Read one line of an import, or an object that the HTTP layer has decoded.

    `today` is the civil date in Paris: nobody is born after it.
    """
    decoded = decode_line(raw) if isinstance(raw, bytes) else raw
    if isinstance(decoded, LineProblems):
        return decoded
    try:
        line = EnrolmentLine.model_validate(decoded, context=Reading(rules, today))
    except ValidationError as error:
        return problems_of(error)
    return _refuse_duplicates(line)


def _refuse_duplicates(line: EnrolmentLine) -> EnrolmentLine | LineProblems:
    place = line.duplicated_beneficiary()
    return line if place is None else problem_of_line("duplicate-beneficiary", field=f"beneficiaries.{place}")


def _canonical(plain: object) -> bytes:
    return orjson.dumps(plain, default=_plain_value, option=orjson.OPT_SORT_KEYS)


def _plain_value(value: object) -> str | dict[str, Any]:
    if isinstance(value, _LinePart):
        return vars(value)
    if isinstance(value, SocialSecurityNumber):
        return value.number13
    if isinstance(value, BirthDate):
        return value.text
    raise TypeError(f"{type(value).__name__} has no canonical form")
