"""Refusals of notifications. Each has one answer in `http/problems.py`."""

from service_kit.problems import DomainError


class BatchNotHandedOver(DomainError):
    """The batch's letters are still being drawn or brought to the disk: there is nothing to fetch or to post yet.

    `leaving` says that its folder is chosen: the print provider may have it a moment before we have noted so.
    """

    code = "batch-not-handed-over"

    def __init__(self, *, leaving: bool) -> None:
        super().__init__()
        self.leaving = leaving


class BatchGone(DomainError):
    """The batch's PDFs are not here any more: posted, too old, taken away, or handed over by another channel than the folder."""

    code = "batch-gone"


class LetterNotHandedOver(DomainError):
    """The letter has not left us, or never will: it cannot have come back. `leaving` as of BatchNotHandedOver."""

    code = "letter-not-handed-over"

    def __init__(self, *, leaving: bool) -> None:
        super().__init__()
        self.leaving = leaving
