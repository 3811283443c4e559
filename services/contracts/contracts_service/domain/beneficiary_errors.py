"""Refusals of requests about beneficiaries, and of the documents that come with them."""

from service_kit.problems import DomainError


class ContractNotInForce(DomainError):
    """The contract has not begun or has ended: whom it covers is settled."""

    code = "cover-not-in-force"


class EmployerManages(DomainError):
    """The employer manages who is on a mandatory group contract (`contracts.beneficiaries.employer_manages`)."""

    code = "employer-manages-beneficiaries"


class AlreadyCovered(DomainError):
    """The contract covers that person already: same first name, birth date and birth rank. The NIR is never compared (CNIL)."""

    code = "beneficiary-already-covered"


class RequestAlreadyOpen(DomainError):
    """A request about the same person is undecided, or accepted for a day to come."""

    code = "beneficiary-request-already-open"


class TooManyOpenRequests(DomainError):
    """The member has as many undecided requests as the brand allows (`contracts.beneficiaries.open_requests`)."""

    code = "too-many-open-beneficiary-requests"


class RequestOver(DomainError):
    """The request is decided, taken back or closed: nothing can be added to it, and nothing else decided."""

    code = "beneficiary-request-over"


class RequestIncomplete(DomainError):
    """Documents that are required have not come yet: the request cannot be decided."""

    code = "beneficiary-request-incomplete"


class SupportingDocumentRefused(DomainError):
    """The file is no document that we keep: of another type, encrypted, broken, too heavy, or two things at once."""

    code = "supporting-document-refused"


class TooManyUploads(DomainError):
    """More files were sent for one request than anybody needs."""

    code = "too-many-uploads"


class ContractFull(DomainError):
    """The contract covers as many people as a line of the back office's file can hold."""

    code = "contract-full"
