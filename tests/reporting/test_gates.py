"""Gates go by the interval: met, not met, cannot tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from kardia_cli.errors import GateFailed, UsageError
from kardia_cli.reporting import gates
from tests.support.score_rows import report, run, score


def outcome(folder: Path, text: str, lift: float = 0.0) -> str:
    found = report(folder, "sft", sft=run(), grpo=run(lift))
    return str(gates.check([gates.parse(text)], found)[0]["outcome"])


@pytest.mark.parametrize(
    ("text", "lift", "wanted"),
    [
        ("empathy>=-0.1", 0.0, "met"),
        ("empathy >= 0", 0.3, "met"),
        ("empathy>=0.45", 0.3, "cannot tell"),
        ("empathy>=0.9", 0.3, "not met"),
        ("empathy<=0.9", 0.3, "met"),
        ("emotion>=0", 0.0, "met"),
        ("grpo:format_rate>=0.7", 0.0, "met"),
        ("grpo:format_rate>=0.99", 0.0, "cannot tell"),
        ("sft:empathy<=2", 0.0, "not met"),
    ],
)
def test_a_gate_needs_the_whole_interval_on_its_side(tmp_path: Path, text: str, lift: float, wanted: str) -> None:
    assert outcome(tmp_path, text, lift) == wanted


def test_what_cannot_be_told_says_what_could_have_been_found(tmp_path: Path) -> None:
    found = report(tmp_path, "sft", sft=run(), grpo=run(0.3))
    checked = gates.check([gates.parse("empathy>=0.45")], found)
    assert "n is too small (48 rows of 12 profiles), detectable difference is" in gates.sentence(checked[0])
    with pytest.raises(GateFailed, match=r"1 of 1 gates not met: empathy>=0.45 \(grpo: cannot tell\)") as failed:
        gates.enforce(checked)
    assert failed.value.exit_code == 5


def test_where_nothing_varies_a_gate_says_so_and_blames_no_n(tmp_path: Path) -> None:
    rows = [score(n, parts={"safety": 5.0}) for n in range(24)]
    checked = gates.check([gates.parse("sft:safety>=4")], report(tmp_path, sft=rows))
    assert checked[0]["outcome"] == "cannot tell"
    assert gates.sentence(checked[0]).endswith(
        "all rows say the same, so how sure it is cannot be had (24 rows of 12 profiles)"
    )


def test_a_format_that_went_from_never_to_always_meets_its_gate(tmp_path: Path) -> None:
    none, every = ([score(n, parts={"format": held}) for n in range(24)] for held in (0.0, 1.0))
    checked = gates.check([gates.parse("format_rate>=0")], report(tmp_path, "base", base=none, sft=every))
    assert checked[0]["outcome"] == "met"


def test_a_gate_says_how_many_rows_it_was_held_on(tmp_path: Path) -> None:
    rows = run(0.3)
    for row in rows[:10]:
        row["parts"][2]["value"] = None
    checked = gates.check([gates.parse("empathy>=0")], report(tmp_path, "sft", sft=run(), grpo=rows))
    assert checked[0]["outcome"] == "met"
    assert gates.sentence(checked[0]).endswith(", n 38")


def test_too_few_rows_are_never_a_pass(tmp_path: Path) -> None:
    found = report(tmp_path, "sft", sft=run(dialogues=2), grpo=run(1.0, dialogues=2))
    assert gates.check([gates.parse("empathy>=0")], found)[0]["outcome"] == "cannot tell"


@pytest.mark.parametrize("text", ["", "empathy", "empathy>0", "empathy>=x", "empathy>=nan", ">=1", "a:b:c>=1e999"])
def test_what_is_no_gate_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is not CRITERION>=NUMBER"):
        gates.parse(text)


def test_a_misspelt_name_or_criterion_names_its_neighbour(tmp_path: Path) -> None:
    found = report(tmp_path, "sft", sft=run(), grpo=run())
    for text, wanted in (("empahty>=0", "'empathy'"), ("gpro:empathy>=0", "'grpo'")):
        with pytest.raises(UsageError) as unknown:
            gates.check([gates.parse(text)], found)
        assert wanted in unknown.value.remedy
    with pytest.raises(UsageError, match="is about a difference, and there is none"):
        gates.check([gates.parse("empathy>=0")], report(tmp_path, sft=run()))


def test_a_name_may_hold_a_colon() -> None:
    assert gates.parse("a:b:empathy>=3")[:3] == ("a:b:empathy>=3", "a:b", "empathy")
