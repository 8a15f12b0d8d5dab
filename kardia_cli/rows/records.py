"""The nouns: one row that grows from left to right, and what is inside it.

A row is a plain dict all along the flow (fields that kardia does not know pass through untouched); the models here say
what each field means and check it where a stage needs it. `row_schema()` prints the JSON Schema. The first six fields
are KardiaBench's own (data card of Jhcircle/KardiaBench); the others are kardia's.
"""

from __future__ import annotations

import hashlib
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kardia_cli.errors import RowError
from kardia_cli.rows import labels
from kardia_cli.rows.line import Row

SIX_FIELDS = ("person", "mbti", "emotion", "situation", "anon_username", "messages")
Verdict = Literal["FAIL", "PASS", "SOLVED", "ABSTAIN"]
"""FAIL, PASS and SOLVED are in the paper; ABSTAIN is not: a judge that graded nothing and found nothing wrong."""


class Record(BaseModel):
    """Base of the records inside a row: a fixed schema, unknown keys refused."""

    model_config = ConfigDict(extra="forbid")


class Message(BaseModel):
    """One turn of a dialogue. An assistant's content is written in the row's turn format."""

    model_config = ConfigDict(extra="allow")
    role: Literal["system", "user", "assistant"] = Field(description="user is the seeker, assistant the supporter")
    content: str = Field(description="the text; for an assistant in the row's turn format, or plain text")


class FacetLevel(Record):
    """One side of a criterion on one turn, 0 (none) to 2 (strong)."""

    id: str = Field(description="the facet, as the rubric names it")
    level: float | None = Field(description="0 to 2; null where the judge abstained")


class Level(Record):
    """A criterion's level on one turn, 1 (worst) to 5 (best) or on the criterion's own scale, as the judge gave it."""

    id: str = Field(description="the criterion, as the rubric names it")
    level: float | None = Field(
        description="1 to 5 (or the criterion's scale), a mean over samples and judges; null where the judge abstained"
    )
    reason: str = Field(description="why, written before the level")
    quotes: list[str] = Field(description="verbatim evidence from the reply")
    spread: float | None = Field(
        default=None, description="standard deviation over log-probabilities, samples or judges"
    )
    misquotes: int = Field(default=0, description="quotes that do not stand in the reply (kept out of quotes)")
    facets: list[FacetLevel] = Field(default_factory=list)


class Finding(Record):
    """A fault, behaviour or check that was looked for on one turn."""

    id: str = Field(description="the fault or check, as the rubric names it")
    present: bool | None = Field(
        description="true where the turn has it or breaks the check; null: abstained, not asked"
    )
    detail: str = Field(description="a quote or a reason; empty where nothing was found")
    share: float | None = Field(
        default=None, description="share of samples and judges that said yes; null for one answer"
    )


class Look(Record):
    """A second look at a gate that was found."""

    id: str = Field(description="the gate, as the rubric names it")
    judge: str = Field(description="who took the second look")
    same_judge: bool = Field(description="true where it is the first judge, asked in other words")
    agrees: bool = Field(description="true: the gate vetoes; false: disputed, for a person to see")
    reason: str


class PanelLevel(Record):
    """A level as one judge of a panel gave it."""

    id: str
    level: float | None


class Opinion(Record):
    """The verdict of one judge of a panel on one turn."""

    judge: str
    verdict: Verdict
    score: float | None
    levels: list[PanelLevel]
    found: list[str] = Field(description="the questions that it answered with yes")


