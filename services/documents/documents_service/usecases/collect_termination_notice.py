"""What goes on the notice of a termination: from an event's facts to a TerminationNoticeContent. Reads and writes nothing."""

from dataclasses import dataclass
from datetime import MAXYEAR, date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator
from service_kit.forms_of_address import NO_FIRST_NAME, UNKNOWN_SALUTATION, salutation
from service_kit.personal import Personal
from service_kit.postal_address import AddressDoesNotFit, PostalAddress, address_lines
from service_kit.subscriptions import Reader

from documents_service.rendering.termination_notice import LetterBrand, TerminationNoticeContent, Use

DEATH = "death"

OptionalPersonal = Annotated[Personal | None, BeforeValidator(lambda value: value or None)]


class HolderAddress(Reader):
    """A postal address as the insurer's file says it."""

    recipient: OptionalPersonal = None
    complement: OptionalPersonal = None
    building: OptionalPersonal = None
    street: OptionalPersonal = None
    locality: OptionalPersonal = None
    postal_code: OptionalPersonal = None
    city: OptionalPersonal = None
    country: OptionalPersonal = None


class TerminationHolder(Reader):
    """The member whose contract ends."""

    title: OptionalPersonal = None
    last_name: Personal
    first_name: OptionalPersonal = None
    membership_number: Personal
    address: HolderAddress


class RegisteredTermination(Reader):
    """What documents reads of a termination. Without a holder, as it was told before, no notice can be drawn of it."""

    version: int
    member_id: UUID
    brand: str
    termination_id: UUID
    received_at: datetime
    effective_date: date
    use: Use = "termination"
    requalified: bool = False
    product: str | None = None
    refund_by: date | None = None
    motive: Personal | None = None
    holder: TerminationHolder | None = None


@dataclass(frozen=True)
class AroundNotice:
    """What a notice says that neither termination nor holder tells; `corrects`: the day of the notice that it replaces."""

    brand: LetterBrand
    read_only_years: int
    issued_on: date
    reference: str
    corrects: date | None


def collect_termination_notice(
    termination: RegisteredTermination, holder: TerminationHolder, around: AroundNotice
) -> TerminationNoticeContent:
    """Return what the notice says. An address that the norm does not fit is left out: the notice is for the screen then."""
    motive = _shown(termination.motive) or None
    return TerminationNoticeContent(
        brand=around.brand,
        termination_id=termination.termination_id,
        use=termination.use,
        requalified=termination.requalified,
        motive=motive,
        received_at=termination.received_at,
        effective_date=termination.effective_date,
        refund_by=termination.refund_by,
        kept_until=kept_until(termination.effective_date, years=around.read_only_years),
        product=termination.product,
        address_lines=_address_lines(holder),
        # Who opens the letter after a death is not the member.
        salutation=UNKNOWN_SALUTATION
        if motive == DEATH
        else salutation(_shown(holder.title), _shown(holder.last_name)),
        person=_person(holder),
        membership_number=holder.membership_number.reveal(),
        corrects=around.corrects,
        issued_on=around.issued_on,
        reference=around.reference,
    )


def kept_until(end_date: date, *, years: int) -> date:
    """Return the last day on which a member whose contract ended on `end_date` can read the space (L221-6-6)."""
    year = end_date.year + years
    if year > MAXYEAR:  # 31/12/9999: how older systems write "no end"
        return date.max
    leap_day = (end_date.month, end_date.day) == (2, 29)
    return date(year, 2, 28) if leap_day else end_date.replace(year=year)


def _address_lines(holder: TerminationHolder) -> tuple[str, ...]:
    where = holder.address
    address = PostalAddress(
        recipient=_shown(where.recipient),
        complement=_shown(where.complement),
        building=_shown(where.building),
        street=_shown(where.street),
        locality=_shown(where.locality),
        postal_code=_shown(where.postal_code),
        city=_shown(where.city),
        country=_shown(where.country),
    )
    try:
        return tuple(address_lines(_shown(holder.title), _shown(holder.last_name), _shown(holder.first_name), address))
    except AddressDoesNotFit:
        return ()  # who prints it is told by notifications, which looks at the address again


def _person(holder: TerminationHolder) -> str:
    first_name = _shown(holder.first_name)
    names = (_shown(holder.title), "" if first_name.upper() in NO_FIRST_NAME else first_name, _shown(holder.last_name))
    return " ".join(name for name in names if name)


def _shown(value: Personal | None) -> str:
    return "" if value is None else value.reveal()
