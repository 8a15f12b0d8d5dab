"""A wrong label that is all that fails a turn: corrected before the judge is asked, and no rewrite (not in the paper).

Drafts do not know the gold label, so a label is wrong far more often than a reply. A rewrite of the whole turn would
pay for one word, and the dialogue's difficulty would measure how well labels are guessed. The reply stays as it is:
where no hidden span names the wrong feeling, code replaces the label; else one short call puts the hidden spans right.
A reply that names the wrong feeling itself is rewritten as before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, Field

from kardia_cli.chat.gateway import Chat
from kardia_cli.judge import Judge
from kardia_cli.judge.rubric import LabelMatch, Rubric
from kardia_cli.judge.verdicts import failures
from kardia_cli.rows import labels, turn_format
from kardia_cli.rows.line import Row
from kardia_cli.rows.prompts import fill, history
from kardia_cli.rows.records import Critique, Finding, Verdict
from kardia_cli.rows.request import Request, derive_seed

_WORD = re.compile(r"\w+")
_ENDING = re.compile(r"(?<=\w{4})(?:ing|ied|ed|ous|ic|y)$|ful$|(?<=en)t$")


class HiddenSpan(BaseModel):
    """One hidden span, written anew."""

    name: str
    text: str = Field(min_length=1)


class HiddenSpans(BaseModel):
    """All hidden spans of a turn but its label, in their order."""

    spans: list[HiddenSpan]


def find_wrong_label(judge: Judge, row: Row, turn: int, text: str, critique: Critique | None) -> list[Finding]:
    """Return the failed label checks of a turn if nothing else fails it, else [].

    Without a critique only the checks by code are known, and no call is made.
    """
    rubric = judge.rubric
    if critique is None:
        found = failures(rubric, [], judge.run_checks(row, turn, text))
    else:
        found = failures(rubric, critique.levels, critique.findings, critique.gates)
    form = turn_format.declared(row)
    is_said = names_label(form.visible(text), form.label(text))  # a reply that says it is wrong, too
    return found if _is_label_alone(rubric, found) and not is_said else []


def _is_label_alone(rubric: Rubric, found: Sequence[Finding]) -> bool:
    label_checks = {check.id for check in rubric.checks if isinstance(check, LabelMatch)}
    return bool(found) and all(finding.id in label_checks for finding in found)


def counted_verdicts(critiques: Iterable[Mapping[str, Any]], rubric: Rubric) -> list[Verdict]:
    """Return the verdicts that difficulty counts: all but a FAIL of this rubric for a wrong label alone."""
    counted = []
    for stored in critiques:
        critique = Critique.model_validate(stored)
        is_own = critique.verdict == "FAIL" and critique.rubric_hash == rubric.read_hash
        wrong = failures(rubric, critique.levels, critique.findings, critique.gates) if is_own else []
        if not _is_label_alone(rubric, wrong):
            counted.append(critique.verdict)
    return counted


async def correct(row: Row, turn: int, text: str, rewriter: Chat, *, seed: int, revision: int) -> str:
    """Return the turn with the row's label, its reply unchanged.

    Raises `CallFailed` where the rewriter was asked and gave no usable spans.
    """
    form = turn_format.declared(row)
    parts, wrong = form.parse(text), form.label(text)
    hidden = {span.name: parts[span.name] for span in form.spans if span.is_hidden and span.role == "plain"}
    if any(names_label(told, wrong) for told in hidden.values()):
        hidden = await _ask(row, turn, form.visible(text), wrong, hidden, rewriter, seed=seed, revision=revision)
    return form.with_label(form.render({**parts, **hidden}), str(row["emotion"]))


def names_label(text: str, label: str) -> bool:
    """Return True if a text holds the label or a word of its stem: "anxiety" names anxious.

    A word that only looks alike costs one short call.
    """
    stem = _ENDING.sub("", label.lower())
    return bool(stem) and any(word.startswith(stem) for word in _WORD.findall(text.lower()))


async def _ask(
    row: Row, turn: int, reply: str, wrong: str, hidden: Mapping[str, str], rewriter: Chat, *, seed: int, revision: int
) -> dict[str, str]:
    """Return the hidden spans as the rewriter puts them right for the row's label."""
    facts = {
        "situation": row.get("situation") or "",
        "emotion": str(row["emotion"]),
        "wrong": wrong,
        "history": history(row, turn),
        "reply": reply,
        "spans": [{"name": name, "text": text} for name, text in hidden.items()],
    }
    shown = {
        "last": next((said["content"] for said in reversed(history(row, turn)) if said["role"] == "seeker"), ""),
        "hidden": "\n".join(f"{name}: {text}" for name, text in hidden.items()),
        "names": ", ".join(hidden),
    }
    values = {**facts, **shown, "kind": labels.of(row).kind}
    request = Request(
        messages=[
            {"role": "system", "content": fill(_SYSTEM, values)},
            {"role": "user", "content": fill(_TURN, values)},
        ],
        task="rewriter.label",
        facts=facts,
        schema=HiddenSpans,
        sampling={"temperature": 0.3},
        seed=derive_seed(seed, row["id"], "refine", "label", turn, revision, 0),
    )

    form = turn_format.declared(row)

    def check(answer: Any) -> None:
        if [span.name for span in answer.spans] != list(hidden):
            raise ValueError(f"write these spans, each once and in this order: {', '.join(hidden)}")
        if any(form.has_marker(span.text) or not span.text.strip() for span in answer.spans):
            raise ValueError("write the texts alone, without markers")

    answer = (await rewriter.ask(request, check)).parsed
    assert isinstance(answer, HiddenSpans)
    return {span.name: span.text.strip() for span in answer.spans}


_SYSTEM = """\
You correct the notes that a supporter keeps beside a reply. The reply is good and stays word for word; only the notes \
name the wrong {kind}. Change as few words as you can."""

_TURN = """\
What happened: {situation}
What the person said last: {last}
The supporter's reply: {reply}

The notes as they stand:
{hidden}

The notes take the {kind} for {wrong}; it is {emotion}. Write the notes ({names}) anew so that they fit {emotion}."""
