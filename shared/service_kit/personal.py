"""Personal data that cannot be printed by accident.

A `Personal` value shows `***` in `repr`, `str`, f-strings and logs; `reveal()` is the one way to the value, so that every
use can be found by searching for it.
"""

from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

MASK = "***"
LONGEST = 1000


class Personal:
    """A string about a person, or a secret: never shown unless `reveal()` is called."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the value itself."""
        return self._value

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __format__(self, _spec: str) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Personal) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __len__(self) -> int:
        return len(self._value)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        """Validate a string of 1 to 1,000 characters (or take a Personal as it is), serialise as one; stay hidden in between."""
        typed = core_schema.no_info_after_validator_function(
            cls, core_schema.str_schema(min_length=1, max_length=LONGEST)
        )
        return core_schema.no_info_before_validator_function(
            lambda value: value.reveal() if isinstance(value, cls) else value,
            typed,
            serialization=core_schema.plain_serializer_function_ser_schema(lambda value: value.reveal()),
        )
