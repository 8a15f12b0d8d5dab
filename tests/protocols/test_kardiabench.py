"""KardiaBench's measure: what a reply and a bare label are worth, and KardiaBench's own layout as it is published."""

from __future__ import annotations

import asyncio
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import warm
from scripted import chat, verdict
from small_rows import row, turn

from kardia_cli.chat.predicted import Prediction, Predictions
from kardia_cli.contracts import Score
from kardia_cli.errors import CallFailed, RowError
from kardia_cli.evaluation import emotions
from kardia_cli.evaluation.answers import seed_of
from kardia_cli.judge import Judge, rubric_file
from kardia_cli.protocols import kardiabench, references
from kardia_cli.stages.evaluation import Measure, evaluate
from kardia_cli.stages.rescoring import rescored
from tests.support import four_spans as spans


def judge(rubric: str = "kardiabench", level: int = 4) -> Judge:
    return Judge(rubric_file.load(rubric), chat(lambda request: verdict(request, level), "judge")[0], 0)


def scored(reply: str | CallFailed, of: dict[str, Any] | None = None) -> Score:
    """The score of a model that answers the one turn of a dialogue so."""
    speaker, _ = chat(lambda request: reply, "m")
    return asyncio.run(kardiabench.evaluate(of or row(1, exchanges=1), {"m": speaker}, judge()))[0]


def test_a_whole_reply_has_five_levels_and_the_mean_of_format_emotion_and_rubric() -> None:
    score = scored(turn("anxious", "the exam"))
    criteria = ("relevance", "fluency", "empathy", "persona_consistency", "safety")
    assert [score.parts[name] for name in criteria] == [4.0] * 5
    assert score.value == pytest.approx((1 + 1 + 0.75) / 3)
    assert scored(turn("proud", "the exam")).value == pytest.approx((1 + 0 + 0.75) / 3)


@pytest.mark.parametrize("reply", ["I am with you.", CallFailed("length", "cut")], ids=["no spans", "cut off"])
def test_a_broken_reply_is_0_by_rule_and_a_miss_of_its_emotion(reply: str | CallFailed) -> None:
    score = scored(reply)
    assert (score.value, score.label, score.critique) == (0.0, "", None)
    assert score.parts == {"format": 0.0, "emotion": 0.0, "rubric": 0.0}


def test_a_call_that_failed_in_passing_and_a_dialogue_without_a_label_are_not_zero() -> None:
    assert scored(CallFailed("timeout", "late")).value is None
    unlabelled = scored(turn("anxious", "the exam"), {**row(1, exchanges=1), "emotion": None})
    assert (unlabelled.value, unlabelled.parts["emotion"], unlabelled.parts["format"]) == (None, None, 1.0)
    assert unlabelled.parts["rubric"] == pytest.approx(0.75)


def test_the_talk_before_a_turn_shows_no_label_of_an_earlier_turn() -> None:
    speaker, backend = chat(lambda request: turn("anxious", "it"), "m")
    asyncio.run(kardiabench.evaluate(row(1), {"m": speaker}, judge()))
    shown = [message["content"] for request in backend.asked for message in request.messages[1:]]
    assert len(backend.asked) == 2
    assert not any(spans.has_marker(text) for text in shown)


def score_row(
    at: int, gold: str, said: str, model: str = "m", turn_at: int = 1, emotion: bool = True
) -> dict[str, Any]:
    parts = [{"id": "emotion", "value": float(gold == said)}] if emotion else []
    row = {"id": f"d{at}", "model": model, "turn": turn_at, "emotion": gold, "label": said}
    return {**row, "text": "x", "value": None, "parts": parts}


