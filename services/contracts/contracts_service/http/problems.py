"""How contracts' refusals are told. So far every one of them is one of the kit's."""

from collections.abc import Mapping

from service_kit.http.problems import ProblemText
from service_kit.problems import DomainError

PROBLEMS: Mapping[type[DomainError], ProblemText] = {}
