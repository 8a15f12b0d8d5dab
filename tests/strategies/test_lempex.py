"""LEMPEx: exemplars of the same emotion, levels that reach the prompt, retry and best of n, all on the row."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from exemplar_rows import DIALOGUE, REPLIES, heron_store, in_format
from scripted import Answers, chat

from kardia_cli.contracts import Dialogue, Turn
from kardia_cli.errors import CallFailed, UsageError
from kardia_cli.metrics.epitome import lexical_levels
from kardia_cli.rows.request import Request
from kardia_cli.strategies.lempex import reply
from tests.support import four_spans as spans
from tests.support.four_spans import Spans
from tests.support.warm import run

COLD = "Herons migrate."
NEAR = "I'm so sorry. What did you call your heron?"  # no word of understanding
FULL = "I'm so sorry. I understand. What did you call your heron?"
LEVELS = {
    COLD: (0, 0, 0), NEAR: (2, 0, 2), FULL: (2, 1, 2),
}  # fmt: skip


def turn(text: str) -> str:
    return spans.render(Spans("they mean", "because", "sad", text))


def says(*texts: str, label: str = "sad") -> Answers:
    """A model that names the label and writes these replies one after the other."""
    left = list(texts)
    return lambda request: label if request.task == "supporter.label" else turn(left.pop(0))


def play(script: Answers, dialogue: Dialogue = DIALOGUE, **options: Any) -> tuple[Turn, dict[str, Any], list[Request]]:
    model, backend = chat(script)
    made = asyncio.run(reply(dialogue, model, heron_store(), **options))
    return made, json.loads(made.trace), backend.asked


@pytest.mark.parametrize(("text", "levels"), LEVELS.items())
def test_the_replies_of_these_tests_have_the_levels_that_they_are_written_for(text: str, levels: Any) -> None:
    assert tuple(lexical_levels(text, "My heron left on Monday.").values()) == levels


def test_exemplars_are_of_the_predicted_emotion_and_of_other_dialogues_and_too_few_are_not_padded() -> None:
    _, trace, asked = play(says(FULL))
    assert [each["dialogue"] for each in trace["exemplars"]] == ["sad-0", "sad-1", "sad-2"]
    assert (trace["emotion"], trace["emotion_source"], trace["exemplars_wanted"]) == ("sad", "predicted", 10)
    prompt = asked[-1].messages[0]["content"]
    assert all(text in prompt for text in REPLIES["sad"])
    assert not any(text in prompt for text in REPLIES["proud"])
    assert {each["dialogue"] for each in play(says(FULL, label="proud"))[1]["exemplars"]} == {"proud-0", "proud-1"}


def test_the_prediction_is_blind_to_the_gold_label_and_a_word_that_is_none_is_asked_again() -> None:
    told = replace(DIALOGUE, emotion="proud")
    _, trace, asked = play(says(FULL, label=" Sad."), told)
    assert trace["emotion"] == "sad"
    assert "told" not in asked[0].facts
    names = iter(["heronish", "sad"])

    def answer(request: Request) -> Any:
        return next(names) if request.task == "supporter.label" else turn(FULL)

    _, trace, asked = play(answer)
    assert trace["steps"] == [{"name": "label", "calls": 2}, {"name": "write", "calls": 1}]
    with pytest.raises(CallFailed, match="none of the labels"):
        play(says(FULL, label="heronish"))


def test_gold_is_used_where_the_drafts_are_told_it_and_noted() -> None:
    _, trace, asked = play(says(FULL), replace(DIALOGUE, emotion="proud"), emotion="gold")
    assert (trace["emotion"], trace["emotion_source"]) == ("proud", "gold")
    assert [request.task for request in asked] == ["supporter.turn"]
    with pytest.raises(UsageError) as caught:
        play(says(FULL), emotion="gold")
    assert "--drafts told" in caught.value.remedy


def test_levels_reach_the_prompt_each_in_other_words() -> None:
    prompts = {
        play(says(COLD, COLD, COLD), er=er, ip=ip, ex=ex)[2][-1].messages[0]["content"]
        for er in range(3)
        for ip in range(3)
        for ex in range(3)
    }
    assert len(prompts) == 27
    with pytest.raises(UsageError, match="levels of 0 to 2"):
        play(says(COLD), er=3)


def test_it_tries_again_until_the_levels_are_there() -> None:
    made, trace, asked = play(says(COLD, NEAR, FULL, COLD), tries=4)
    assert made.text == turn(FULL)
    assert (
        trace["target"]
        == trace["achieved"]
        == dict(zip(("emotional_reaction", "interpretation", "exploration"), (2, 1, 2), strict=True))
    )
    assert (trace["tries"], trace["chosen"]) == (3, 2)
    assert len(asked) == sum(step["calls"] for step in trace["steps"]) == 1 + 3
    assert len({request.seed for request in asked}) == 4


def test_without_a_hit_the_nearest_is_kept_and_said() -> None:
    made, trace, _ = play(says(COLD, NEAR, COLD))
    assert made.text == turn(NEAR)
    assert (trace["tries"], trace["chosen"], trace["achieved"]["interpretation"]) == (3, 1, 0)


def test_best_of_n_makes_all_tries_and_of_equals_keeps_the_first() -> None:
    made, trace, _ = play(says(NEAR, FULL, COLD, FULL), tries=4, pick="best")
    assert made.text == turn(FULL)
    assert (trace["tries"], trace["chosen"]) == (4, 1)


def test_another_format_and_label_set_are_asked_for_and_read() -> None:
    made, _, asked = play(lambda request: "sad" if request.task == "supporter.label" else FULL, in_format("plain"))
    assert made.text == FULL
    assert "<|" not in asked[-1].messages[0]["content"]


def test_it_speaks_offline_in_a_pipe_and_says_where_exemplars_are_few(tmp_path: Path) -> None:
    told = [
        "synthesize",
        "builtin",
        "-n",
        "6",
        "--strategy",
        "lempex",
        "--max-exchanges",
        "3",
        "--exemplars",
        "builtin",
    ]
    outputs = [run(tmp_path, *told, "--max-connections", connections) for connections in ("1", "64")]
    assert [done.returncode for done in outputs] == [0, 0], outputs[0].stderr
    assert outputs[0].stdout == outputs[1].stdout
    assert "searches found fewer exemplars than asked for" in outputs[0].stderr
    assert len(outputs[0].stdout.splitlines()) == 6


def test_exemplars_are_no_option_of_with(tmp_path: Path) -> None:
    told = ["synthesize", "builtin", "-n", "1", "--strategy", "lempex", "--exemplars", "builtin"]
    done = run(tmp_path, *told, "--with", "exemplars=rows.jsonl")
    assert done.returncode == 2
    assert "--exemplars" in done.stderr
