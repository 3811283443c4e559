"""Whom a message is for: what the projection of contracts' members keeps of a person.

Every personal field is `Personal`; the whole is stored sealed (see `usecases/keep_recipient.py`).
"""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict
from service_kit.forms_of_address import both_names, salutation, title_and_name
from service_kit.personal import Personal
from service_kit.postal_address import PostalAddress, address_lines
from service_kit.postal_capitals import printable_words

OptionalPersonal = Annotated[Personal | None, BeforeValidator(lambda value: value or None)]


class RecipientAddress(BaseModel):
    """A postal address as the insurer's file says it."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    recipient: OptionalPersonal = None
    complement: OptionalPersonal = None
    building: OptionalPersonal = None
    street: OptionalPersonal = None
    locality: OptionalPersonal = None
    postal_code: OptionalPersonal = None
    city: OptionalPersonal = None
    country: OptionalPersonal = None


class Recipient(BaseModel):
    """A person who can be written to."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    title: OptionalPersonal = None
    last_name: Personal
    first_name: OptionalPersonal = None
    email: OptionalPersonal = None
    address: RecipientAddress

    def greeting(self) -> str:
        """Return how a mail begins: `Bonjour Madame Martin`, or with both names where no title says which."""
        title, last_name = _words(self.title), _words(self.last_name)
        return f"Bonjour {title_and_name(title, last_name) or both_names(_words(self.first_name), last_name)}"

    def salutation(self) -> str:
        """Return how a letter begins: `Madame Martin`, or `Madame, Monsieur` where no title says which."""
        return salutation(_words(self.title), _words(self.last_name))

    def address_lines(self) -> list[str]:
        """Lay out the address block (NF Z 10-011); raise AddressDoesNotFit."""
        where = self.address
        address = PostalAddress(
            recipient=_words(where.recipient),
            complement=_words(where.complement),
            building=_words(where.building),
            street=_words(where.street),
            locality=_words(where.locality),
            postal_code=_words(where.postal_code),
            city=_words(where.city),
            country=_words(where.country),
        )
        return address_lines(_words(self.title), _words(self.last_name), _words(self.first_name), address)

    def town(self) -> str:
        """Return the town of the address: all that a list of letters shows of it."""
        return _words(self.address.city)


def _words(value: Personal | None) -> str:
    return "" if value is None else printable_words(value.reveal())
