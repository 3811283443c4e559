"""How notifications' refusals are told: so far it has none beside the kit's."""

from collections.abc import Mapping

from service_kit.http.problems import ProblemText
from service_kit.problems import DomainError

PROBLEMS: Mapping[type[DomainError], ProblemText] = {}
