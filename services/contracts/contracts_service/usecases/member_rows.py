"""An enrolment as rows: numbers are sealed and digested here, and nowhere later."""

from dataclasses import dataclass, field
from uuid import UUID

from contracts_service.domain.autonomy import autonomous_from
from contracts_service.domain.enrolment_line import EnrolmentLine
from contracts_service.security.seals import Seals
from contracts_service.store.beneficiaries import BeneficiaryRow
from contracts_service.store.contracts import ContractRow
from contracts_service.store.members import MemberRow


@dataclass(frozen=True)
class Enrolment:
    """A version of a member, as a line tells it; `email` is the present address, which the member may have chosen since."""

    brand: str
    member_id: UUID
    contract_id: UUID
    version: int
    line: EnrolmentLine
    email: str | None
    chosen: dict[str, str] = field(default_factory=dict)  # what the member has chosen and the line does not take back


@dataclass(frozen=True)
class MemberRows:
    """All that is kept of a member."""

    member: MemberRow
    contract: ContractRow
    beneficiaries: list[BeneficiaryRow]


def member_row(seals: Seals, enrolment: Enrolment) -> MemberRow:
    """Return the row of members."""
    line, owner = enrolment.line, str(enrolment.member_id)
    statement = line.statement_identifier
    return MemberRow(
        id=enrolment.member_id,
        brand=enrolment.brand,
        membership_number=line.membership_number,
        version=enrolment.version,
        fingerprint=seals.fingerprint(enrolment.brand, line),
        nir_sealed=seals.member_nir.seal(line.nir.number13.encode(), context=owner),
        nir_digest=seals.nir_digest(enrolment.brand, line.nir),
        title=line.title,
        last_name=line.last_name,
        birth_name=line.birth_name,
        first_name=line.first_name,
        birth_date=line.birth_date.text,
        email=enrolment.email,
        phone=line.phone,
        address=line.address.model_dump(mode="json"),
        statement_identifier_sealed=(
            None if statement is None else seals.statement_identifier.seal(statement.encode(), context=owner)
        ),
        file_email_digest=seals.file_email_digest(enrolment.member_id, line.email),
        chosen=enrolment.chosen,
    )


def contract_row(enrolment: Enrolment) -> ContractRow:
    """Return the row of contracts."""
    contract = enrolment.line.contract
    return ContractRow(
        id=enrolment.contract_id,
        member_id=enrolment.member_id,
        product=contract.product,
        kind=contract.kind,
        effective_date=contract.effective_date,
        renewal_date=contract.renewal_date,
        end_date=contract.end_date,
        responsible=contract.responsible,
        guarantees=[guarantee.model_dump() for guarantee in contract.guarantees],
        file_end_date=contract.end_date,
    )


def beneficiary_row(seals: Seals, enrolment: Enrolment, *, place: int, beneficiary_id: UUID) -> BeneficiaryRow:
    """Return the row of the beneficiary at `place` on the line."""
    part, owner = enrolment.line.beneficiaries[place], str(beneficiary_id)
    return BeneficiaryRow(
        id=beneficiary_id,
        contract_id=enrolment.contract_id,
        place=place,
        first_name=part.first_name,
        last_name=part.last_name,
        birth_date=part.birth_date.text,
        birth_rank=part.birth_rank,
        relation=part.relation,
        nir_sealed=None if part.nir is None else seals.beneficiary_nir.seal(part.nir.number13.encode(), context=owner),
        nir_digest=None if part.nir is None else seals.nir_digest(enrolment.brand, part.nir),
        autonomous_from=autonomous_from(part.birth_date),
    )
