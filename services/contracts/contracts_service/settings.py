"""Settings of contracts: CONTRACTS_… in the environment."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict
from service_kit.settings import ServiceSettings


class ContractsSettings(ServiceSettings):
    """What contracts needs beside what every service needs."""

    model_config = SettingsConfigDict(env_prefix="CONTRACTS_")

    import_max_bytes: int = Field(4 * 1024**3, ge=1, description="longest file of an import")
    import_max_lines: int = Field(5_000_000, ge=1, description="most lines of an import")
    import_idle_seconds: float = Field(30.0, gt=0, le=60, description="an upload that pauses for longer has broken off")
    import_call_seconds: float = Field(
        20.0, ge=0, le=60, description="an import that takes longer is answered with 202 and done in the background"
    )
