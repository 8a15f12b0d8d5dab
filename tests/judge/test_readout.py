"""Levels as expectations over log-probabilities, samples and panels, with their spread; abstentions stay so."""

from __future__ import annotations

import asyncio
import math
from typing import Any

import orjson
import pytest
from scripted import Scripted, chat, verdict

from kardia_cli.chat.gateway import Chat
from kardia_cli.chat.names import ModelSpec
from kardia_cli.errors import CallFailed
from kardia_cli.judge import Judge, rubric_file
from kardia_cli.judge.readout import Opinion, level_expectations, pool_opinions
from kardia_cli.rows.records import Finding, Level
from kardia_cli.rows.request import Reply, Request
from tests.support import four_spans as spans
from tests.support.four_spans import Spans

CORE = rubric_file.load("kardia-core")
TURN = spans.render(Spans("u", "r", "anxious", "That sounds tense, waiting like this."))
ROW = {
    "id": "x", "person": "MBTI: INFP", "emotion": "anxious", "situation": "An exam.",
    "messages": [{"role": "user", "content": "I cannot sleep."}, {"role": "assistant", "content": TURN}],
}  # fmt: skip
RANKS = {str(level): level for level in range(1, 6)}


def level(value: float | None, name: str = "empathy", **more: Any) -> Level:
    return Level(id=name, level=value, reason=f"because {value}", quotes=[], **more)


def opinion(value: float | None, present: bool | None = False, solved: bool = False) -> Opinion:
    return Opinion([level(value)], [Finding(id="fault", present=present, detail=str(present))], solved)


def tokens(text: str, at: str, chances: dict[str, float]) -> list[Any]:
    """A reply as log-probabilities, one token a character, with the chances of the token after `at`."""
    place = text.index(at) + len(at)
    rows: list[Any] = [[letter, 0.0, []] for letter in text]
    rows[place] = [text[place], math.log(chances[text[place]]), [[t, math.log(p)] for t, p in chances.items()]]
    return rows


def test_the_level_is_the_mean_over_the_chances_of_its_token() -> None:
    text = '{"criteria": [{"id": "empathy", "reason": "level 2?", "level": 4}]}'
    found = level_expectations(tokens(text, '"level": ', {"4": 0.6, "5": 0.3, "3": 0.1}), ["empathy"], RANKS)
    mean, spread = found["empathy"]
    assert mean == pytest.approx(4.2)
    assert spread == pytest.approx(0.6)


def test_chances_outside_the_scale_are_left_out_and_too_little_on_it_is_no_distribution() -> None:
    text = '{"id": "empathy", "level": 4}'
    some = level_expectations(tokens(text, '"level": ', {"4": 0.6, " 5": 0.2, "null": 0.2}), ["empathy"], RANKS)
    assert some["empathy"][0] == pytest.approx(4.25)
    assert level_expectations(tokens(text, '"level": ', {"4": 0.3, "null": 0.7}), ["empathy"], RANKS) == {}


def test_samples_give_mean_and_spread_and_the_reason_nearest_to_the_mean() -> None:
    one = pool_opinions([opinion(3), opinion(4), opinion(4)]).levels[0]
    assert one.level == pytest.approx(11 / 3)
    assert one.spread == pytest.approx(math.sqrt(1 / 3))
    assert one.reason == "because 4"


def test_more_abstentions_than_levels_are_an_abstention() -> None:
    assert pool_opinions([opinion(None), opinion(None), opinion(4)]).levels[0].level is None
    assert pool_opinions([opinion(None), opinion(4), opinion(5)]).levels[0].level == 4.5


@pytest.mark.parametrize(
    ("answers", "present", "share"),
    [
        ([True, False, False], False, 1 / 3), ([True, True, False], True, 2 / 3), ([True, False], True, 0.5),
        ([None, None, True], None, None), ([None, True, True], True, 1.0),
    ],
)  # fmt: skip
def test_the_majority_answers_and_a_tie_is_a_yes(answers: list[Any], present: Any, share: Any) -> None:
    found = pool_opinions([opinion(3, answer) for answer in answers]).answers[0]
    assert (found.present, found.share) == (present, share)


def test_solved_needs_more_than_half() -> None:
    assert pool_opinions([opinion(3, solved=True), opinion(3)]).solved is False
    assert pool_opinions([opinion(3, solved=True), opinion(3, solved=True), opinion(3)]).solved is True


