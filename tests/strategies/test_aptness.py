"""APTNESS: one draft, 1 + k labels, one rewrite; the draft is the query, and names are read whatever their case."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from exemplar_rows import DIALOGUE, heron_store, in_format
from scripted import Answers, chat

from kardia_cli.contracts import Dialogue, Turn
from kardia_cli.errors import CallFailed, UsageError
from kardia_cli.exemplars.store import ExemplarStore, Found
from kardia_cli.rows.request import Request
from kardia_cli.strategies.aptness import reply
from tests.support import four_spans as spans
from tests.support.four_spans import Spans
from tests.support.warm import run

DRAFT = "That heron mattered to you."
FINAL = spans.render(Spans("they mean", "because", "sad", "The heron left a gap."))


class Spy(ExemplarStore):
    """A store that keeps what it was asked for."""

    asked: tuple[Any, ...] = ()

    def search(self, query: str, count: int, dialogue: Any, **options: Any) -> list[Found]:
        self.asked = (query, count, dialogue["id"])
        return super().search(query, count, dialogue, **options)


def answers(final: str = FINAL, **labels: list[str]) -> Answers:
    """A model whose labels of a reply are those given for its first word, in lower case."""

    def answer(request: Request) -> Any:
        if request.task == "supporter.strategies":
            return {"strategies": labels.get(request.facts["reply"].split()[0].lower(), ["Question"])}
        return DRAFT if request.facts.get("format") == "plain" else final

    return answer


def play(script: Answers, dialogue: Dialogue = DIALOGUE, **options: Any) -> tuple[Turn, dict[str, Any], list[Request]]:
    model, backend = chat(script)
    turn = asyncio.run(reply(dialogue, model, options.pop("exemplars", None) or heron_store(), **options))
    return turn, json.loads(turn.trace), backend.asked


def test_one_draft_a_label_for_it_and_for_each_hit_and_one_rewrite() -> None:
    turn, trace, asked = play(answers())
    assert [request.task for request in asked] == ["supporter.turn", *["supporter.strategies"] * 3, "supporter.turn"]
    assert trace["steps"] == [
        {"name": "draft", "calls": 1}, {"name": "strategies", "calls": 3}, {"name": "rewrite", "calls": 1},
    ]  # fmt: skip
    assert turn.text == FINAL


@pytest.mark.parametrize("k", [0, 1, 4])
def test_calls_on_the_row_are_those_of_the_backend(k: int) -> None:
    _, trace, asked = play(answers(), k=k)
    assert sum(step["calls"] for step in trace["steps"]) == len(asked) == 1 + (1 + k) + 1


def test_the_query_is_the_draft_not_the_seekers_turn() -> None:
    spy = Spy(heron_store().exemplars)
    play(answers(), exemplars=spy)
    assert spy.asked == (DRAFT, 2, "new")


def test_no_hit_is_of_the_dialogue_under_work_and_too_few_are_not_padded() -> None:
    _, trace, asked = play(answers(), k=20)
    assert {each["dialogue"] for each in trace["exemplars"]} == {"sad-0", "sad-1", "sad-2", "proud-0", "proud-1"}
    assert trace["exemplars_wanted"] == 20
    assert len(asked) == 1 + (1 + 5) + 1


def test_each_hit_is_labelled_in_its_own_context() -> None:
    _, trace, asked = play(answers())
    labelled = [request for request in asked if request.task == "supporter.strategies"]
    talks = [request.messages[0]["content"] for request in labelled]
    assert "My heron left on Monday." in talks[0]
    assert DRAFT in talks[0]
    for each, talk in zip(trace["exemplars"], talks[1:], strict=True):
        emotion, number = each["dialogue"].split("-")
        assert f"My {emotion} heron, number {number}, left." in talk
        assert "My heron left on Monday." not in talk


def test_the_union_keeps_the_order_in_which_names_are_first_seen() -> None:
    _, trace, asked = play(
        answers(that=["Information", "question"], the=["Self Disclosure", "information"], a=["Greetings"]), k=3
    )
    assert trace["draft_strategies"] == ["Information", "Question"]
    assert trace["strategies"][:3] == ["Information", "Question", "Self-disclosure"]
    prompt = asked[-1].messages[0]["content"]
    places = [prompt.index(f"- {name}: ") for name in trace["strategies"]]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("known", "said", "name"),
    [
        ("esconv", "Reflection of Feelings", "Reflection of feelings"),
        ("esconv", "GREETINGS", "Others"),
        ("extes", "normalise experiences", "Normalize Experiences"),
        ("extes", "greetings", "Greetings"),
    ],
)
def test_names_are_read_in_any_case_and_by_their_aliases(known: Any, said: str, name: str) -> None:
    assert play(answers(that=[said], a=[name], the=[name], you=[name]), strategies=known)[1]["strategies"][0] == name


def test_a_name_outside_the_set_is_repaired_once_and_counted() -> None:
    def answer(request: Request) -> Any:
        if request.task == "supporter.strategies" and not request.attempt:
            return {"strategies": ["Humour"]}
        return answers()(request)

    _, trace, asked = play(answer)
    assert trace["steps"][1] == {"name": "strategies", "calls": 6}
    assert len(asked) == 8
    with pytest.raises(CallFailed, match="none of the strategies"):
        play(answers(that=["Humour"]))


def test_a_missing_end_marker_is_repaired() -> None:
    cut = FINAL.removesuffix("<|response_end|>")
    turn, trace, asked = play(lambda request: cut if request.task == "supporter.turn" and (
        "format" not in request.facts and not request.attempt) else answers()(request))  # fmt: skip
    assert turn.text == FINAL
    assert trace["steps"][2] == {"name": "rewrite", "calls": 2}
    assert asked[-1].messages[-2]["content"] == cut
    assert "the response span is not closed" in asked[-1].messages[-1]["content"]
    assert asked[-1].seed != asked[-2].seed


def test_a_turn_that_stays_broken_is_a_failed_call_after_the_last_try() -> None:
    model, backend = chat(answers(final="no spans"))
    with pytest.raises(CallFailed, match="4 times"):
        asyncio.run(reply(DIALOGUE, model, heron_store(), tries=4))
    assert len(backend.asked) == 1 + 3 + 4


def test_the_rewrite_sees_draft_replies_and_definitions_and_never_the_gold_label() -> None:
    _, trace, asked = play(answers(that=["Question"]))
    prompt = asked[-1].messages[0]["content"]
    shown = {each.dialogue: each.reply for each in heron_store().exemplars}
    for part in (DRAFT, "- Question: it asks", *(shown[each["dialogue"]] for each in trace["exemplars"])):
        assert part in prompt
    assert all("told" not in request.facts for request in asked)


def test_a_plain_format_needs_no_spans() -> None:
    assert play(answers(), in_format("plain"))[0].text == DRAFT


def test_the_same_dialogue_gives_the_same_turn_and_another_seed_other_seeds() -> None:
    first, again = play(answers()), play(answers())
    assert first[0] == again[0]
    assert [request.seed for request in first[2]] == [request.seed for request in again[2]]
    assert len({request.seed for request in first[2]}) == 5
    other = play(answers(), replace(DIALOGUE, seed=4))
    assert not {request.seed for request in first[2]} & {request.seed for request in other[2]}


def test_without_a_store_the_remedy_names_the_flag() -> None:
    with pytest.raises(UsageError) as caught:
        asyncio.run(reply(DIALOGUE, chat(answers())[0]))
    assert "--exemplars" in caught.value.remedy


def test_it_speaks_offline_in_a_pipe_and_one_connection_writes_the_same_bytes(tmp_path: Path) -> None:
    told = ["synthesize", "builtin", "-n", "6", "--strategy", "aptness", "--max-exchanges", "3"]
    for name, connections in (("one", "1"), ("many", "64")):
        done = run(tmp_path, *told, "--exemplars", "builtin", "-o", f"{name}.jsonl", "--max-connections", connections)
        assert done.returncode == 0, done.stderr
        assert "exemplars: " in done.stderr
    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "many.jsonl").read_bytes()
    rows = [json.loads(line) for line in (tmp_path / "one.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(rows) == 6
    for row in rows:
        for note in row["traces"]:
            trace = json.loads(note["trace"])
            assert [step["name"] for step in trace["steps"]] == ["draft", "strategies", "rewrite"]
    without = run(tmp_path, *told)
    assert without.returncode == 2
    assert "--exemplars" in without.stderr


def test_what_was_found_is_enough_for_refine(tmp_path: Path) -> None:
    flags = ["--exemplars", "builtin"]
    made = run(tmp_path, "synthesize", "builtin", "-n", "3", "--strategy", "aptness", *flags, "--max-exchanges", "2")
    refined = run(tmp_path, "refine", *flags, stdin=made.stdout)
    assert refined.returncode == 0, refined.stderr
    assert all(json.loads(line)["strategy"] == "aptness" for line in refined.stdout.splitlines())
