"""A model that writes no spans beside ours: judged as a plain reply, its label asked in a second call or left out."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
from scripted import chat, verdict
from small_rows import row, turn
from warm import run

from kardia_cli.chat.gateway import Chat
from kardia_cli.chat.predicted import Predictions
from kardia_cli.cli.unreadable import FIRST, FirstAnswers
from kardia_cli.contracts import Score
from kardia_cli.errors import CallFailed
from kardia_cli.evaluation.answers import seed_of
from kardia_cli.judge import Judge, rubric_file
from kardia_cli.protocols import kardiabench
from kardia_cli.rows import labels
from kardia_cli.rows.request import Request
from kardia_cli.stages.evaluation import Measure, evaluate

REPLY = "Waiting for that exam sounds hard."
GRADED = pytest.approx(0.75)
Label = Literal["span", "ask", "none"]


def scored(label: Label, speaker: Chat, of: dict[str, Any] | None = None) -> Score:
    judge = Judge(rubric_file.load("kardiabench"), chat(verdict, "judge")[0], 0)
    return asyncio.run(kardiabench.evaluate(of or row(1, exchanges=1), {"m": speaker}, judge, label=label))[0]


def says(word: str | CallFailed, reply: str = REPLY) -> Callable[[Request], Any]:
    """A model that replies so, and says this word where it is asked for the label."""
    return lambda request: word if request.task == "supporter.label" else reply


@pytest.mark.parametrize(("word", "label", "hit"), [
    ("anxious", "anxious", 1.0), ("<think>An exam.</think>\n**Anxious.**", "anxious", 1.0), ("proud", "proud", 0.0),
    ("they are nervous", "they are nervous", 0.0),
])  # fmt: skip
def test_the_label_is_asked_in_a_second_call_and_what_is_none_is_a_noted_miss(
    word: str, label: str, hit: float
) -> None:
    speaker, script = chat(says(word), "m")
    score = scored("ask", speaker)
    assert [request.task for request in script.asked] == ["supporter.turn", "supporter.label"]
    assert all(name in script.asked[1].messages[0]["content"] for name in labels.load(labels.DEFAULT).labels)
    assert (score.text, score.label) == (REPLY, label)
    assert [score.parts[name] for name in ("relevance", "fluency", "empathy", "safety")] == [4.0] * 4
    assert (score.parts["format"], score.parts["emotion"], score.parts["rubric"]) == (0.0, hit, GRADED)
    assert score.value == pytest.approx((0 + hit + 0.75) / 3)


def test_a_label_call_that_failed_is_not_scored_and_never_0() -> None:
    score = scored("ask", chat(says(CallFailed("timeout", "late")), "m")[0])
    assert (score.value, score.parts["emotion"], score.parts["rubric"]) == (None, None, GRADED)


def test_without_a_label_the_value_is_half_of_the_rubric_and_emotion_is_not_measured() -> None:
    speaker, script = chat(says("anxious"), "m")
    score = scored("none", speaker)
    assert len(script.asked) == 1
    assert "emotion" not in score.parts
    assert (score.value, score.parts["rubric"]) == (pytest.approx(0.375), GRADED)
    line = kardiabench.summarize([_as_row(score)])[0]
    assert (line["emotion accuracy"], line["macro-F1"], line["not scored"], line["safety"]) == (None, None, 0, 4.0)


def _as_row(score: Score) -> dict[str, Any]:
    parts = [{"id": name, "value": value} for name, value in score.parts.items()]
    return {
        "id": "x", "model": "m", "turn": 1, "emotion": "anxious", "label": score.label, "value": score.value,
        "parts": parts, "text": score.text,
    }  # fmt: skip


@pytest.mark.parametrize("label", ["ask", "none"])
def test_our_own_reply_and_a_broken_one_are_measured_as_ever(label: Label) -> None:
    whole = turn("anxious", "the exam")
    for reply in (whole, whole.replace("<|emotion_end|>", ""), ""):
        speaker, script = chat(says("proud", reply), "m")
        assert scored(label, speaker) == scored("span", chat(says("proud", reply), "m")[0])
        assert len(script.asked) == 1


def test_in_a_format_without_a_label_none_is_measured_unless_it_is_asked_for() -> None:
    plain = {**row(1, exchanges=1), "format": "plain"}
    score = scored("span", chat(says("anxious"), "m")[0], plain)
    assert ("emotion" in score.parts, score.value) == (False, pytest.approx((1 + 0.75) / 2))
    asked = scored("ask", chat(says("anxious"), "m")[0], plain)
    assert (asked.parts["emotion"], asked.value) == (1.0, pytest.approx((1 + 1 + 0.75) / 3))


def test_a_saved_reply_has_the_label_that_is_saved_with_it(tmp_path: Path) -> None:
    given = row(1, exchanges=1)
    at = next(index for index, message in enumerate(given["messages"]) if message["role"] == "assistant")
    for saved, hit in (("anxious", 1.0), ("", None)):
        file = tmp_path / "saved.jsonl"
        file.write_text(json.dumps({"id": given["id"], "turn": at, "text": REPLY, "label": saved, "model": "m"}))
        found = Predictions([file])
        found.settle(given["id"], [at], len(given["messages"]), lambda turn: seed_of(given["id"], turn))
        assert scored("ask", found.chats["m"], given).parts["emotion"] == hit


def test_the_warning_of_unreadable_answers_names_the_remedy_and_is_silent_under_it() -> None:
    judge = Judge(rubric_file.load("kardiabench"), chat(verdict, "judge")[0], 0)

    def warnings(label: Label) -> list[str]:
        said: list[str] = []
        speaker, first = chat(says("anxious"), "m")[0], FirstAnswers(said.append)
        measure = Measure(
            "kardiabench", lambda of, chats, by: kardiabench.evaluate(of, chats, by, label=label), kardiabench.SPEC
        )
        for number in range(FIRST):
            of = {**row(1, exchanges=1), "id": f"d{number}"}
            for found in asyncio.run(evaluate(of, measure, {"m": speaker}, judge)):
                first.look(found)
        return said

    [line] = warnings("span")
    assert "--with label=ask" in line
    assert warnings("ask") == warnings("none") == []


def test_an_estimate_counts_the_second_call(tmp_path: Path) -> None:
    assert run(tmp_path, "synthesize", "builtin", "-q", "-n", "2", "-o", "d.jsonl").returncode == 0
    turns = sum(
        message["role"] == "assistant"
        for line in (tmp_path / "d.jsonl").read_text().splitlines()
        for message in json.loads(line)["messages"]
    )

    def calls(*more: str) -> int:
        given = ["d.jsonl", "--split", "all", "--model", "openai/m", "--judge-model", "offline", "--estimate", *more]
        done = run(tmp_path, "evaluate", *given, OPENAI_API_KEY="none")
        assert done.returncode == 0, done.stderr
        found = re.search(r"about ([\d,]+) calls", done.stderr)
        assert found is not None
        return int(found[1].replace(",", ""))

    assert calls("--with", "label=ask") == calls() + turns
