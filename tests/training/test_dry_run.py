"""What a dry run scores, and what it says of the rewards."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from scripted import chat, verdict
from small_rows import row, rows, turn

from kardia_cli import plugins
from kardia_cli.errors import CallFailed
from kardia_cli.judge import Judge, rubric_file
from kardia_cli.rows.line import Row
from kardia_cli.rows.request import Request
from kardia_cli.training import dry_run, tiny
from kardia_cli.training.reward_set import Rewards
from tests.support import four_spans as spans

CORE = rubric_file.load("kardia-core")
DRAFT = turn("proud", "the exam")


def rewritten(number: int = 0, turn: int = 3) -> Row:
    """A row whose second supporter turn was rewritten twice."""
    notes = [(1, DRAFT, "between"), (2, "between", "now")]
    revisions = [
        {"turn": turn, "revision": revision, "kind": "rewrite", "before": before, "after": after, "reason": "r"}
        for revision, before, after in notes
    ]
    return {**row(number), "revisions": revisions}


def rewards(answers: Any = verdict) -> tuple[Rewards, Any]:
    model, script = chat(answers)
    names = ("format", "emotion", "rubric")
    functions = {name: plugins.load("reward", name) for name in names}
    return Rewards(functions, dict.fromkeys(names, 1 / 3), Judge(CORE, model, 0)), script


def scored(row: Row, answers: Any = verdict, sampled: tuple[str, ...] = ()) -> tuple[list[Row], Any]:
    given, script = rewards(answers)
    chosen = dry_run.contexts([row])
    texts = [[("sampled", text) for text in sampled] + list(chosen[0].own_texts().items())]
    return asyncio.run(dry_run.score(chosen, given, texts)), script


def by_kind(found: list[Row]) -> dict[str, Row]:
    return {item["kind"]: item for item in found}


def test_the_draft_is_what_the_first_rewrite_replaced_and_refined_is_the_turn_as_it_stands() -> None:
    (context,) = dry_run.contexts([rewritten()])
    assert context.turn == 3
    texts = context.own_texts()
    assert texts["draft"] == DRAFT
    assert texts["refined"] == row(0)["messages"][3]["content"]
    read = spans.parse(texts["reasoning"])
    assert read.response == read.reasoning == "That leaves one anxious."


def test_a_turn_that_was_never_rewritten_is_its_own_draft_and_a_row_has_always_the_same_turn() -> None:
    chosen = dry_run.contexts(rows(6))
    assert chosen == dry_run.contexts(rows(6))
    assert {context.turn for context in chosen} == {1, 3}
    assert all(context.own_texts()["draft"] == context.own_texts()["refined"] for context in chosen)


def test_rewrites_of_a_tail_that_was_simulated_anew_are_no_drafts() -> None:
    tail = {"turn": 2, "revision": 0, "kind": "tail", "before": "[]", "after": "", "reason": "r"}
    row = rewritten()
    (context,) = dry_run.contexts([{**row, "revisions": [*row["revisions"], tail]}])
    assert context.own_texts()["draft"] == context.own_texts()["refined"]


def test_a_row_that_waits_for_an_answer_has_texts_of_the_model_alone() -> None:
    waiting = {**row(0), "messages": row(0)["messages"][:1]}
    (context,) = dry_run.contexts([waiting])
    assert (context.turn, context.own_texts()) == (1, {})
    assert dry_run.contexts([{**row(0), "messages": []}]) == []


def test_each_row_says_rewards_reasons_and_the_weighted_total() -> None:
    found, _ = scored(rewritten(), sampled=("broken",))
    kinds = by_kind(found)
    assert [item["kind"] for item in found] == ["sampled", "draft", "refined", "reasoning"]
    assert {(item["id"], item["turn"]) for item in found} == {("row-0", 3)}
    assert (kinds["sampled"]["total"], kinds["sampled"]["rewards"][0]["reason"]) == (
        0.0,
        "the understanding span is missing",
    )
    values = {item["id"]: item["value"] for item in kinds["refined"]["rewards"]}
    assert kinds["refined"]["total"] == pytest.approx(sum(values.values()) / 3)
    assert {part["id"] for part in kinds["refined"]["rewards"][2]["parts"]} == {item.id for item in CORE.criteria}
    assert kinds["draft"]["rewards"][1] == {
        "id": "emotion", "value": 0.0, "reason": "says 'proud', the dialogue is 'anxious'", "parts": [],
    }  # fmt: skip


def test_the_same_text_is_asked_about_once() -> None:
    found, script = scored(row(0))
    assert by_kind(found)["draft"]["total"] == by_kind(found)["refined"]["total"]
    assert len(script.asked) == 2  # the turn, and the copy of its reasoning


def test_a_failed_judge_is_no_number_in_row_and_table() -> None:
    found, _ = scored(row(0), lambda request: CallFailed("timeout", "no answer"))
    assert {item["total"] for item in found} == {None}
    assert found[0]["rewards"][2]["reason"] == "not scored: timeout: no answer"
    lines = {line["text"]: line for line in dry_run.kinds_table(found)}
    assert (lines["refined"]["not scored"], lines["refined"]["total"], lines["refined"]["format"]) == (1, None, 1.0)
    assert dry_run.duels(found) == []


def likes(word: str) -> Any:
    def answer(request: Request) -> Any:
        return verdict(request, level=5 if word in request.facts["reply"] else 2)

    return answer


def test_it_says_who_wins_in_numbers_and_words() -> None:
    found, _ = scored(rewritten(), likes("Tell me more"))
    draft, reasoning = dry_run.duels(found)
    assert (draft.won, draft.lost, reasoning.won) == (1, 0, 1)
    assert str(draft).startswith(
        "refined wins, against the draft: 1.000 to 0.667 in 1 contexts (1 won, 0 lost, 0 tied)"
    )
    beaten, _ = scored(rewritten(), likes("That leaves one"))
    assert "refined LOSES, against a copy of its reasoning" in str(dry_run.duels(beaten)[1])


def test_the_spread_is_within_groups_and_groups_all_alike_are_counted() -> None:
    first, _ = scored(row(0), sampled=(DRAFT, turn("anxious", "the exam")))
    second, _ = scored(row(1, "proud"), sampled=("broken", "broken"))
    lines = {line["of"]: line for line in dry_run.spread_table([*first, *second])}
    assert (lines["total"]["groups"], lines["total"]["all alike"]) == (2, 1)
    assert lines["emotion"]["spread within groups"] == pytest.approx((0.5**0.5 + 0) / 2)
    assert lines["format"]["all alike"] == 2
    assert lines["rubric empathy"]["mean"] == 4


def test_reasons_are_counted_for_each_reward() -> None:
    found, _ = scored(row(0), sampled=("broken", "broken again"))
    assert {"reward": "emotion", "value": "0.00", "reason": "spans broken", "texts": 2} in dry_run.reasons_table(found)


def test_a_model_is_sampled_as_the_trainer_would_and_the_same_seed_says_the_same(tmp_path: Path) -> None:
    folder = tiny.build(rows(), tmp_path / "start", seed=5)
    table = {"num_generations": 3, "max_completion_length": 6, "temperature": 1.0}
    chosen = dry_run.contexts(rows(2))

    def sample(seed: int) -> list[list[str]]:
        return asyncio.run(dry_run.sample(folder, chosen, table, seed))

    once = sample(1)
    assert [len(group) for group in once] == [3, 3]
    assert len({text for group in once for text in group}) > 3
    assert once == sample(1) != sample(2)
