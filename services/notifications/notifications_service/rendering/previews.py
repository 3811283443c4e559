"""Samples as a brand's members would get them: mails in both their parts, letters as PDF."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import typst
from pydantic import ValidationError

from notifications_service.channels.brand_templates import Own, letters_of
from notifications_service.channels.email_message import Attachment, MailHead, mail_bytes, message_id_of
from notifications_service.channels.letter_pdf import LetterContent, LetterPress
from notifications_service.channels.mail_templates import MailTemplates, RenderedMail, TemplateUnusable
from notifications_service.domain.brand_sender import BrandSender
from notifications_service.domain.mail_address import MailAddress
from notifications_service.domain.message_content import LetterToPrint
from notifications_service.rendering.letter_words import AroundLetter, letter_page
from notifications_service.rendering.mail_words import GREETING, AroundMail, mail_words
from notifications_service.rendering.samples import AT, DELIVERY, EMAIL, Sample


@dataclass(frozen=True)
class BrandPreviews:
    """What the members of one brand would get; `own` are the brand's own templates."""

    brand: BrandSender
    own: Own
    public_url: str | None

    def mail(self, sample: Sample) -> RenderedMail:
        """Fill in the parts of a mail; raise TemplateUnusable."""
        return self._mails.render(sample.kind.purpose, self.mail_words(sample))

    def mail_words(self, sample: Sample) -> Mapping[str, object]:
        """Return what the template of a mail is given."""
        greeting = sample.person.greeting() if sample.kind.by_name else GREETING
        around = AroundMail(self.brand, self.public_url, greeting, sample.expires_at)
        return mail_words(sample.kind, sample.content, around)

    def mail_bytes(self, mail: RenderedMail, sample: Sample) -> bytes:
        """Return a mail as it would be sent, but for its signature."""
        document = sample.content.attachment
        attachment = None if document is None else Attachment(document.file_name, document.pdf)
        message_id = message_id_of(DELIVERY, self.brand.message_id_domain)
        return mail_bytes(MailHead(DELIVERY, message_id, AT, self.brand, MailAddress.parse(EMAIL)), mail, attachment)

    def letter(self, press: LetterPress, sample: Sample) -> bytes:
        """Draw a letter; raise TemplateUnusable."""
        place = f"{sample.kind.purpose}/letter.typ"
        try:
            return press.compile(self.letter_content(sample), self._letters)
        except ValidationError as error:
            fields = ", ".join(".".join(map(str, one["loc"])) for one in error.errors())
            raise TemplateUnusable(place, f"{fields}: missing or malformed") from None
        except typst.TypstError as error:
            raise TemplateUnusable(place, error.message) from None

    def letter_content(self, sample: Sample) -> LetterContent:
        """Return what the template of a letter is given."""
        person = {"salutation": sample.person.salutation(), "address_lines": sample.person.address_lines()}
        around = AroundLetter(self.brand, self.public_url, DELIVERY, AT.date(), sample.expires_at)
        return letter_page(
            sample.kind.purpose, LetterToPrint.model_validate({**dict(sample.content), **person}), around
        )

    def unknown_values(self, place: str, known: frozenset[str]) -> list[str]:
        """Return what one of the brand's own templates of mails asks for beside the `known`; raise TemplateUnusable."""
        return self._mails.unknown_values(place, known)

    @cached_property
    def _mails(self) -> MailTemplates:
        return MailTemplates(self.own)

    @cached_property
    def _letters(self) -> dict[str, bytes]:
        return letters_of(self.own)
