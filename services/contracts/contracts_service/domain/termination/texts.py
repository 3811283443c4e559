"""The French texts about terminations, whole and versioned: what ships (texts/termination.fr.toml), or a brand says instead.

A text names in braces what is filled in: the brand's own facts, or what a decision comes to (`SAMPLE`).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, Self, get_args

import orjson
from pydantic import BaseModel, ConfigDict, model_validator

from contracts_service.domain.termination.grounds import Reason
from contracts_service.domain.termination.motives import EVENT_KINDS, MOTIVES, NEEDS, EventKind, Motive

OutcomeText = Literal["effective", "withdrawal", "never_began", "death", "requalified", "routed", "not_open", "undone"]
AlternativeText = Literal["infra_annual", "infra_annual_later", "annual"]
EffectText = Literal["cover", "card", "care", "refund", "arrears", "documents"]

# What a decision may fill in; the brand's own facts come beside.
SAMPLE = dict.fromkeys(("end_date", "refund_by", "infra_annual_from", "known_end", "from_date"), "31 décembre 2026")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Section(_Part):
    """One of the texts to recall before anything is asked (D221-1, I)."""

    title: str
    text: str


class MotiveText(_Part):
    """How a motive is offered: `event` and `text` name the fields that it needs, `proof` the papers that follow."""

    label: str
    hint: str
    event: str | None = None
    text: str | None = None
    proof: str | None = None


class Labels(_Part):
    """What is written on the buttons (D221-1)."""

    open: str
    confirm: str
    open_withdrawal: str
    confirm_withdrawal: str


class Acknowledgement(_Part):
    """How a receipt is acknowledged (L221-10-3): to a member, to whoever has not signed in, and where nothing ends."""

    member: str
    anybody: str
    no_effect: str


class TerminationTexts(_Part):
    """Everything that is said, whole or refused."""

    version: str
    risk: str
    labels: Labels
    terms: list[Section]
    motives: dict[Motive, MotiveText]
    event_kinds: dict[EventKind, str]
    outcomes: dict[OutcomeText, str]
    reasons: dict[Reason, str]
    alternatives: dict[AlternativeText, str]
    effects: dict[EffectText, str]
    acknowledgement: Acknowledgement

    @model_validator(mode="after")
    def _check_whole(self) -> Self:
        for table, names in (
            (self.motives, MOTIVES),
            (self.event_kinds, EVENT_KINDS),
            (self.outcomes, get_args(OutcomeText)),
            (self.reasons, get_args(Reason)),
            (self.alternatives, get_args(AlternativeText)),
            (self.effects, get_args(EffectText)),
        ):
            if missing := set(names) - set(table):
                raise ValueError(f"no text for {', '.join(sorted(missing))}")
        for motive, needs in NEEDS.items():
            said = self.motives[motive]
            if (needs.event_date != "none" and not said.event) or (needs.text != "none" and not said.text):
                raise ValueError(f"motives.{motive} does not name the fields that it needs")
            if needs.proof != (said.proof is not None):
                raise ValueError(f"motives.{motive} must name the proof that follows, or none")
        return self


@dataclass(frozen=True)
class TextsOfBrand:
    """The texts of one brand, with its own facts: what they say depends on nothing else."""

    texts: TerminationTexts
    facts: Mapping[str, str]

    @cached_property
    def content(self) -> dict[str, Any]:
        """Return the texts as they are kept with each request: every section and every sentence."""
        return {"texts": self.texts.model_dump(mode="json"), "facts": dict(self.facts)}

    @cached_property
    def digest(self) -> bytes:
        """Return the SHA-256 of `content` (canonical JSON)."""
        return canonical_digest(self.content)

    def say(self, text: str, values: Mapping[str, str] | None = None) -> str:
        """Return `text` with what it names filled in."""
        return text.format_map({**self.facts, **(values or {})})

    def check(self) -> None:
        """Raise ValueError for a text that names what nobody fills in."""
        for text in _texts_in(self.texts.model_dump()):
            try:
                self.say(text, SAMPLE)
            except (KeyError, IndexError, ValueError, AttributeError) as error:
                raise ValueError(f"{text[:60]!r} names what nobody fills in: {error}") from None


def merged(shipped: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return the shipped texts with a brand's own in their place, table by table."""
    return {
        **shipped,
        **{
            name: merged(shipped[name], value)
            if isinstance(value, Mapping) and isinstance(shipped.get(name), Mapping)
            else value
            for name, value in own.items()
        },
    }


def canonical_digest(content: Any) -> bytes:
    """Return the SHA-256 of JSON in UTF-8 with its keys sorted and no blanks: anybody can compute it again."""
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).digest()


def _texts_in(value: Any) -> list[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [text for one in value for text in _texts_in(one)]
    return [value] if isinstance(value, str) else []
