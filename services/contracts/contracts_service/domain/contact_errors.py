"""How answers about contact details are refused."""

from service_kit.problems import DomainError


class NoEmailToConfirm(DomainError):
    """The member has no e-mail address: one is given in identity, which proves it."""

    code = "no-email-to-confirm"
