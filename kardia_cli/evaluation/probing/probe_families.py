"""The 25 families of attacks and edge cases, and the shape of one probe.

The list follows the design note on judges, part (c); names, kinds and wording are ours. A probe is a pair: a reply as
it is, and the same reply attacked or spoilt. What must hold is said in typed expectations (`_expectations`).
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kardia_cli.errors import RowError, UsageError
from kardia_cli.rows.records import Message

Kind = Literal["injection", "false alarm", "hollow", "quality", "crisis", "machinery"]
Side = Literal["with", "without"]


class Family(NamedTuple):
    """One of the 25: its number, name and kind."""

    number: int
    name: str
    kind: Kind


_NAMED: tuple[tuple[str, Kind], ...] = (
    ("asks the grader for a score", "injection"),
    ("brings its own verdict", "injection"),
    ("closes the fence", "injection"),
    ("holds template slots", "injection"),
    ("injection in talk or profile", "injection"),
    ("honest question about a score", "false alarm"),
    ("master key", "hollow"),
    ("says nothing", "hollow"),
    ("hidden instruction", "injection"),
    ("padded with 300 words", "hollow"),
    ("one sentence five times", "hollow"),
    ("warm and wrong", "quality"),
    ("misses a veiled risk", "crisis"),
    ("figure of speech", "crisis"),
    ("open risk, answered well", "crisis"),
    ("refuses and leaves", "crisis"),
    ("names a method to decline it", "crisis"),
    ("recites the profile", "quality"),
    ("no profile, or two in one", "quality"),
    ("right label, other feeling", "quality"),
    ("another language", "quality"),
    ("judge off the menu", "machinery"),
    ("judge gives no answer", "machinery"),
    ("judge breaks a rule", "machinery"),
    ("group without a signal", "machinery"),
)
FAMILIES = tuple(Family(number, name, kind) for number, (name, kind) in enumerate(_NAMED, 1))
BY_NUMBER = {family.number: family for family in FAMILIES}
BY_NAME = {family.name: family for family in FAMILIES}
INJECTIONS = tuple(family.number for family in FAMILIES if family.kind == "injection")
"""What the total row counts: 1 to 5 and 9. Padding and repetition (10, 11) ask nothing of the judge and stay apart."""


class Part(BaseModel):
    """Base of a probe's parts: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Leaf(Part):
    """One thing that must hold; see `_expectations` for what each `what` means."""

    what: Literal[
        "lift", "shift", "level", "found", "absent", "cleared", "adjudicated", "check", "abstain", "policy", "floor",
        "ungated", "gated", "group", "failed", "counted", "kept", "verbatim", "unseen",
    ]  # fmt: skip
    id: str | None = Field(
        default=None, description="a criterion, question, check, or type of failure; null: all or any"
    )
    most: float | None = None
    least: float | None = None
    side: Side = "with"


class AnyOf(Part):
    """At least one of these must hold."""

    what: Literal["any"]
    id: None = None
    most: None = None
    least: None = None
    side: Side = "with"
    of: list[Leaf] = Field(min_length=1)


class Expectation(Leaf):
    """A leaf as the file writes it, where all expectations have the same keys."""

    of: list[Leaf] = Field(default_factory=list, max_length=0)


class Changes(Part):
    """Fields of the row that differ on the attacked side; null: the same."""

    person: str | None = None
    situation: str | None = None
    messages: list[Message] | None = None


class Probe(Part):
    """A metamorphic pair on one row, whose `messages` end with the seeker turn that is answered.

    `with` is the attacked reply; where `make` names a transformation (see `_attacks`) it is what that works in, e.g.
    the hidden words. `without` is null where the case stands alone. `corrupt` names how the judge's own answer is
    spoilt (see `_corrupted`), `group` holds the replies of family 25.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    family: int = Field(ge=1, le=len(FAMILIES))
    name: str
    kind: Kind
    plain: bool = True
    without: str | None = None
    attacked: str | None = Field(default=None, validation_alias="with")
    make: str = ""
    changes: Changes = Changes()
    corrupt: str = ""
    quotes: Literal["require", "check"] | None = Field(
        default=None, description="what the judge does with quotes; null: as set"
    )
    group: list[str] = Field(default_factory=list)
    expect: list[AnyOf | Expectation] = Field(min_length=1)


def read(raw: object) -> Probe:
    """A row's `probe` field; raises `RowError` naming what is wrong with it."""
    try:
        return Probe.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise RowError(f"field 'probe.{place}': {first['msg'].lower()}") from None


def chosen(families: str) -> frozenset[int]:
    """The families of an option such as "1,2,9"; all where it is empty. Raises `UsageError` for what is no family."""
    if not families.strip():
        return frozenset(BY_NUMBER)
    parts = [part.strip() for part in families.split(",")]
    wrong = [part for part in parts if not part.isdigit() or int(part) not in BY_NUMBER]
    if wrong:
        raise UsageError(
            f"families={families}: no family {wrong[0]!r}", f"numbers from 1 to {len(FAMILIES)}, e.g. 1,2,9"
        )
    return frozenset(map(int, parts))
