"""The probe set: fixed prompts on which the judge that pays is held against one that does not."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from typing import Any

import pytest
import scripted
from canary_streams import PROMPTS, Said, bank, judge, rows

from kardia_cli.contracts import Score
from kardia_cli.errors import CallFailed
from kardia_cli.judge import Judge, rubric_file
from kardia_cli.training.canaries.canaries import Canaries
from kardia_cli.training.canaries.probe_set import ProbeSet, choose, epitome

Answers = list[tuple[tuple[int, int], Said]]


def answers(bird: Canaries, seed: int, training: float | None = None) -> Answers:
    """A policy's answers to the probe set; with `training` the training judge gives that (and a little noise)."""
    rng = random.Random(seed)
    said = [(prompt, rng.choice(bank()[prompt[0], False])) for prompt in bird.prompts]
    if training is None:
        return said
    return [
        (prompt, each._replace(score=replace(each.score, value=training + rng.uniform(-0.05, 0.05))))
        for prompt, each in said
    ]


def probe(bird: Canaries, given: Answers) -> dict[str, float]:
    prompts = [prompt for prompt, _ in given]
    texts = [said.text for _, said in given]
    scores: list[dict[str, Score | None]] = [{"rubric": said.score} for _, said in given]
    asyncio.run(bird.probe(prompts, texts, scores))
    return {name: value for name, value in bird.observe([], [], {}, []).items() if name != "canary/alarms"}


def canaries(held_out: Judge | None = None) -> Canaries:
    return Canaries(rows(), held_out, False, lambda _: None)


def level(number: list[int], **options: Any) -> Judge:
    """A held-out judge that gives the level in the list to everything."""
    model, _ = scripted.chat(lambda request: scripted.verdict(request, level=number[0]), name="other")
    return Judge(rubric_file.load("kardia-core"), model, 0, quotes="off", **options)


def test_the_set_is_the_same_whatever_the_order_of_the_rows_and_one_prompt_a_row() -> None:
    own = rows()
    names = {own[row]["id"] for row, _ in choose(own)}
    other = list(reversed(own))
    assert names == {other[row]["id"] for row, _ in choose(other)}
    assert len(names) == 16
    assert choose(own) == choose(own)


def test_few_rows_give_more_prompts_each_and_no_prompt_twice() -> None:
    talk = [{"role": role, "content": "word"} for role in ("user", "assistant", "user", "assistant", "user")]
    few = [{**row, "messages": talk} for row in rows()[:2]]
    assert sorted(choose(few, 5)) == sorted(set(choose(few, 5)))
    assert len(choose(few, 5)) == 5
    assert sorted(choose(few, 9)) == [(row, turn) for row in range(2) for turn in (1, 3, 5)]
    assert choose([]) == []


def test_the_next_step_gives_both_means_their_gap_and_its_error_once() -> None:
    bird = canaries(level([3]))
    given = answers(bird, 0, training=0.8)
    numbers = probe(bird, given)
    held = 0.5 * 0.85 + 0.15 * 1.0  # four judged criteria at level 3, safety derived as 5; kardia-core's weights
    assert set(numbers) == {"canary/probe_judge", "canary/probe_held", "canary/gap", "canary/gap_error"}
    assert numbers["canary/gap"] == pytest.approx(numbers["canary/probe_judge"] - numbers["canary/probe_held"])
    assert numbers["canary/probe_held"] == pytest.approx(held, abs=0.1)
    assert "canary/gap" not in bird.observe([], [], {}, [])


def test_an_answer_that_one_of_the_two_did_not_score_is_left_out_and_a_thin_set_gives_no_number() -> None:
    failing, _ = scripted.chat(lambda _: CallFailed("timeout", "no answer"))
    bird = canaries(Judge(rubric_file.load("kardia-core"), failing, 0))
    assert probe(bird, answers(bird, 0)) == {}
    bird = canaries()
    given = answers(bird, 0)
    broken = [(prompt, said._replace(text="no spans")) for prompt, said in given[:9]]
    assert probe(bird, broken + given[9:]) == {}
    assert probe(bird, broken[:8] + given[8:]) != {}


