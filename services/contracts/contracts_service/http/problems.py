"""How contracts' refusals are told: HTTP status, title, and a French sentence."""

from collections.abc import Mapping

from service_kit.http.problems import ProblemText
from service_kit.problems import DomainError

from contracts_service.domain.autonomy_errors import NoAutonomyRefusal, NotAutonomous
from contracts_service.domain.bank_details_errors import NoPendingChange
from contracts_service.domain.beneficiary_errors import (
    AlreadyCovered,
    ContractFull,
    ContractNotInForce,
    EmployerManages,
    RequestAlreadyOpen,
    RequestIncomplete,
    RequestOver,
    SupportingDocumentRefused,
    TooManyOpenRequests,
    TooManyUploads,
)
from contracts_service.domain.contact_errors import NoEmailToConfirm
from contracts_service.domain.data_rights import DataRestricted
from contracts_service.domain.import_errors import WrongBrand
from contracts_service.domain.termination.errors import (
    NotContestable,
    RecapChanged,
    RequestDoesNotApply,
    TerminationClosed,
)

PROBLEMS: Mapping[type[DomainError], ProblemText] = {
    RecapChanged: ProblemText(
        409,
        "Recap changed",
        "Votre demande a changé depuis que vous l’avez relue, ou le jour a changé. Rien n’est enregistré\u202f: vérifiez le "
        "nouveau récapitulatif, puis confirmez-le.",
    ),
    NotContestable: ProblemText(
        409,
        "Not contestable",
        "Cette résiliation ne peut pas, ou ne peut plus, être annulée ici. Appelez-nous.",
    ),
    TerminationClosed: ProblemText(
        409, "Not open to this", "Cette demande n’est plus dans l’état qu’il faut pour cela."
    ),
    RequestDoesNotApply: ProblemText(
        409, "Termination without effect", "Les dates ne permettent pas cette résiliation. Rien n’est enregistré."
    ),
    DataRestricted: ProblemText(
        409,
        "Data restricted",
        "Cette personne a demandé que ses données ne soient plus utilisées\u202f: elles ne peuvent être ni vues ni changées.",
    ),
    NoPendingChange: ProblemText(
        409,
        "No pending change",
        "Aucun changement de compte bancaire n’est en attente : il a déjà été annulé, ou il est déjà en vigueur.",
    ),
    NoEmailToConfirm: ProblemText(
        409, "No e-mail address", "Nous ne connaissons pas votre adresse e-mail. Donnez-en une dans votre espace."
    ),
    AlreadyCovered: ProblemText(409, "Already covered", "Votre contrat couvre déjà cette personne."),
    ContractFull: ProblemText(
        409, "Contract full", "Votre contrat couvre déjà beaucoup de personnes\u202f: appelez-nous pour en ajouter une."
    ),
    ContractNotInForce: ProblemText(
        409, "Cover not in force", "Votre contrat n’est pas en vigueur\u202f: ses bénéficiaires ne peuvent pas changer."
    ),
    EmployerManages: ProblemText(
        409,
        "Employer manages beneficiaries",
        "Votre employeur gère les bénéficiaires de ce contrat\u202f: adressez-lui votre demande.",
    ),
    RequestAlreadyOpen: ProblemText(
        409,
        "Request already open",
        "Une demande est déjà en cours pour cette personne\u202f: vous pouvez la compléter.",
    ),
    TooManyOpenRequests: ProblemText(
        409, "Too many open requests", "Vous avez trop de demandes en cours\u202f: complétez-les ou annulez-en une."
    ),
    RequestOver: ProblemText(
        409, "Request over", "Cette demande n’est plus en cours\u202f: elle ne peut plus changer."
    ),
    RequestIncomplete: ProblemText(
        409, "Request incomplete", "Il manque des justificatifs à cette demande\u202f: elle ne peut pas être décidée."
    ),
    SupportingDocumentRefused: ProblemText(
        422, "Supporting document refused", "Ce fichier ne peut pas être accepté. Rien n’en a été gardé."
    ),
    TooManyUploads: ProblemText(
        409, "Too many uploads", "Trop de fichiers ont été envoyés pour cette demande\u202f: faites-en une nouvelle."
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
