"""What goes on a member's card: from the facts of an event to a CardContent. Reads and writes nothing."""

from datetime import date
from uuid import UUID

from pydantic import ValidationError
from service_kit.personal import Personal
from service_kit.subscriptions import Reader

from documents_service.domain.card_validity import Validity
from documents_service.domain.printed_nir import printed_nir
from documents_service.rendering.card import CardBeneficiary, CardBrand, CardContent, CardMember, Guarantee


class CoveredPerson(Reader):
    """What a card shows of a beneficiary."""

    first_name: Personal | None = None
    last_name: Personal
    birth_date: Personal
    birth_rank: int = 1


class GrantedGuarantee(Reader):
    """A guarantee of the contract and its level, in the insurer's own words."""

    code: str
    level: str


class EnrolledMember(Reader):
    """What documents reads of a member. The personal fields arrive sealed, and leave sealed into `issues`."""

    version: int
    member_id: UUID
    brand: str
    effective_date: date
    renewal_date: date | None = None
    end_date: date | None = None
    responsible: bool
    guarantees: tuple[GrantedGuarantee, ...]
    membership_number: Personal
    nir: Personal
    title: Personal | None = None
    last_name: Personal
    first_name: Personal | None = None
    birth_date: Personal
    statement_identifier: Personal | None = None
    beneficiaries: tuple[CoveredPerson, ...]


class CardNotPrintable(Exception):
    """The member's facts do not fit on a card: a number that is too long, too many people."""

    code = "card-not-printable"


def collect_card(
    member: EnrolledMember, brand: CardBrand, *, validity: Validity, issued_on: date, reference: str
) -> CardContent:
    """Return what the card says; raise CardNotPrintable. The same facts in another order give the same content."""
    try:
        return CardContent(
            brand=brand,
            member=_member(member),
            beneficiaries=tuple(sorted(map(_beneficiary, member.beneficiaries), key=_by_age)),
            guarantees=tuple(
                sorted((Guarantee(code=one.code, level=one.level) for one in member.guarantees), key=lambda g: g.code)
            ),
            responsible=member.responsible,
            valid_from=validity.first,
            valid_until=validity.last,
            issued_on=issued_on,
            reference=reference,
        )
    except ValidationError:
        raise CardNotPrintable from None  # pydantic's message may quote a number


def printed_facts(card: CardContent) -> str:
    """Return all that a card says but when it was issued and under which reference: equal for cards that look alike.

    It holds the social-security number: digest it with a key and keep only that.
    """
    return card.model_dump_json(exclude={"issued_on", "reference"})


def _member(member: EnrolledMember) -> CardMember:
    return CardMember(
        title=_shown(member.title),
        last_name=_shown(member.last_name),
        first_name=_shown(member.first_name),
        birth_date=_shown(member.birth_date),
        nir=printed_nir(_shown(member.nir)),
        membership_number=_shown(member.membership_number),
        statement_identifier=_shown(member.statement_identifier),
    )


def _beneficiary(person: CoveredPerson) -> CardBeneficiary:
    return CardBeneficiary(
        last_name=_shown(person.last_name),
        first_name=_shown(person.first_name),
        birth_date=_shown(person.birth_date),
        birth_rank=person.birth_rank,
    )


def _by_age(person: CardBeneficiary) -> tuple[str, int, str, str]:
    return str(person.birth_date), person.birth_rank, person.first_name, person.last_name


def _shown(value: Personal | None) -> str:
    return "" if value is None else value.reveal()
