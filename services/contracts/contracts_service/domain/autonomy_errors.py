"""Why nothing could be changed about a beneficiary's autonomy."""

from service_kit.problems import DomainError, FieldProblem


class NoAutonomyRefusal(DomainError):
    """A refusal was to be taken back, and none stands: the person is identified apart from the member already, or not 16 yet."""

    code = "no-autonomy-refusal"


class NotAutonomous(DomainError):
    """An own e-mail address was to be recorded for somebody who has no account: not 16 yet, or autonomy was refused."""

    code = "not-autonomous"


IN_FUTURE = FieldProblem("refused_on", "date-in-future", "Cette date est dans le futur.")
BEFORE_16 = FieldProblem(
    "refused_on",
    "before-16",
    "À cette date, la personne n’avait pas encore 16 ans\u202f: son refus n’a pas de sens avant.",
)
OF_ANOTHER = FieldProblem(
    "email",
    "address-of-another",
    "Cette adresse est déjà celle d’une autre personne du contrat\u202f: il en faut une à elle seule.",
)
