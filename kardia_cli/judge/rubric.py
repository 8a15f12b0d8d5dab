"""A rubric: criteria with a written anchor for every level, facets, yes/no questions, checks by code, and a policy.

Every score carries two hashes. `read_hash` covers what the judge reads (a word changed there: other scores, never
mixed); `policy_hash` covers what is made of its answers (weights, thresholds, effects, checks): a change of that alone
scores saved answers anew, without a call. The files are read by `rubric_file`; the format is kardia's own.
"""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from kardia_cli.judge.views import VIEWS, ViewName
from kardia_cli.rows.records import content_hash

LEVELS = (1, 2, 3, 4, 5)
FACET_LEVELS = (0, 1, 2)
Scale = Literal["1-5", "0-20", "yes-no"]
SCALES: dict[Scale, tuple[int, ...]] = {"1-5": LEVELS, "0-20": tuple(range(21)), "yes-no": (0, 1)}
"""The levels of each scale, ascending; of yes-no, 0 is no."""

EMOTIONAL_SUPPORT = "emotional-support talks"
"""The setting of the shipped rubrics, whose hashes are older than the field: it is left out of them."""

Quotes = Literal["require", "check", "off"]
Effect = Literal["fail", "gate", "note"]
Applies = Literal["always", "profile", "risk", "abuse", "appeal"]


def _anchors(levels: tuple[int, ...], least: tuple[int, ...]) -> dict[str, Any]:
    """Return the JSON Schema of a table of anchors: levels, as text, and no other; those of `least` are required."""
    texts = {str(level): {"type": "string"} for level in levels}
    return {"type": "object", "properties": texts, "required": [*map(str, least)], "additionalProperties": False}


def anchored(scale: Scale) -> tuple[int, ...]:
    """Return the levels of a scale that need an anchor: all of 1 to 5, the ends of another."""
    levels = SCALES[scale]
    return levels if scale == "1-5" else (levels[0], levels[-1])


class Part(BaseModel):
    """Base of a rubric's parts: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Facet(Part):
    """One side of a criterion, graded 0 to 2 and reported beside it; it does not enter the score."""

    id: str
    ask: str
    levels: dict[int, str] = Field(
        description="an anchor for each of 0, 1 and 2", json_schema_extra=_anchors(FACET_LEVELS, FACET_LEVELS)
    )


class Derived(Part):
    """A level that follows from questions: `start` less what each question found subtracts, never under `floor`."""

    start: int = Field(default=5, ge=1, le=5)
    floor: int = Field(default=1, ge=1, le=5)
    subtract: dict[str, float] = Field(description="id of a question: what its yes takes off")


class Criterion(Part):
    """One of the things that are graded, by the judge or derived from questions (1 to 5)."""

    id: str
    name: str
    weight: float = Field(ge=0, description="share in the score; all weights sum to 1; 0: reported only")
    view: ViewName = Field(
        default="response",
        description="what the judge sees and as whom it reads: the reply; the hidden spans without the reply; the "
        "reply as the person who is answered; the reply as a third party without the profile",
    )
    scale: Scale = Field(default="1-5", description="the levels; `pass` and `saturate_at` need 1-5")
    applies: Literal["always", "profile"] = Field(
        default="always",
        description="profile: neither asked nor weighed where the row has no profile; the other weights are scaled up",
    )
    passing: int | None = Field(default=None, alias="pass", ge=1, le=5, description="a level below this fails the turn")
    saturate_at: int = Field(
        default=5, ge=2, le=5, description="this level earns all of the weight; higher ones earn no more"
    )
    ask: str = Field(default="", description="the question that the level answers")
    levels: dict[int, str] = Field(
        default_factory=dict,
        description="an anchor for each level 1 to 5; on another scale for its ends (0 and 20, 0 for no and 1 for yes) "
        "and any between",
        json_schema_extra={"anyOf": [_anchors(levels, anchored(scale)) for scale, levels in SCALES.items()]},
    )
    facets: list[Facet] = Field(default_factory=list)
    not_credit: list[str] = Field(default_factory=list, description="what alone earns nothing here, told to the judge")
    derive: Derived | None = Field(default=None, description="no judged level: derived from questions")

    @property
    def top(self) -> int:
        """The lowest level that earns all of the weight."""
        return self.saturate_at if self.scale == "1-5" else SCALES[self.scale][-1]

    def share(self, level: float, of_top: bool = False) -> float:
        """Return a level as a share of the scale, 0 to 1: above its lowest level, or of its highest (`of_top`)."""
        low = 0 if of_top else SCALES[self.scale][0]
        return min(1.0, (level - low) / (self.top - low))


class Question(Part):
    """A yes/no question: `fail` fails the turn, `gate` vetoes it if a second look agrees, `note` is only counted."""

    id: str
    ask: str
    effect: Effect = "fail"
    applies: Applies | list[Applies] = Field(
        default="always",
        description="asked only where there is a profile, or a screen finds risk, abuse, or an appeal to a grader",
    )
    again: str = Field(default="", description="a gate's question in other words, for the second look")

    @property
    def where(self) -> frozenset[Applies]:
        """The screens of which one at least must hold for this question to be asked."""
        return frozenset([self.applies] if isinstance(self.applies, str) else self.applies)


class FormatCheck(Part):
    """The turn must be in its format (`four_spans` is the name of before). A turn that is not is not judged."""

    id: str
    kind: Literal["format", "four_spans"]
    effect: Literal["fail"] = "fail"


class LabelMatch(Part):
    """The turn's label must be the dialogue's gold label."""

    id: str
    kind: Literal["label_match"]
    effect: Literal["fail", "note"] = "fail"


class Words(Part):
    """The response must not be longer than `max` words."""

    id: str
    kind: Literal["words"]
    max: int = Field(gt=0)
    effect: Literal["fail", "note"] = "fail"


class Ngram(Part):
    """At most `max_share` of the response's n-grams may be repeats."""

    id: str
    kind: Literal["ngram"]
    n: int = Field(default=3, gt=0)
    max_share: float = Field(ge=0, le=1)
    effect: Literal["fail", "note"] = "fail"


