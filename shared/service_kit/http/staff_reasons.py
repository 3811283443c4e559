"""Why somebody of the staff does something: a field of request bodies, which the act's record keeps."""

import re
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from service_kit.personal import Personal

LONGEST_REASON = 500
SAYS_SOMETHING = r"\S[\s\S]+\S"  # three characters at least, blanks around them not counted


def _check_reason(reason: Personal) -> Personal:
    if not re.search(SAYS_SOMETHING, reason.reveal()):
        raise PydanticCustomError("too-short", "Le motif doit compter au moins 3 caractères.")
    if len(reason) > LONGEST_REASON:
        raise PydanticCustomError("too-long", "Le motif ne doit pas dépasser 500 caractères.")
    return Personal(reason.reveal().strip())


# In the person's own words, which may name the member.
Reason = Annotated[
    Personal,
    AfterValidator(_check_reason),
    WithJsonSchema({"type": "string", "minLength": 3, "maxLength": LONGEST_REASON, "pattern": SAYS_SOMETHING}),
]
