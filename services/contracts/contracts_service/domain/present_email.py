"""Which address is a member's present one: what the file says, or what the member chose since. No I/O; used by `save_members`."""

import unicodedata


def comparable_email(email: str | None) -> str:
    """Return the form in which addresses are compared: whether a file writes capitals tells nothing new; `""` for none."""
    return unicodedata.normalize("NFKC", email or "").casefold()


def email_after_import(*, present: str | None, told: str | None, told_before: bool) -> str | None:
    """Return the address that a member has after a file has `told` one; `told_before`: the file before it said the same.

    A file that repeats itself knows nothing of a choice, so that the chosen address stays; one that says something new was told
    so by the member, and wins.
    """
    is_chosen = comparable_email(present) != comparable_email(told)
    return present if told_before and is_chosen else told
