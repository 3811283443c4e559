"""Who has an account, as contracts tells it: a member, or somebody known apart from the member whose contract covers them.

The readers of member.enrolled, member.changed and beneficiary.autonomous; `usecases/open_account.py` works with either. The
personal fields arrive sealed and leave that module digested.
"""

from datetime import date
from typing import ClassVar
from uuid import UUID

from service_kit.personal import Personal
from service_kit.subscriptions import Reader

from identity_service.domain.accounts import Holder


class AccountHolder(Reader):
    """What identity reads of everybody."""

    holder: ClassVar[Holder]

    version: int
    brand: str
    effective_date: date
    end_date: date | None = None
    membership_number: Personal
    birth_date: Personal
    last_name: Personal
    first_name: Personal | None = None
    email: Personal | None = None

    @property
    def person_id(self) -> UUID:
        """Return the id that the account's tokens carry as `member_id`."""
        raise NotImplementedError

    @property
    def number(self) -> Personal | None:
        """Return the person's own social-security number, if it is known."""
        raise NotImplementedError

    @property
    def other_names(self) -> list[Personal]:
        """Return what names the person beside the last and the first name."""
        return []

    @property
    def statement(self) -> Personal | None:
        """Return what the person's own statements carry, and nobody else of the household is shown."""
        return None

    @property
    def is_closed(self) -> bool:
        """Tell whether nothing may open the account."""
        return False


class EnrolledMember(AccountHolder):
    """What identity reads of a member."""

    holder = "member"

    member_id: UUID
    nir: Personal
    birth_name: Personal | None = None
    statement_identifier: Personal | None = None

    @property
    def person_id(self) -> UUID:
        """Return the member's id."""
        return self.member_id

    @property
    def number(self) -> Personal | None:
        """Return the member's number."""
        return self.nir

    @property
    def other_names(self) -> list[Personal]:
        """Return the name at birth."""
        return [] if self.birth_name is None else [self.birth_name]

    @property
    def statement(self) -> Personal | None:
        """Return the identifier on the member's statements."""
        return self.statement_identifier


class AutonomousBeneficiary(AccountHolder):
    """What identity reads of a person who is known apart from the member (code de la mutualité, L114-2)."""

    holder = "beneficiary"

    beneficiary_id: UUID
    autonomous: bool
    nir: Personal | None = None

    @property
    def person_id(self) -> UUID:
        """Return the beneficiary's id."""
        return self.beneficiary_id

    @property
    def number(self) -> Personal | None:
        """Return the person's own number."""
        return self.nir

    @property
    def is_closed(self) -> bool:
        """Tell whether the person has refused autonomy."""
        return not self.autonomous
