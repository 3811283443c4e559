"""How the refusals of documents are told."""

from collections.abc import Mapping

from service_kit.http.problems import ProblemText
from service_kit.problems import DomainError

from documents_service.domain.errors import DocumentUnavailable, RangeNotSatisfiable

PROBLEMS: Mapping[type[DomainError], ProblemText] = {
    # 503, not 404: the document exists and is the caller's, the fault is ours and can be mended from a backup.
    DocumentUnavailable: ProblemText(
        503,
        "Document unavailable",
        "Ce document est momentanément indisponible. Nos équipes sont prévenues : réessayez plus tard.",
    ),
    RangeNotSatisfiable: ProblemText(416, "Range not satisfiable", "Cette partie du document n’existe pas."),
}
