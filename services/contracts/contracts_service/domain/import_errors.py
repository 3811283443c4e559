"""Why a file was refused as a whole."""

from service_kit.problems import DomainError, FieldProblem


class WrongBrand(DomainError):
    """The members that a file names are another brand's: nothing of it was written. The import is kept as failed."""

    code = "wrong-brand"


DIFFERS_FROM_PATH = FieldProblem(
    "membership_number", "differs-from-path", "Ce numéro d’adhésion n’est pas celui de l’adresse appelée."
)
