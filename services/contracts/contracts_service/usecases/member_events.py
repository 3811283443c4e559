"""An enrolment as the event that tells it: the member's whole state, the personal part to be sealed."""

from contracts_service.domain.enrolment_line import BeneficiaryPart
from contracts_service.events import Address, Beneficiary, Guarantee, MemberChanged, MemberEnrolled, MemberState
from contracts_service.usecases.member_rows import Enrolment


def event_of(enrolment: Enrolment) -> MemberState:
    """Return member.enrolled for a member's first version, member.changed for any later one."""
    model: type[MemberState] = MemberEnrolled if enrolment.version == 1 else MemberChanged
    line, contract = enrolment.line, enrolment.line.contract
    return model(
        version=enrolment.version,
        member_id=enrolment.member_id,
        brand=enrolment.brand,
        effective_date=contract.effective_date,
        renewal_date=contract.renewal_date,
        end_date=contract.end_date,
        contract_kind=contract.kind,
        product=contract.product,
        responsible=contract.responsible,
        guarantees=[Guarantee(code=one.code, level=one.level) for one in contract.guarantees],
        membership_number=line.membership_number,
        nir=line.nir.number13,
        title=line.title,
        last_name=line.last_name,
        birth_name=line.birth_name,
        first_name=line.first_name,
        birth_date=line.birth_date.text,
        email=line.email,
        statement_identifier=line.statement_identifier,
        address=Address(**line.address.model_dump(mode="json")),
        beneficiaries=[_beneficiary(part) for part in line.beneficiaries],
    )


def _beneficiary(part: BeneficiaryPart) -> Beneficiary:
    return Beneficiary(
        first_name=part.first_name,
        last_name=part.last_name,
        birth_date=part.birth_date.text,
        birth_rank=part.birth_rank,
        relation=part.relation,
    )
