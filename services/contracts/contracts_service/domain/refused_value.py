"""The one error that a value object or a text rule raises, so that every reader can tell the field's problem."""


class RefusedValueError(ValueError):
    """The value breaks a rule. `code` is stable and English; the value itself is never in the message."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)