class ProfileLeak(Part):
    """The response must not carry contact data or long runs of words of the profile that the dialogue does not hold."""

    id: str
    kind: Literal["profile_leak"]
    effect: Literal["fail", "note"] = "fail"


class HiddenText(Part):
    """The response should hold no invisible, look-alike or encoded text (the judge reads it without)."""

    id: str
    kind: Literal["hidden_text"]
    effect: Literal["fail", "note"] = "note"


CheckRule = Annotated[FormatCheck | LabelMatch | Words | Ngram | ProfileLeak | HiddenText, Field(discriminator="kind")]
CHECK_KINDS = ("format", "four_spans", "label_match", "words", "ngram", "profile_leak", "hidden_text")


class DialogueQuestion(Part):
    """A yes/no question on a whole dialogue; yes drops it."""

    id: str
    ask: str


class Abstain(Part):
    """The judge's right to decline to grade, and what that does to the score of the turn."""

    allowed: bool = True
    policy: Literal["mask", "skip", "fail"] = Field(
        default="mask",
        description="mask: no score; skip: the other weights are scaled up; fail: the turn fails with score 0",
    )
    max_share: float = Field(
        default=0.05, ge=0, le=1, description="a warning is given where more of the levels are abstentions"
    )


class Failures(Part):
    """Handling of a judge without a usable answer: asked anew `retry` times, then the turn is not scored."""

    retry: int = Field(default=1, ge=0, le=5, description="fresh calls after one whose answer broke a rule")
    on_fail: Literal["mask"] = Field(default="mask", description="a failed judge is not scored, never 0")


class Gates(Part):
    """The effect of a gate."""

    disagree: Literal["fail", "note"] = Field(
        default="fail",
        description="where the second look disagrees: the turn fails without a veto, or it is only noted",
    )


class Aggregate(Part):
    """The way from the criteria's levels to the score."""

    mean: Literal["arithmetic", "harmonic", "geometric"] = Field(
        default="arithmetic", description="the weighted mean; the others lie nearer to the lowest criterion"
    )
    of_top: bool = Field(
        default=False,
        description="a level counts as a share of the highest one (of 1 to 5, 1 is 0.2), not of the scale (1 is 0)",
    )


class Rubric(Part):
    """A whole rubric file."""

    kardia_rubric: Literal[1] = Field(description="version of this format")
    id: str
    version: str
    language: str = "en"
    summary: str = ""
    setting: str = Field(
        default="talks between a person and a supporter",
        min_length=1,
        description="the talks that are graded, as the judge and the rewriter are told: replies in …",
    )
    quotes: Quotes = Field(
        default="require", description="evidence: require it, check and count misses, or do not ask for it"
    )
    min_quotes: int = Field(default=1, ge=0)
    abstain: Abstain = Abstain()
    failures: Failures = Failures()
    gates: Gates = Gates()
    aggregate: Aggregate = Aggregate()
    criteria: list[Criterion] = Field(min_length=1)
    questions: list[Question] = Field(default_factory=list)
    checks: list[CheckRule] = Field(default_factory=list)
    solved: str = Field(default="", description="what makes a turn SOLVED; empty: PASS is the best verdict")
    dialogue: list[DialogueQuestion] = Field(default_factory=list)

    @property
    def judged(self) -> list[Criterion]:
        """The criteria that the judge grades; the others are derived."""
        return [criterion for criterion in self.criteria if criterion.derive is None]

    @property
    def has_views(self) -> bool:
        """True if a criterion is read in another view than that of the reply alone."""
        return any(criterion.view != "response" for criterion in self.criteria)

    @cached_property
    def read_hash(self) -> str:
        """16 hex digits over what the judge reads and how its answer is taken, without layout, comments and policy."""
        graded = [
            c.model_dump(mode="json", include={"id", "ask", "levels", "facets", "not_credit"}) for c in self.judged
        ]
        asked = [question.model_dump(mode="json", exclude={"effect"}) for question in self.questions]
        whole = [question.model_dump(mode="json") for question in self.dialogue]
        taken = [self.language, self.quotes, self.min_quotes, self.abstain.allowed]
        setting = [self.setting] if self.setting != EMOTIONAL_SUPPORT else []
        views = [[c.id, VIEWS[c.view].hash, c.scale] for c in self.judged if (c.view, c.scale) != ("response", "1-5")]
        return content_hash(taken, graded, asked, self.solved, whole, *setting, *views)

    @cached_property
    def policy_hash(self) -> str:
        """16 hex digits over what is made of the answers: weights, thresholds, effects, checks, abstentions, gates.

        A criterion's `applies` counts here: the words that the judge reads stay the same.
        """
        policy = {"id", "weight", "passing", "saturate_at", "derive"}
        weighed = [criterion.model_dump(mode="json", include=policy) for criterion in self.criteria]
        for criterion, entry in zip(self.criteria, weighed, strict=True):
            if criterion.applies != "always":  # a rubric without the key keeps its hash
                entry["applies"] = criterion.applies
        effects = [[question.id, question.effect] for question in self.questions]
        checks = [check.model_dump(mode="json") for check in self.checks]
        value = [] if self.aggregate == Aggregate() else [self.aggregate.model_dump()]
        return content_hash(weighed, effects, checks, self.abstain.policy, self.gates.disagree, *value)
