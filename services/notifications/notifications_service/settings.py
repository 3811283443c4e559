"""Settings of notifications: NOTIFICATIONS_… in the environment."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import SettingsConfigDict
from service_kit.settings import ServiceSettings

from notifications_service.channels.bounce_listener import ListenAt
from notifications_service.channels.maileva.settings import MailevaSettings
from notifications_service.channels.smtp_session import Relay
from notifications_service.domain.letter_schedule import Leave

Seconds = Annotated[float, Field(gt=0, le=24 * 3600)]
Rate = Annotated[float, Field(gt=0, le=10_000_000)]
Domain = Annotated[str, Field(pattern=r"^(\*|[a-z0-9-]+(\.[a-z0-9-]+)+)$")]
Pauses = Annotated[list[Seconds], Field(min_length=1, max_length=20)]


class NotificationsSettings(MailevaSettings, ServiceSettings):
    """What notifications needs beside what every service needs."""

    model_config = SettingsConfigDict(env_prefix="NOTIFICATIONS_")

    smtp_url: str = Field(
        repr=False,
        description="smtp://user:password@host:port?starttls=required|offered|never, or smtps://… ; "
        "required by default where there is a password, otherwise offered",
    )
    smtp_second_url: str | None = Field(
        None, repr=False, description="a relay that stands in while the first is down; as NOTIFICATIONS_SMTP_URL"
    )
    smtp_sessions: int = Field(4, ge=1, le=64, description="conversations with each relay, one mail at a time each")
    smtp_per_second: Rate | None = Field(
        None, description="mails a second to each relay; as fast as it goes by default"
    )
    domains_per_second: dict[Domain, Rate] = Field(
        {}, description='mails a second to addresses of a domain, as JSON; "*" stands for each other domain'
    )
    bulk_per_minute: Rate = Field(1200, description="mails a minute of those that are sent to very many at once")
    smtp_client_name: str | None = Field(None, description="name told to the relay (EHLO); the machine's by default")
    smtp_answer_seconds: Seconds = Field(15, description="how long the relay may take to connect and to answer")
    smtp_data_seconds: Seconds = Field(30, description="how long it may take to answer to a whole mail")
    smtp_idle_seconds: Seconds = Field(60, description="a session unused for so long is opened anew")
    bounces_listen: str | None = Field(
        None,
        description="smtp://host:port or lmtp://host:port on which `work` takes mails that come back; none by default",
    )
    dkim_directory: Path | None = Field(
        None, description="keys that mails are signed with: <domain>/<selector>.pem and <domain>/current"
    )
    relay_pause_seconds: Pauses = Field([1, 2, 5, 10, 30], description="pauses while the relay is down, in a row")
    retry_seconds: Pauses = Field(
        [30, 60, 120, 300, 600, 1200], description="pauses before a mail is tried again; the last one for all others"
    )
    lease_seconds: Seconds = Field(60, description="a worker that died is relieved of its work after so long")

    public_url: str | None = Field(
        None, pattern=r"^https?://\S+$", description="where members find the space; the brand's website by default"
    )
    letters_directory: Path = Field(description="folder of batches that the print provider fetches; shared by workers")
    letters_leave: Leave = Field(
        "cut-off", description="with the print provider's cut-off of a working day (cut-off), or at-once, to look at"
    )
    letter_batch_seconds: float = Field(
        2, ge=0, le=24 * 3600, description="how long letters are collected where they leave at once"
    )
    letter_threads: int = Field(2, ge=1, le=64, description="letters that are drawn at the same time")
    returns_directory: Path | None = Field(
        None, description="folder in which the print provider tells what was posted and what came back"
    )
    letters_kept_hours: float = Field(24, gt=0, le=24 * 31, description="PDFs of a batch are removed after so long")

    @field_validator("lease_seconds")
    @classmethod
    def _a_lease_outlasts_a_mail(cls, seconds: float, info: ValidationInfo) -> float:
        # A mail is only begun while its answer can still come within the lease.
        if seconds <= info.data.get("smtp_data_seconds", 0):
            raise ValueError("must be more than NOTIFICATIONS_SMTP_DATA_SECONDS")
        return seconds

    @field_validator("smtp_url", "smtp_second_url")
    @classmethod
    def _an_address_of_a_relay(cls, url: str | None) -> str | None:
        if url is not None:
            Relay.at(url, client_name=None, answer_seconds=1, data_seconds=1, idle_seconds=1)
        return url

    @field_validator("bounces_listen")
    @classmethod
    def _an_address_to_listen_on(cls, url: str | None) -> str | None:
        if url is not None:
            ListenAt.read(url)
        return url

    def relays(self) -> list[Relay]:
        """Return where mails are handed over, the relay that is preferred first."""
        return [self._relay(url) for url in (self.smtp_url, self.smtp_second_url) if url is not None]

    def _relay(self, url: str) -> Relay:
        return Relay.at(
            url,
            client_name=self.smtp_client_name,
            answer_seconds=self.smtp_answer_seconds,
            data_seconds=self.smtp_data_seconds,
            idle_seconds=self.smtp_idle_seconds,
        )
