"""An instant in a request body."""

from typing import Annotated

from pydantic import AwareDatetime, WithJsonSchema

# RFC 3339 with its offset; no leap second, which is no instant for most programs.
PATTERN = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:[0-5]\d(\.\d+)?(Z|[+-]\d{2}:\d{2})$"
Instant = Annotated[AwareDatetime, WithJsonSchema({"type": "string", "format": "date-time", "pattern": PATTERN})]