class Critique(Record):
    """One verdict on one supporter turn, by one rubric and one judge or panel."""

    turn: int = Field(description="index in `messages` of the supporter turn")
    revision: int = Field(description="0 for the draft, k for its k-th rewrite")
    rubric: str = Field(description="id of the rubric")
    rubric_version: str = Field(default="", description="version of the rubric")
    rubric_hash: str = Field(description="hash of what the judge reads of the rubric")
    policy_hash: str = Field(
        "", description="hash of what is made of its answers: weights, thresholds, effects, checks"
    )
    judge: str = Field(description="the judge's model name; a panel's are joined by ' + '")
    calls: Literal["turn", "criterion"] = Field(default="turn", description="one call for the turn, or one a criterion")
    samples: int = Field(default=1, description="how often each question was asked")
    text_hash: str = Field(description="hash of the judged turn and of all that the judge saw with it")
    verdict: Verdict = Field(description="FAIL, PASS, SOLVED or ABSTAIN")
    score: float | None = Field(default=None, description="0 to 1 by the rubric's weights; null where it is not scored")
    solved: bool | None = Field(
        default=None, description="whether the concern is met after this turn; null where not asked"
    )
    levels: list[Level]
    findings: list[Finding]
    gates: list[Look] = Field(default_factory=list, description="second looks, one for each gate that was found")
    panel: list[Opinion] = Field(default_factory=list, description="each judge's own opinion; empty for a single judge")


class Revision(Record):
    """One rewrite of one supporter turn, one corrected label, or one tail that was simulated anew."""

    turn: int = Field(description="index in `messages` of the turn at the time")
    revision: int = Field(description="1 for the first rewrite of a turn; a label: the rewrites before it; a tail: 0")
    kind: Literal["rewrite", "label", "tail"] = Field(
        description="label: a wrong label alone was corrected, which is no rewrite and counts in no difficulty"
    )
    before: str = Field(description="the text that was replaced (a replaced tail: its messages as one JSON string)")
    after: str = Field(description="the text that replaced it (empty for a tail: the new turns are in `messages`)")
    reason: str = Field(description="what the critique found")


class Trace(Record):
    """A strategy's note on how it made a turn: one free JSON string."""

    turn: int
    trace: str


class Origin(Record):
    """The source of a profile, a situation or a dialogue."""

    part: Literal["profile", "situation", "dialogue"]
    source: str = Field(description="name of the file or set")
    licence: str = Field(description="licence where known, else empty")
    consent: str = Field(description="what is known of consent, else empty")


class RiskMark(Record):
    """A sign of danger that the risk screen found in the seeker's words: a rule's result, no diagnosis."""

    part: Literal["profile", "situation", "talk"]
    turn: int = Field(description="index in `messages` of the seeker turn; -1 outside the talk")
    kind: Literal["suicide", "self_harm", "harm_to_others", "abuse"]
    quote: str = Field(description="the words that were found")


class HumanLabel(Record):
    """A person's label of one supporter turn, for measuring a judge (`--protocol calibration`)."""

    turn: int = Field(description="index in `messages` of the supporter turn")
    rater: str = Field(description="who says it; several raters give the ceiling of agreement")
    id: str = Field(description="a criterion, `criterion.facet`, or a question (1 yes, 0 no)")
    level: float


class ModelUse(Record):
    """A model that worked on this row, and its role."""

    role: str = Field(description="seeker, supporter, judge, rewriter, profile …")
    model: str = Field(description="its name as given")
    hash: str = Field(description="hash of the weights or of the built-in speaker's source, else empty")


