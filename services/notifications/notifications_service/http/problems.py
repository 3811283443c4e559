"""How notifications' refusals are told: HTTP status, title, and a French sentence."""

from collections.abc import Mapping

from service_kit.http.problems import ProblemText
from service_kit.problems import DomainError

from notifications_service.domain.errors import BatchGone, BatchNotHandedOver, LetterNotHandedOver

PROBLEMS: Mapping[type[DomainError], ProblemText] = {
    BatchNotHandedOver: ProblemText(409, "Batch not handed over", "Ce lot n’a pas encore été remis à l’imprimeur."),
    BatchGone: ProblemText(410, "Batch gone", "Les courriers de ce lot ne sont plus ici."),
    LetterNotHandedOver: ProblemText(409, "Letter not handed over", "Ce courrier n’a pas été remis à l’imprimeur."),
}
