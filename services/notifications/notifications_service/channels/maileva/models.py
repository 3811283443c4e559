"""What the print provider answers, as far as it is read here. Addresses, which it repeats, are not."""

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

SendingId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]  # it becomes part of addresses


def _instant_or_none(value: object) -> object:
    # An instant only says when: one that cannot be read must not hide the state beside it.
    try:
        instant = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return instant if instant is not None and instant.tzinfo is not None else None


Instant = Annotated[AwareDatetime | None, BeforeValidator(_instant_or_none)]

LONGEST_TOKEN_LIFE = 366 * 86_400.0  # seconds


class ProviderAnswer(BaseModel):
    """An answer: whatever else is in it is not read, and nothing of it gets into an error."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class TokenAnswer(ProviderAnswer):
    """An access token, and for how many seconds it opens (the provider writes some of them as text)."""

    access_token: str = Field(pattern=r"^[\x21-\x7e]+$", max_length=16_384, repr=False)  # it goes into a header
    expires_in: float = Field(300, ge=0, le=LONGEST_TOKEN_LIFE, allow_inf_nan=False)


class Sending(ProviderAnswer):
    """A letter at the provider's."""

    id: SendingId
    status: str = Field(max_length=40)
    custom_id: str | None = None
    processed_date: Instant = None


class Document(ProviderAnswer):
    """A page that was added to a draft."""

    id: str
    size: int


class Recipient(ProviderAnswer):
    """Whom a sending is for, and what became of it on its way."""

    id: str
    status: str = Field("", max_length=40)
    last_delivery_status: str | None = Field(None, max_length=40)
    last_delivery_status_date: Instant = None
    undelivered_mail_date: Instant = None


class Paging(ProviderAnswer):
    """How much more there is."""

    next: str | None = None
    total_results: int | None = None


class SendingsPage(ProviderAnswer):
    """A page of the list of sendings."""

    sendings: list[Sending]
    paging: Paging = Paging()


class RecipientsPage(ProviderAnswer):
    """The recipients of a sending; ours have one."""

    recipients: list[Recipient]


class Subscription(ProviderAnswer):
    """What the provider is to tell us of, and where."""

    event_type: str = ""
    resource_type: str = ""
    callback_url: str = ""


class SubscriptionsPage(ProviderAnswer):
    """What the provider tells us of."""

    subscriptions: list[Subscription] = []