def test_macro_f1_recall_and_confusions_count_as_by_hand() -> None:
    rows = [
        score_row(1, "sad", "sad"), score_row(2, "sad", "angry"), score_row(3, "proud", "proud"),
        score_row(4, "sad", ""), score_row(5, "sad", "", emotion=False),
    ]  # fmt: skip
    line = kardiabench.summarize(rows)[0]
    assert line["emotion accuracy"] == 0.5
    assert line["macro-F1"] == pytest.approx((2 / 4 + 0 + 1) / 3)  # sad, angry (said alone), proud
    assert line["not scored"] == 1
    assert emotions.recalls(rows) == [
        {"emotion": "proud", "n": 1, "m": 1.0},
        {"emotion": "sad", "n": 3, "m": pytest.approx(1 / 3)},
    ]
    assert [(entry["gold"], entry["said"], entry["count"]) for entry in emotions.confusions(rows)] == [
        ("sad", "(none)", 1), ("sad", "angry", 1),
    ]  # fmt: skip


def test_first_turn_accuracy_looks_at_the_first_turn_alone_whatever_the_order() -> None:
    rows = [score_row(1, "sad", "angry", turn_at=3), score_row(1, "sad", "sad", turn_at=1)]
    line = kardiabench.summarize(rows)[0]
    assert (line["first-turn accuracy"], line["emotion accuracy"], line["dialogues"]) == (1.0, 0.5, 1)


def test_a_policy_applied_to_saved_rows_gives_what_a_judge_with_that_policy_gives(tmp_path: Path) -> None:
    strict = (
        rubric_file.text("kardiabench")
        .replace("weight: 0.20", "weight: 0.30", 1)
        .replace("weight: 0.20", "weight: 0.10", 1)
    )
    (tmp_path / "strict.yaml").write_text(strict)
    measure = Measure("kardiabench", kardiabench.evaluate, kardiabench.SPEC)
    speaker, _ = chat(lambda request: turn("anxious", "the exam"), "m")

    def levels(request: Any) -> Any:
        answer = verdict(request, 4)
        answer["criteria"] = [{**item, "level": 2 if item["id"] == "fluency" else 5} for item in answer["criteria"]]
        return answer

    def made(rubric: str) -> list[dict[str, Any]]:
        by = Judge(rubric_file.load(rubric), chat(levels, "judge")[0], 0)
        return asyncio.run(evaluate(row(1), measure, {"m": speaker}, by))

    before, fresh = made("kardiabench"), made(str(tmp_path / "strict.yaml"))
    policy = rubric_file.load(str(tmp_path / "strict.yaml"))
    assert [rescored(each, policy, measure.spec, "strict.yaml") for each in before] == fresh
    assert before != fresh
    same = rubric_file.load("kardiabench")
    assert [rescored(each, same, measure.spec, "kardiabench") for each in before] == before


def test_a_reply_without_a_turn_is_refused_where_the_dialogue_has_several(tmp_path: Path) -> None:
    (tmp_path / "p.jsonl").write_text(json.dumps({"id": "row-1", "text": "hello"}) + "\n")
    saved = Predictions([tmp_path / "p.jsonl"])
    with pytest.raises(RowError, match=r"p\.jsonl:1: a reply without `turn`"):
        saved.settle("row-1", [1, 3], 4, lambda at: seed_of("row-1", at))
    saved.settle("row-1", [1], 2, lambda at: seed_of("row-1", at))
    found = saved.chats["p"].saved(seed_of("row-1", 1))
    assert found == Prediction("row-1", None, "hello", "", f"{tmp_path / 'p.jsonl'}:1")