class RowModel(BaseModel):
    """One line of JSONL, at any stage. Fields that are not listed here pass through untouched."""

    model_config = ConfigDict(extra="allow")
    id: str | None = Field(default=None, description="stable identity; made by synthesize, never changed later")
    person: str | None = Field(default=None, description="the profile: MBTI, About, Signature, Recent Activities")
    mbti: str | None = Field(default=None, description="type taken from the profile, e.g. INFP; null where unknown")
    emotion: str | None = Field(default=None, description="gold label of the dialogue, one of its label set")
    situation: str | None = Field(default=None, description="what happened to the seeker, in their words")
    anon_username: str | None = Field(default=None, description="irreversible name of the person: HMAC with a salt")
    messages: list[Message] | None = Field(
        default=None, description="system, user (seeker) and assistant (supporter) turns"
    )
    split: Literal["train", "test", "valid", "validation", "dev"] | None = Field(
        default=None, description="wins over the split by anon_username; a third part is in no split but `all`"
    )
    format: str | None = Field(
        default=None, description="turn format of the supporter turns; left out for kardia's own"
    )
    labels: str | None = Field(default=None, description="label set of `emotion`; left out for kardia's own")
    strategy: str | None = Field(default=None, description="the strategy that spoke for the supporter")
    drafts: Literal["blind", "told"] | None = Field(
        default=None, description="told: the supporter saw the gold emotion; blind where it is left out"
    )
    resolved: bool | None = Field(default=None, description="whether the seeker said that the matter is settled")
    critiques: list[Critique] | None = Field(default=None, description="every verdict, of drafts and rewrites")
    revisions: list[Revision] | None = Field(default=None, description="every replaced text, before and after")
    risk: list[RiskMark] | None = Field(
        default=None, description="signs of danger to life or of abuse, by the risk screen"
    )
    human: list[HumanLabel] | None = Field(default=None, description="labels by people, to measure a judge with")
    author: str | None = Field(
        default=None, description="who wrote the supporter turns of a labelled row: a model, or human"
    )
    difficulty: Literal["easy", "hard"] | None = Field(
        default=None, description="easy if the share of FAIL is below one half"
    )
    traces: list[Trace] | None = Field(default=None, description="a strategy's own notes on a turn, as JSON strings")
    origin: list[Origin] | None = Field(
        default=None, description="source, licence and consent of profile and situation"
    )
    models: list[ModelUse] | None = Field(default=None, description="role, model and hash")


def row_schema() -> dict[str, Any]:
    """Return the JSON Schema of a row."""
    return RowModel.model_json_schema()


def check_row(row: Any, needs: tuple[str, ...] = ()) -> Row:
    """Return the row as it came, or raise `RowError` naming the first field that is wrong or missing.

    A field in `needs` must be there and not be empty. The emotion must be one of the row's label set.
    """
    if not isinstance(row, dict):
        raise RowError(f"a row is a JSON object, not {_kind(row)}")
    try:
        RowModel.model_validate(row)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise RowError(f"field {place!r}: {first['msg'].lower()}") from None
    for name in needs:
        if not row.get(name):
            raise RowError(f"field {name!r} is missing or empty")
    if row.get("emotion") is not None:
        label_set = labels.of(row)
        if row["emotion"] not in label_set.labels:
            count = len(label_set.labels)
            raise RowError(f"field 'emotion': {row['emotion']!r} is none of the {count} labels")
    return row


def _kind(value: Any) -> str:
    names = {list: "a list", str: "a string", bool: "a boolean", int: "a number", float: "a number"}
    return names.get(type(value), "null")


def content_hash(*parts: Any) -> str:
    """Return 16 hex digits over the parts, for ids and hashes in rows (JSON with sorted keys, SHA-256)."""
    import orjson

    return hashlib.sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


def row_id(row: Row) -> str:
    """Return the row's id: its own, else the hash of its six fields."""
    own = row.get("id")
    return own if isinstance(own, str) and own else content_hash(*(row.get(name) for name in SIX_FIELDS))


def split_of(row: Row) -> Literal["train", "test", "valid"]:
    """Return the row's own split, else test for 1/8 of the people by hash of `anon_username`, train for the others.

    A published third part (valid, validation, dev) is neither trained on nor tested: `--split all` alone has it.
    """
    own = row.get("split")
    if own in ("train", "test"):
        return own  # type: ignore[no-any-return]  # checked against the two values on the line above
    if own in ("valid", "validation", "dev"):
        return "valid"
    return "test" if person_rank(str(row.get("anon_username") or row_id(row)), "split") % 8 == 0 else "train"


def person_rank(name: str, purpose: str) -> int:
    """Return a number below 2**64 for a person, by hash: even, and the same everywhere."""
    return int.from_bytes(hashlib.sha256(f"{purpose}:{name}".encode()).digest()[:8], "big")