def test_the_gap_to_a_judge_that_sees_no_improvement_rings_at_its_second_probe() -> None:
    bird = canaries(level([3]))
    for number, training in enumerate((0.6, 0.6, 0.65, 0.9, 0.9)):
        probe(bird, answers(bird, number, training))
    (alarm,) = bird.alarms
    assert (alarm.canary, alarm.step, alarm.stops) == ("gap", 4, True)
    assert "training judge went from 0.6" in alarm.words
    assert "the held-out one from 0." in alarm.words


def test_no_alarm_where_the_held_out_judge_sees_it_too() -> None:
    given = [2]
    bird = canaries(level(given))
    for number, training in enumerate((0.4, 0.5, 0.65, 0.9, 0.9)):
        given[0] = min(5, 2 + number)
        probe(bird, answers(bird, number, training))
    assert bird.alarms == []


def test_without_a_held_out_judge_epitome_must_fall_for_an_alarm() -> None:
    empty = "That is noted."

    def run(cold: bool) -> list[str]:
        bird = canaries()
        for number, training in enumerate((0.5, 0.5, 0.9, 0.9, 0.9)):
            given = answers(bird, number, training)
            if cold and number > 1:
                text = given[0][1].text
                begin, end = text.index("<|response_begin|>"), text.index("<|response_end|>")
                cooled = text[:begin] + "<|response_begin|>" + empty + text[end:]
                given = [(prompt, said._replace(text=cooled)) for prompt, said in given]
            probe(bird, given)
        return [alarm.canary for alarm in bird.alarms]

    assert run(cold=True) == ["gap"]
    assert run(cold=False) == []


def test_epitome_is_a_number_from_0_to_1_on_the_visible_words() -> None:
    row = rows()[0]
    warm = "I'm so sorry, that must feel lonely. What hurts most about it for you?"
    assert epitome(row, 1, warm) > epitome(row, 1, "Noted.") == 0.0
    assert epitome(row, 1, f"<|reasoning_begin|>{warm}<|reasoning_end|><|response_begin|>Noted.<|response_end|>") == 0.0


def test_a_run_that_was_interrupted_right_after_a_probe_has_its_numbers_in_the_next_step() -> None:
    whole, bird = canaries(), canaries()
    given = answers(whole, 0)
    scores: list[dict[str, Score | None]] = [{"rubric": said.score} for _, said in given]
    prompts, texts = [prompt for prompt, _ in given], [said.text for _, said in given]
    found = asyncio.run(whole.probe(prompts, texts, scores))
    bird.replay([{"step": 10, "canary/masked": 0.0}, {"step": 10, **{f"eval_{name}": found[name] for name in found}}])
    assert bird.observe([], [], {}, []) == whole.observe([], [], {}, []) == {**found, "canary/alarms": 0.0}
    bird.replay([{"step": 10, "eval_canary/gap": 0.1}, {"step": 11, "canary/masked": 0.0}])
    assert bird.observe([], [], {}, []) == {"canary/alarms": 0.0}


def test_a_probe_in_several_batches_is_one() -> None:
    whole, bird = canaries(), canaries()
    given = answers(whole, 0)
    for part in (given[:6], given[6:]):
        scores: list[dict[str, Score | None]] = [{"rubric": said.score} for _, said in part]
        asyncio.run(bird.probe([prompt for prompt, _ in part], [said.text for _, said in part], scores))
    assert probe(whole, given) == {
        name: number for name, number in bird.observe([], [], {}, []).items() if name != "canary/alarms"
    }


def test_the_last_probe_of_a_run_is_in_the_summary() -> None:
    bird = canaries(judge())
    given = answers(bird, 0)
    scores: list[dict[str, Score | None]] = [{"rubric": said.score} for _, said in given]
    asyncio.run(bird.probe([prompt for prompt, _ in given], [said.text for _, said in given], scores))
    summary = bird.summary()
    assert summary["numbers"]["gap"]["last"] == pytest.approx(0.0)  # the same judge, held out from itself
    assert summary["held_out"] == "offline"
    assert bird.summary() == summary


def test_probes_are_reproducible_and_the_set_is_stable() -> None:
    first, again = canaries(), canaries()
    assert probe(first, answers(first, 5)) == probe(again, answers(again, 5))
    assert isinstance(first.probe_set, ProbeSet)
    assert {row for row, _ in first.prompts} <= set(range(PROMPTS))
