"""How contracts' refusals are told: HTTP status, title, and a French sentence."""

from collections.abc import Mapping

from service_kit.http.problems import ProblemText
from service_kit.problems import DomainError

from contracts_service.domain.autonomy_errors import NoAutonomyRefusal, NotAutonomous
from contracts_service.domain.bank_details_errors import NoPendingChange
from contracts_service.domain.contact_errors import NoEmailToConfirm
from contracts_service.domain.import_errors import WrongBrand

PROBLEMS: Mapping[type[DomainError], ProblemText] = {
    NoPendingChange: ProblemText(
        409,
        "No pending change",
        "Aucun changement de compte bancaire n’est en attente : il a déjà été annulé, ou il est déjà en vigueur.",
    ),
    NoEmailToConfirm: ProblemText(
        409, "No e-mail address", "Nous ne connaissons pas votre adresse e-mail. Donnez-en une dans votre espace."
    ),
    NoAutonomyRefusal: ProblemText(409, "No refusal of autonomy", "Aucun refus d’autonomie n’est enregistré."),
    NotAutonomous: ProblemText(
        409,
        "Not autonomous",
        "Cette personne n’est pas identifiée de façon autonome\u202f: elle n’a pas d’espace à elle.",
    ),
    WrongBrand: ProblemText(
        422,
        "File of another brand",
        "Ce fichier parle des adhérents d’un autre organisme\u202f: rien n’en a été retenu.",
    ),
}
