"""Settings of identity: IDENTITY_… in the environment."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict
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
