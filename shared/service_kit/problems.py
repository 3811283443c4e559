"""Errors that have a stable code: raised where they happen, mapped to answers in one table elsewhere.

Clients get the code (RFC 9457 problem+json, see `http.problems`); operators read the class's docstring.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar


@dataclass(frozen=True)
class FieldProblem:
    """What is wrong with one field.

    `field` is a dotted path (`contract.effective_date`, `beneficiaries.0.nir`), `code` is stable English, `detail` is a
    French sentence for the person who typed it; it never repeats the value.
    """

    field: str
    code: str
    detail: str

    def as_dict(self) -> dict[str, str]:
        """Return the JSON shape of the HTTP API."""
        return {"field": self.field, "code": self.code, "detail": self.detail}


class DomainError(Exception):
    """A refusal that is part of the product. Subclasses set `code` and say in their docstring what operators should know."""

    code: ClassVar[str]
    headers: Mapping[str, str] = MappingProxyType({})  # of the answer, such as the Content-Range of a 416
    extension: Mapping[str, object] = MappingProxyType({})  # further parts of the problem (RFC 9457 § 3.2)

    def __init__(self, *, fields: tuple[FieldProblem, ...] = (), retry_after: int | None = None) -> None:
        super().__init__(self.code)
        self.fields = fields
        self.retry_after = retry_after


class SettingUnusable(Exception):
    """A setting is well formed, but what it names cannot be used: the message names the variable and the cause."""


class FinalEventError(DomainError):
    """An event that can never be handled as it is: it goes to the dead-letter queue at once."""

    code = "event-refused"