def kardia(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return warm.run(folder, "evaluate", *words)


def published(number: int) -> dict[str, Any]:
    """A hand-written dialogue in the layout of KardiaBench's data card."""
    reply = spans.read(turn("anxious", "the exam"))
    assert reply is not None
    tagged = "\n".join(f"<{name}>{text}</{name}>" for name, text in zip(spans.NAMES, reply, strict=True))
    made = row(number, exchanges=1)
    talk = [{"role": "system", "content": "You listen."}, made["messages"][0], {"role": "assistant", "content": tagged}]
    names = ("person", "mbti", "emotion", "situation", "anon_username")
    return {**{name: made[name] for name in names}, "messages": talk}


def test_kardiabench_as_it_is_published_is_measured_whole_where_its_file_is_called_test(tmp_path: Path) -> None:
    lines = "".join(json.dumps(published(number)) + "\n" for number in range(4))
    for name in ("test.jsonl", "train.jsonl"):
        (tmp_path / name).write_text(lines)
    done = kardia(tmp_path, "test.jsonl", "--model", "offline")
    assert done.returncode == 0, done.stderr
    made = [json.loads(line) for line in done.stdout.splitlines()]
    assert len({each["id"] for each in made}) == 2  # two people, twice the same dialogue each
    assert [each["turn"] for each in made] == [2] * 4
    assert "all of it is test" in done.stderr
    assert "all of it is test" not in kardia(tmp_path, "train.jsonl", "--model", "offline").stderr


def test_the_rows_own_replies_are_compared_with_where_references_are_asked_for(tmp_path: Path) -> None:
    (tmp_path / "test.jsonl").write_text(json.dumps(published(1)) + "\n")
    done = kardia(tmp_path, "test.jsonl", "--model", "offline", "--references")
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    assert made["reference"] == "Tell me more about the exam."
    assert "ref.rouge_l" in {part["id"] for part in made["parts"]}
    assert json.loads(made["settings"])["options"]["references"] is True
    other = kardia(tmp_path, "test.jsonl", "--protocol", "turns", "--references")
    assert (other.returncode, "--references: protocol turns has no such option" in other.stderr) == (2, True)
    logs = kardia(tmp_path, "test.jsonl", "--model", "offline", "--from-logs")
    assert (logs.returncode, "--from-logs: protocol kardiabench" in logs.stderr) == (2, True)


def compared(protocol: Any, said: dict[str, str | CallFailed], **options: Any) -> list[dict[str, Any]]:
    """The score rows of these models on three dialogues."""
    chats = {name: chat(lambda request, reply=reply: reply, name)[0] for name, reply in said.items()}
    measure = Measure(protocol.__name__.rpartition(".")[2], lambda *given: protocol.evaluate(*given, **options))

    async def go() -> list[dict[str, Any]]:
        found = [await evaluate(row(number, exchanges=1), measure, chats, judge()) for number in (1, 2, 3)]
        return [each for its in found for each in its]

    return asyncio.run(go())


def test_with_references_the_corpus_figures_are_those_of_the_protocol_references_signature_tokeniser_and_n() -> None:
    said: dict[str, str | CallFailed] = {
        "whole": turn("anxious", "the exam"), "plain": "Tell me all about it.",
        "cut": CallFailed("length", "cut"), "late": CallFailed("timeout", "late"),
    }  # fmt: skip
    ours, theirs = compared(kardiabench, said, references=True), compared(references, said)
    tables = dict(kardiabench.further(ours))
    assert tables["replies held against the rows' own"] == references.summarize(theirs)
    classic = dict(references.further(theirs))
    assert len(classic) == 3  # BLEU, Dist, EPITOME
    assert classic.items() <= tables.items()
    assert any("tok:13a" in title for title in tables)
    assert any("tokeniser words" in title for title in tables)
    replies = {line["model"]: line["no reply"] for line in tables["replies held against the rows' own"]}
    assert replies == {"whole": 0, "plain": 0, "cut": 0, "late": 3}


def test_figures_of_single_replies_are_no_columns_beside_those_of_the_corpus() -> None:
    rows = compared(kardiabench, {"m": turn("anxious", "the exam")}, references=True)
    assert not [name for name in kardiabench.summarize(rows)[0] if name.startswith(("ref", "epitome"))]


def test_a_label_alone_is_held_against_no_reply(tmp_path: Path) -> None:
    (tmp_path / "p.jsonl").write_text(json.dumps({"id": "row-1", "label": "anxious"}) + "\n")
    saved = Predictions([tmp_path / "p.jsonl"])
    saved.settle("row-1", [1], 2, lambda at: seed_of("row-1", at))
    (score,) = asyncio.run(kardiabench.evaluate(row(1, exchanges=1), saved.chats, judge(), references=True))
    assert (score.parts.keys(), dict(score.extra)) == ({"emotion"}, {})
