"""Values that identify a person: immutable, comparable, and unreadable in a log, a trace or a traceback.

A plain class and not a dataclass: orjson and `dataclasses.asdict` print the fields of a dataclass, and so would a
log line that was handed one.
"""

from typing import Any, NoReturn


class MaskedValue:
    """Hold one personal text that `str()`, `repr()` and the JSON encoders never show."""

    __slots__ = ("_plain",)
    _plain: str

    def __init__(self, plain: str) -> None:
        object.__setattr__(self, "_plain", plain)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} cannot be changed")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} cannot be changed")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, MaskedValue) or type(other) is not type(self):
            return NotImplemented
        return self._plain == other._plain

    def __hash__(self) -> int:
        return hash((type(self), self._plain))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(•••)"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._plain,)
