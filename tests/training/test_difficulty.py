"""Which rows a stage takes by their difficulty, and what is said about it."""

from __future__ import annotations

from typing import Any

import pytest
from small_rows import row

from kardia_cli.errors import UsageError
from kardia_cli.training.difficulty import Stage, Wanted, choose


def rows(easy: int, hard: int, without: int = 0) -> list[dict[str, Any]]:
    """Rows of two exchanges each."""
    fields = [{"difficulty": "easy"}] * easy + [{"difficulty": "hard"}] * hard + [{}] * without
    return [{**row(number), **more} for number, more in enumerate(fields)]


def taken(given: list[dict[str, Any]], stage: Stage, wanted: Wanted = "auto", batch: int = 1) -> tuple[str, str]:
    """The first letters of the rows that are taken (`-` without the field), and what was said."""
    said: list[str] = []
    chosen = choose(given, stage, wanted, batch, said.append)
    assert len(said) == 1
    return "".join(str(item.get("difficulty", "-"))[0] for item in chosen), said[0]


def test_sft_takes_the_easy_rows_and_grpo_the_hard_ones_and_rows_without_the_field_go_to_both() -> None:
    given = rows(easy=2, hard=3, without=1)
    assert taken(given, "sft")[0] == "ee-"
    assert taken(given, "grpo")[0] == "hhh-"


def test_the_counts_of_each_kind_are_said_once() -> None:
    _, said = taken(rows(easy=2, hard=3, without=1), "sft")
    assert "2 easy, 3 hard, 1 without the field" in said
    assert "3 rows, 6 supporter turns" in said


@pytest.mark.parametrize(("batch", "chosen"), [(4, "ee"), (5, "eehhh")])
def test_all_are_taken_where_the_part_is_less_than_one_global_batch_and_that_is_said(batch: int, chosen: str) -> None:
    letters, said = taken(rows(easy=2, hard=3), "sft", batch=batch)
    assert letters == chosen
    assert ("less than one global batch of 5: all are taken" in said) == (batch == 5)


def test_grpo_counts_contexts_that_nobody_has_answered_yet() -> None:
    given = rows(easy=3, hard=1)
    given[3]["messages"].append({"role": "user", "content": "And now?"})
    assert taken(given, "grpo", batch=3)[0] == "h"
    assert taken(given, "grpo", batch=4)[0] == "eeeh"


def test_turns_without_four_spans_make_no_samples() -> None:
    given = rows(easy=1, hard=1)
    given[0]["messages"][1]["content"] = "I hear you."
    assert taken(given, "sft", batch=2)[0] == "eh"


def test_what_is_asked_for_by_name_is_obeyed_even_where_it_is_little() -> None:
    given = rows(easy=1, hard=2, without=1)
    assert taken(given, "sft", "hard", batch=99)[0] == "hh-"
    assert taken(given, "grpo", "easy", batch=99)[0] == "e-"
    assert taken(given, "sft", "all", batch=99)[0] == "ehh-"


def test_rows_that_know_no_difficulty_are_all_taken() -> None:
    assert taken(rows(0, 0, without=2), "grpo")[0] == "--"


def test_a_difficulty_that_no_row_has_is_refused_with_the_counts() -> None:
    with pytest.raises(UsageError, match=r"no row is hard \(difficulty: 2 easy\)"):
        choose(rows(easy=2, hard=0), "grpo", "hard", 1, print)
