"""Why the embedded space does not start: told on one line."""


class CannotStart(Exception):
    """The space cannot start; the message is one line for the terminal."""
