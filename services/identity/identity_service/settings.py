"""Settings of identity: IDENTITY_… in the environment."""

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict
from service_kit.settings import ServiceSettings


class IdentitySettings(ServiceSettings):
    """What identity needs beside what every service needs."""

    model_config = SettingsConfigDict(env_prefix="IDENTITY_")

    pepper_file: Path = Field(
        description="key ring that passwords are keyed with before hashing; never in the database"
    )
    access_token_keys_file: Path = Field(description="JWKS with the private Ed25519 keys; the first one signs")
    access_token_seconds: int = Field(600, ge=60, le=600)
    hashing_threads: int = Field(2, ge=1, le=64, description="as many as cores: argon2's throughput falls beyond")
    hashing_queue: int = Field(64, ge=1, le=10_000, description="hashes that may wait before 503 is answered")
    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = Field(
        (), description="networks of the proxies whose X-Forwarded-For is believed, separated by commas"
    )

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
