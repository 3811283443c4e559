"""Why somebody asks for the end of a contract: the list to choose from (D221-1, I 3°), and what each motive needs to be said.

The labels that members read are in texts/termination.fr.toml.
"""

from dataclasses import dataclass
from typing import Literal, get_args

Motive = Literal[
    "annual",
    "infra_annual",
    "chatel_late_notice",
    "chatel_no_notice",
    "situation_change",
    "withdrawal",
    "death",
    "mandatory_group",
    "css",
    "unpaid",
    "other",
]
# R113-6 of the code des assurances, to which R221-7 refers.
EventKind = Literal["domicile", "marital_status", "matrimonial_regime", "profession", "retirement", "cessation"]
Use = Literal["termination", "withdrawal"]
Need = Literal["required", "optional", "none"]
# L221-10-3, I: a telephone call is none of them.
OnlineChannel = Literal["member_online", "public_online"]
StaffChannel = Literal["letter", "email", "declaration", "extrajudicial", "replacement_insurer", "mutual"]
Channel = OnlineChannel | StaffChannel

MOTIVES: tuple[Motive, ...] = get_args(Motive)
EVENT_KINDS: tuple[EventKind, ...] = get_args(EventKind)


@dataclass(frozen=True)
class MotiveNeeds:
    """What a motive asks for. `proof`: papers are asked for afterwards; a request is received without them."""

    event_date: Need = "none"
    event_kind: Need = "none"
    text: Need = "none"
    proof: bool = False


NEEDS: dict[Motive, MotiveNeeds] = {
    "annual": MotiveNeeds(),
    "infra_annual": MotiveNeeds(),
    "chatel_late_notice": MotiveNeeds(event_date="required"),  # the day on which the notice was sent
    "chatel_no_notice": MotiveNeeds(),
    "situation_change": MotiveNeeds(event_date="required", event_kind="required", text="optional", proof=True),
    "withdrawal": MotiveNeeds(event_date="optional"),  # the day on which the documents came
    "death": MotiveNeeds(event_date="required", proof=True),
    "mandatory_group": MotiveNeeds(event_date="required", proof=True),
    "css": MotiveNeeds(event_date="required", proof=True),
    "unpaid": MotiveNeeds(),
    "other": MotiveNeeds(event_date="optional", text="required"),
}


def use_of(motive: Motive) -> Use:
    """Return which of its two uses the engine is put to: a withdrawal (L221-18) is not a termination."""
    return "withdrawal" if motive == "withdrawal" else "termination"
