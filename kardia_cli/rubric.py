"""A rubric is a data file: criteria with a written anchor for every level, yes/no questions, checks, thresholds.

`load` takes a name from `rubrics/` or the path of a YAML file and names the line of what is wrong in it. The hash covers
all that the judge reads and all that the policy uses, so scores of two rubrics are never mixed. The format is ours.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from kardia_cli.errors import UsageError
from kardia_cli.plugins import nearest
from kardia_cli.records import content_hash

LEVELS = (1, 2, 3, 4, 5)


class Part(BaseModel):
    """Base of a rubric's parts: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Derived(Part):
    """A level that follows from questions: `start` less what each question found subtracts, never under `floor`."""

    start: int = 5
    floor: int = 1
    subtract: dict[str, float]


class Criterion(Part):
    """One of the things that are graded 1 to 5."""

    id: str
    name: str
    weight: float = Field(gt=0)
    passing: int = Field(alias="pass", ge=1, le=5, description="a level below this fails the turn")
    ask: str = ""
    levels: dict[int, str] = Field(default_factory=dict)
    derive: Derived | None = None

    @model_validator(mode="after")
    def _judged_or_derived(self) -> Criterion:
        if self.derive is None and set(self.levels) != set(LEVELS):
            missing = sorted(set(LEVELS) - set(self.levels))
            raise ValueError(f"criterion {self.id!r} needs a written anchor for each level 1 to 5 (missing: {missing})")
        if self.derive is None and not self.ask:
            raise ValueError(f"criterion {self.id!r} needs `ask`")
        return self


class Question(Part):
    """A yes/no question. `fail` fails the turn, `gate` also sets its score to 0, `note` only counts in derived levels."""

    id: str
    ask: str
    effect: Literal["fail", "gate", "note"] = "fail"


class FourSpans(Part):
    """The turn must be four spans (format)."""

    id: str
    kind: Literal["four_spans"]


class LabelMatch(Part):
    """The emotion span must be the dialogue's gold label."""

    id: str
    kind: Literal["label_match"]


class Words(Part):
    """The response must not be longer than `max` words."""

    id: str
    kind: Literal["words"]
    max: int = Field(gt=0)


class Ngram(Part):
    """At most `max_share` of the response's n-grams may be repeats."""

    id: str
    kind: Literal["ngram"]
    n: int = Field(3, gt=0)
    max_share: float = Field(ge=0, le=1)


CheckRule = Annotated[FourSpans | LabelMatch | Words | Ngram, Field(discriminator="kind")]


class DialogueQuestion(Part):
    """A yes/no question on a whole dialogue; yes drops it."""

    id: str
    ask: str


class Rubric(Part):
    """A whole rubric file."""

    kardia_rubric: Literal[1]
    id: str
    version: str
    language: str = "en"
    summary: str = ""
    quotes: Literal["require", "check", "off"] = "require"
    min_quotes: int = 1
    criteria: list[Criterion] = Field(min_length=1)
    questions: list[Question] = Field(default_factory=list)
    checks: list[CheckRule] = Field(default_factory=list)
    solved: str
    dialogue: list[DialogueQuestion] = Field(default_factory=list)

    @model_validator(mode="after")
    def _consistent(self) -> Rubric:
        ids = [part.id for part in [*self.criteria, *self.questions, *self.checks, *self.dialogue]]
        for name in ids:
            if ids.count(name) > 1:
                raise ValueError(f"the id {name!r} is used twice")
        total = sum(criterion.weight for criterion in self.criteria)
        if abs(total - 1) > 1e-6:
            raise ValueError(f"the weights of the criteria sum to {total:g}, not to 1")
        asked = {question.id for question in self.questions}
        for criterion in self.criteria:
            for name in criterion.derive.subtract if criterion.derive else ():
                if name not in asked:
                    raise ValueError(f"criterion {criterion.id!r} derives from {name!r}: {nearest(name, asked)}")
        return self

    @property
    def judged(self) -> list[Criterion]:
        """The criteria that the judge grades; the others are derived."""
        return [criterion for criterion in self.criteria if criterion.derive is None]

    @cached_property
    def hash(self) -> str:
        """16 hex digits over the whole content (the text's layout and comments do not count)."""
        return content_hash(
            self.model_dump(mode="json", exclude={"summary"}, by_alias=True) | {"version": self.version}
        )


def folder() -> Path:
    """Where the shipped rubrics are: inside the wheel, or beside the package in a checkout."""
    inside = Path(__file__).parent / "rubrics"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "rubrics"


def names() -> list[str]:
    """Names of the shipped rubrics."""
    return sorted(path.stem for path in folder().glob("*.yaml"))


def load(name: str) -> Rubric:
    """A rubric by name or by path; `UsageError` with file:line and the remedy where it is wrong."""
    path = Path(name) if name.endswith((".yaml", ".yml")) else folder() / f"{name}.yaml"
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        remedy = "give the path of a YAML file" if name.endswith((".yaml", ".yml")) else nearest(name, names())
        raise UsageError(f"there is no rubric {name!r}", remedy) from None
    return parse(text, str(path))


def parse(text: str, file: str) -> Rubric:
    """Read a rubric's YAML; `UsageError` names file and line."""
    import yaml

    try:
        data = yaml.safe_load(text)
        tree = yaml.compose(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise UsageError(f"{file}:{line}: not YAML: {getattr(error, 'problem', error)}", "mend that line") from None
    try:
        return Rubric.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = [part for part in first["loc"] if part not in ("four_spans", "label_match", "words", "ngram")]
        where = ".".join(str(part) for part in place) or "the rubric"
        said = first["msg"].removeprefix("Value error, ")
        raise UsageError(f"{file}:{_line_of(tree, place)}: {where}: {said}", _remedy(first, place)) from None


def _line_of(node: Any, place: list[Any]) -> int:
    """The line of the innermost part of the YAML tree that the place names."""
    line = node.start_mark.line + 1 if node is not None else 1
    for key in place:
        children = getattr(node, "value", None)
        if not isinstance(children, list):
            break
        if isinstance(key, int) and key < len(children):
            node = children[key]
        else:
            pair = next((pair for pair in children if isinstance(pair, tuple) and pair[0].value == str(key)), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
            continue
        line = node.start_mark.line + 1
    return int(line)


def _remedy(error: Any, place: list[Any]) -> str:
    if error["type"] == "extra_forbidden":
        known = {
            "kardia_rubric",
            *Rubric.model_fields,
            *(f.alias or n for n, f in Criterion.model_fields.items()),
            "effect",
        }
        return nearest(str(place[-1]), sorted(known))
    return "add it" if error["type"] == "missing" else "mend that value"