def test_a_judge_is_asked_as_often_as_samples_say_each_time_with_another_seed_and_nonce() -> None:
    given = iter([3, 4, 5])
    model, script = chat(lambda request: verdict(request, level=next(given)))
    critique = asyncio.run(Judge(CORE, model, 0, samples=3).judge(ROW, 1, TURN))
    empathy = next(item for item in critique.levels if item.id == "empathy")
    assert (empathy.level, empathy.spread, critique.samples) == (4, 1.0, 3)
    assert len({request.seed for request in script.asked}) == 3
    assert len({request.facts["nonce"] for request in script.asked}) == 3
    assert [request.sampling.get("logprobs") for request in script.asked] == [True, None, None]
    assert all(request.sampling["temperature"] > 0 for request in script.asked)


class WithLogprobs(Scripted):
    """Gives each level a three-to-one chance of being one higher."""

    async def complete(self, request: Request) -> Reply:
        reply = await super().complete(request)
        rows: list[Any] = []
        for index, letter in enumerate(reply.text):
            is_level = reply.text[:index].endswith('"level":') and letter.isdigit()
            other = [[letter, math.log(0.75)], [str(int(letter) + 1), math.log(0.25)]] if is_level else []
            rows.append([letter, math.log(0.75) if is_level else 0.0, other])
        return Reply(reply.text, logprobs=rows)


def test_where_the_provider_gives_log_probabilities_one_call_is_enough() -> None:
    backend = WithLogprobs(lambda request: verdict(request, level=4))
    model = Chat(ModelSpec("logs", "http", "logs"), backend, "", {})
    critique = asyncio.run(Judge(CORE, model, 0, samples=3).judge(ROW, 1, TURN))
    assert len(backend.asked) == 1
    relevance = critique.levels[0]
    assert relevance.level == pytest.approx(4.25)
    assert relevance.spread == pytest.approx(math.sqrt(0.1875))


def test_one_failed_sample_leaves_the_turn_unscored() -> None:
    def answer(request: Request) -> Any:
        return CallFailed("timeout", "slow") if request.sample == 2 else verdict(request)

    with pytest.raises(CallFailed, match="timeout"):
        asyncio.run(Judge(CORE, chat(answer)[0], 0, samples=3).judge(ROW, 1, TURN))


def test_a_panel_has_its_mean_its_disagreement_and_each_opinion_on_the_row() -> None:
    low, high = chat(lambda r: verdict(r, level=2), "low")[0], chat(lambda r: verdict(r, level=5), "high")[0]
    critique = asyncio.run(Judge(CORE, [low, high], 0).judge(ROW, 1, TURN))
    assert critique.judge == "low + high"
    assert (critique.levels[0].level, critique.levels[0].spread) == (3.5, pytest.approx(math.sqrt(4.5)))
    assert [(item.judge, item.verdict) for item in critique.panel] == [("low", "FAIL"), ("high", "PASS")]
    assert critique.verdict == "PASS"


def test_a_single_judge_has_no_panel_on_the_row() -> None:
    assert asyncio.run(Judge(CORE, chat(verdict)[0], 0).judge(ROW, 1, TURN)).panel == []


def test_levels_may_go_by_letters() -> None:
    model, script = chat(lambda request: verdict(request, level="D"))
    critique = asyncio.run(Judge(CORE, model, 0).variant(labels="letters").judge(ROW, 1, TURN))
    assert critique.levels[0].level == 4
    assert '"enum":["A","B","C","D","E",null]' in script.asked[0].messages[1]["content"]
    with pytest.raises(CallFailed, match="level 4 is none of A, B, C, D, E"):
        asyncio.run(Judge(CORE, chat(verdict)[0], 0).variant(labels="letters").judge(ROW, 1, TURN))


def test_the_reversed_order_is_the_reverse_for_criteria_and_anchors() -> None:
    model, script = chat(verdict)
    asyncio.run(Judge(CORE, model, 0).variant(order="reversed").judge(ROW, 1, TURN))
    asked = script.asked[0].facts["criteria"]
    assert [item["id"] for item in asked] == ["persona_consistency", "empathy", "fluency", "relevance"]
    assert list(asked[0]["levels"]) == ["5", "4", "3", "2", "1"]


def test_a_reply_is_valid_json_for_the_schema_that_is_sent() -> None:
    model, script = chat(verdict)
    asyncio.run(Judge(CORE, model, 0).judge(ROW, 1, TURN))
    schema = script.asked[0].schema
    assert schema is not None
    schema.model_validate(orjson.loads(orjson.dumps(verdict(script.asked[0]))))
