"""Refusals of documents. Each one that a client can meet has its answer in `http/problems.py`."""

from service_kit.problems import DomainError, FinalEventError


class DocumentUnavailable(DomainError):
    """The document was issued, but its stored bytes are missing, altered or unreadable. They are never served.

    An alarm: see `document_unusable` in the logs for the document's id and the reason, and restore the object.
    """

    code = "document-unavailable"


class RangeNotSatisfiable(DomainError):
    """The Range header asks for bytes behind the end of the document (RFC 9110 § 15.5.17)."""

    code = "range-not-satisfiable"

    def __init__(self, *, size: int) -> None:
        super().__init__()
        self.headers = {"Content-Range": f"bytes */{size}"}


class BrandNotConfigured(FinalEventError):
    """A member of a brand that has no file here: lay the file beside the others, restart, replay the dead letter."""

    code = "brand-not-configured"
