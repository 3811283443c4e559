"""Settings from the environment, prefixed by service, checked at start.

A wrong or missing value ends the process with one line for each variable, by the variable's own name. A file of that name
(in lower case) in /run/secrets sets it too, so that addresses with passwords stay out of the environment.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Literal, Self, TypeVar

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRETS_DIRECTORY = Path("/run/secrets")  # where Docker and Kubernetes lay files that only one container may read

SettingsType = TypeVar("SettingsType", bound=BaseSettings)


class ServiceSettings(BaseSettings):
    """What every service needs. A subclass sets `env_prefix` and adds its own."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    # A variable that is set to nothing is not set: an empty address would lead wherever the libraries' defaults do.
    model_config = SettingsConfigDict(env_ignore_empty=True)

    database_url: str = Field(
        pattern=r"^postgres(ql)?://.", description="postgresql://… of this service's own database and role"
    )
    database_pool_size: int = Field(10, ge=2, le=200)
    database_statement_cache_size: int = Field(1024, ge=0, description="0 behind pgbouncer in transaction mode")
    database_planner: ClassVar[
        Mapping[str, str]
    ] = {}  # PostgreSQL's settings that a service's statements are planned with
    broker_url: str = Field(
        pattern=r"^amqps?://.",
        description="amqp://… ; the relay and the consumers use it, the HTTP process only asks whether it is up",
    )

    http_host: str = "127.0.0.1"
    http_port: int = Field(8080, ge=0, le=65535)
    work_health_port: int = Field(8081, ge=0, le=65535, description="health and metrics of the background process")

    brands_directory: Path = Field(description="folder of <brand>.toml")
    data_keys_file: Path = Field(description="key ring (JSON) for encryption at rest and keyed digests")
    sealing_keys_file: Path = Field(description="JWKS with this service's private X25519 keys")
    sealing_recipients_file: Path = Field(description="JWKS with every service's public X25519 keys")
    access_token_jwks_file: Path = Field(description="JWKS that members' access tokens are verified with")
    access_token_issuer: str = "espace-adherent"  # noqa: S105 - names, not secrets
    access_token_audience: str = "espace-adherent"  # noqa: S105
    staff_jwks_file: Path = Field(description="JWKS of the staff's OpenID provider")
    staff_issuer: str = "staff"
    staff_audience: str = "espace-adherent"
    staff_role_claim: str = "roles"

    wake_by_notify: bool = Field(True, description="wake other processes with NOTIFY; polling goes on either way")
    poll_seconds: float = Field(1.0, gt=0, le=60)

    @classmethod
    def from_environment(cls) -> Self:
        """Read and check the environment, or end the process with a message that names each variable at fault."""
        return load_settings(cls)


def variable_name(settings: type[BaseSettings], field: str) -> str:
    """Return the environment variable that sets `field`, such as IDENTITY_DATABASE_URL."""
    return f"{settings.model_config.get('env_prefix', '')}{field}".upper()


def load_settings(settings: type[SettingsType], *, secrets_directory: Path = SECRETS_DIRECTORY) -> SettingsType:
    """Return the settings from the environment, which goes first, and from the files of `secrets_directory`.

    On errors print one line a variable and exit with status 2.
    """
    try:
        return settings(_secrets_dir=secrets_directory if secrets_directory.is_dir() else None)
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_url=False):
            field = str(problem["loc"][0]) if problem["loc"] else "?"
            print(f"{variable_name(settings, field)}: {problem['msg']}", file=sys.stderr)
        raise SystemExit(2) from None
