"""How changes of bank details are refused."""

from service_kit.problems import DomainError


class NoPendingChange(DomainError):
    """There is no change of bank details that could be stopped: none was asked for, or it is in force or stopped already."""

    code = "no-pending-change"
