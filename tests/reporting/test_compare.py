"""Score rows → a comparison: counted, intersected, paired, refused; planted differences are found, others not."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import numpy as np  # noqa: TID253 (a test of numbers: nothing imports it unasked)
import pytest

from kardia_cli import statistics
from kardia_cli.contracts import spec_of_rows
from kardia_cli.errors import UsageError
from kardia_cli.reporting import macro_f1, runs, specs, tables
from kardia_cli.statistics import agreement
from tests.support import score_rows
from tests.support.four_spans import EMOTIONS
from tests.support.score_rows import report, run, score


def test_a_mean_has_its_interval_by_profile_and_its_n(tmp_path: Path) -> None:
    rows = run()
    found = report(tmp_path, sft=rows)
    values = [row["parts"][2]["value"] for row in rows]
    by_profile = statistics.mean_estimate(values, [row["anon_username"] for row in rows])
    by_dialogue = statistics.mean_estimate(values, [row["id"] for row in rows])
    cell, narrow = found.cells["sft"]["empathy"], found.by_dialogue["cells"]["sft"]["empathy"]
    assert (cell["n"], cell["clusters"], narrow["clusters"]) == (48, 12, 24)
    assert [cell["value"], cell["low"], cell["high"]] == pytest.approx(list(by_profile[:3]), rel=1e-5)
    assert [narrow["low"], narrow["high"]] == pytest.approx(list(by_dialogue[1:3]), rel=1e-5)
    assert (found.rows, found.dialogues, found.profiles) == (48, 24, 12)


def test_a_difference_is_paired_row_by_row(tmp_path: Path) -> None:
    found = report(tmp_path, "sft", sft=run(), grpo=run(0.3))
    gap = found.differences["grpo"]["empathy"]
    apart = found.cells["grpo"]["empathy"]["value"] or 0.0
    assert gap["value"] == pytest.approx(apart - (found.cells["sft"]["empathy"]["value"] or 0.0), rel=1e-4)
    assert gap["verdict"] == "better"
    assert gap["low"] is not None
    assert gap["low"] > 0
    assert found.differences["grpo"]["emotion_accuracy"]["verdict"] == "tied"


def test_rows_are_intersected_and_the_missing_ones_are_counted(tmp_path: Path) -> None:
    found = report(tmp_path, "sft", sft=run(dialogues=20), grpo=run(dialogues=24)[4:])
    assert (found.rows, found.dialogues) == (36, 18)
    assert found.counts["sft"]["missing"] == 8
    assert found.counts["grpo"] == {"seeds": 1, "rows": 44, "common": 36, "missing": 4, "not_scored": 0}
    assert any("missing of the others' turns: sft 8, grpo 4" in each for each in found.warnings)


def test_what_is_not_scored_is_in_no_mean_of_it_and_is_said(tmp_path: Path) -> None:
    rows = run()
    for row in rows[:10]:
        row["value"], row["parts"][2]["value"] = None, None
    found = report(tmp_path, "sft", sft=run(), grpo=rows)
    assert found.counts["grpo"]["not_scored"] == 10
    assert found.cells["grpo"]["empathy"]["n"] == found.differences["grpo"]["empathy"]["n"] == 38
    assert found.cells["sft"]["empathy"]["n"] == 48
    assert found.cells["grpo"]["emotion_accuracy"]["n"] == 48
    assert any("without a value: grpo 10 of 48; they count in the criteria" in each for each in found.warnings)
    assert any(each.startswith("empathy, value: not the same turns") for each in found.warnings)


def test_seeds_are_paired_in_order_and_clustered_twice(tmp_path: Path) -> None:
    base, trained = [run(0.1 * k) for k in range(3)], [run(0.1 * k + 0.2) for k in range(3)]
    found = report(tmp_path, "sft", sft=base, grpo=trained)
    gap = found.differences["grpo"]["empathy"]
    first, second = ([row["parts"][2]["value"] for rows in side for row in rows] for side in (base, trained))
    clusters = [row["anon_username"] for rows in base for row in rows]
    seeds = [number for number, rows in enumerate(base) for _ in rows]
    wanted = statistics.paired_difference(first, second, clusters, seeds=seeds)
    assert [gap["value"], gap["low"], gap["high"], gap["p"]] == pytest.approx(list(wanted[:4]), rel=1e-4)
    assert gap["n"] == 144
    assert len(found.seeds["grpo"]["empathy"]) == 3
    assert not any("one training seed" in each for each in found.warnings)


def test_a_baseline_with_one_seed_is_paired_with_each_and_said_to_be_one(tmp_path: Path) -> None:
    found = report(tmp_path, "sft", sft=run(), grpo=[run(0.2), run(0.4)])
    assert found.differences["grpo"]["empathy"]["n"] == 96
    assert any(each.startswith("sft: one training seed") for each in found.warnings)
    two = report(tmp_path, "sft", sft=[run(), run(0.2)], grpo=[run(0.2), run(0.4), run(0.6)])
    assert two.differences["grpo"]["empathy"]["value"] == pytest.approx(
        (two.cells["grpo"]["empathy"]["value"] or 0) - (two.cells["sft"]["empathy"]["value"] or 0), rel=1e-4
    )
    assert any("mean of sft's 2 seeds" in each for each in two.warnings)


def test_a_file_without_a_name_gives_each_of_its_models_one_and_two_files_are_seeds(tmp_path: Path) -> None:
    first = score_rows.write(tmp_path / "1.jsonl", [*run(model="sft"), *run(0.2, model="grpo")])
    second = score_rows.write(tmp_path / "2.jsonl", run(0.3, model="grpo"))
    groups = asyncio.run(runs.load(specs.parse([first, second]), spec_of_rows)).groups
    assert [(group.name, len(group.seeds)) for group in groups] == [("sft", 1), ("grpo", 2)]
    with pytest.raises(UsageError, match="several models: sft, grpo"):
        asyncio.run(runs.load(specs.parse([f"both={first}"]), spec_of_rows))


def test_first_turns_are_the_lowest_of_each_dialogue(tmp_path: Path) -> None:
    rows = run()
    found = report(tmp_path, sft=rows)
    hits = [row["parts"][1]["value"] for row in rows if row["turn"] == 2]
    assert found.cells["sft"]["first_turn_accuracy"]["n"] == 24
    assert found.cells["sft"]["first_turn_accuracy"]["value"] == pytest.approx(sum(hits) / 24, rel=1e-5)
    late = [row for row in run() if row["id"] != "talk-0" or row["turn"] == 4]
    cut = report(tmp_path, sft=run(), grpo=late)
    assert cut.cells["sft"]["first_turn_accuracy"]["n"] == 23  # a second turn never counts as a first


def test_every_turn_a_first_one_gives_no_second_figure_for_the_same(tmp_path: Path) -> None:
    assert "first_turn_accuracy" not in report(tmp_path, sft=[row for row in run() if row["turn"] == 2]).criteria


def test_macro_f1_recall_and_confusion_are_as_evaluate_counts_them(tmp_path: Path) -> None:
    draw = np.random.default_rng(3)
    labels = ["sad", "angry", "proud", "joyful", "", "blissful"]
    rows = []
    for row in run(dialogues=60):
        gold, said = str(draw.choice(labels[:4])), str(draw.choice(labels))
        row |= {"emotion": gold, "label": said}
        row["parts"][1]["value"] = float(gold == said)
        rows.append(row)
    found = report(tmp_path, sft=rows)
    pairs = [(row["emotion"], row["label"]) for row in rows]
    cell = found.cells["sft"]["emotion_macro_f1"]
    assert cell["value"] == pytest.approx(agreement.macro_f1(pairs, EMOTIONS), rel=1e-5)
    assert cell["low"] < cell["value"] < cell["high"]  # type: ignore[operator]
    own = [row for row in rows if row["emotion"] == "sad"]
    assert found.recall["sft"]["sad"]["n"] == len(own)
    assert found.recall["sft"]["sad"]["value"] == pytest.approx(
        sum(r["label"] == "sad" for r in own) / len(own), rel=1e-5
    )
    assert sum(count for _, _, count in found.confusion["sft"]) == len(rows)
    assert ["sad", "(none)", sum(row["label"] == "" for row in own)] in found.confusion["sft"]


def test_the_interval_of_macro_f1_holds_the_truth_with_one_seed_and_with_three() -> None:
    """Of 40 sets 38 are promised; by the percentiles of the redraws it is 35 with one seed, 34 with three."""
    draw, held = np.random.default_rng(5), {1: 0, 3: 0}
    for seeds, people in ((1, 12), (3, 30)):
        for _ in range(40):
            right = (
                draw.normal(0.6, 0.12, (seeds, 1)) + draw.normal(0, 0.08, (1, people))
                if seeds > 1
                else draw.normal(0.6, 0.12, (1, people))
            )
            golds = draw.integers(0, 4, (seeds, people, 10))
            said = np.where(draw.random(golds.shape) < right[..., None], golds, (golds + 1) % 4)
            pairs = [(EMOTIONS[gold], EMOTIONS[each]) for gold, each in zip(golds.ravel(), said.ravel(), strict=True)]
            place = np.indices(golds.shape).reshape(3, -1)
            found = macro_f1.f1_interval(pairs, EMOTIONS, place[1].tolist(), place[0].tolist() if seeds > 1 else None)
            held[seeds] += (found.low or 0) <= 0.6 <= (found.high or 1)
    assert held[1] >= 36
    assert held[3] >= 36


def test_two_macro_f1_that_are_the_same_differ_by_nothing() -> None:
    pairs = [("sad", "sad" if number % 3 else "angry") for number in range(90)]
    clusters = [number % 15 for number in range(90)]
    assert macro_f1.f1_difference(pairs, pairs, EMOTIONS, clusters, None) == (0.0, 0.0, 0.0)
    assert macro_f1.f1_difference(pairs, pairs, EMOTIONS, [0] * 90, None) == (0.0, None, None)


def test_the_interval_of_macro_f1_grows_with_seeds_that_differ() -> None:
    pairs = [("sad", "sad" if number % 7 else "angry") for number in range(90)]
    worse = [("sad", "angry" if number % 5 else "sad") for number in range(90)]
    clusters = [number % 13 for number in range(90)] * 2
    one = macro_f1.f1_interval([*pairs, *worse], EMOTIONS, clusters, None)
    two = macro_f1.f1_interval([*pairs, *worse], EMOTIONS, clusters, [0] * 90 + [1] * 90)
    assert two.high - two.low > 2 * (one.high - one.low)  # type: ignore[operator]


def test_parts_with_a_dot_are_shown_when_they_are_asked_for(tmp_path: Path) -> None:
    assert "empathy.exploration" not in report(tmp_path, sft=run()).criteria
    assert report(tmp_path, criteria=["empathy.*"], sft=run()).criteria == ["empathy.exploration"]
    with pytest.raises(UsageError, match="no row is scored on 'empaty'") as unknown:
        report(tmp_path, criteria=["empaty"], sft=run())
    assert unknown.value.remedy == "did you mean 'empathy'?"


def test_a_smaller_figure_is_better_where_it_counts_failures(tmp_path: Path) -> None:
    fewer, more = (
        [score(n, parts={"failure": float(n % 10 < share)}, protocol="sage") for n in range(60)] for share in (2, 6)
    )
    found = report(tmp_path, "base", base=more, grpo=fewer)
    assert found.differences["grpo"]["failure"]["value"] == pytest.approx(-0.4)
    assert found.differences["grpo"]["failure"]["verdict"] == "better"


def test_what_is_made_of_others_is_not_tested_again(tmp_path: Path) -> None:
    found = report(tmp_path, "sft", sft=run(), grpo=run(0.3))
    assert found.differences["grpo"]["value"]["verdict"] == "not tested"
    alone = report(tmp_path, "sft", ["value"], sft=run(), grpo=run(0.3))
    assert alone.differences["grpo"]["value"]["verdict"] == "tied"


@pytest.mark.parametrize(
    ("protocol", "criterion"), [("sage", "turns"), ("calibration", "words"), ("references", "ref.words")]
)
def test_what_has_no_better_side_is_not_called_better(tmp_path: Path, protocol: str, criterion: str) -> None:
    short, long = (
        [score(n, parts={criterion: float(n % 3 + more)}, protocol=protocol) for n in range(60)] for more in (1, 4)
    )
    gap = report(tmp_path, "one", [criterion], one=short, other=long).differences["other"][criterion]
    assert (gap["value"], gap["verdict"], gap["p"]) == (3.0, "not tested", None)


def test_all_rows_moved_by_the_same_is_a_difference_and_no_lack_of_rows(tmp_path: Path) -> None:
    none, every = ([score(n, parts={"format": held, "empathy": 3.0 + held}) for n in range(24)] for held in (0.0, 1.0))
    found = report(tmp_path, "base", base=none, sft=every).differences["sft"]
    assert {name: gap["verdict"] for name, gap in found.items() if gap["p"]} == {
        "empathy": "better",
        "format_rate": "better",
    }
    assert found["format_rate"]["p"] == pytest.approx(2 * 0.5**12, rel=1e-5)  # the sign test over 12 profiles
    wilson = statistics.share_estimate([1.0] * 24, [row["anon_username"] for row in none])
    assert found["format_rate"]["low"] == pytest.approx(2 * (wilson.low or 0) - 1, rel=1e-5)
    assert found["format_rate"]["high"] == 1.0
    back = report(tmp_path, "sft", base=none, sft=every).differences["base"]["format_rate"]
    assert [back["low"], back["high"]] == pytest.approx([-1.0, -(found["format_rate"]["low"] or 0)])
    few = report(tmp_path, "base", base=none[:10], sft=every[:10]).differences["sft"]
    assert few["format_rate"]["verdict"] == "too few"


def test_rows_without_profiles_are_counted_by_dialogue_and_called_so(tmp_path: Path) -> None:
    rows = [score(n, -1, anon_username=None, protocol="sage", parts={"failure": float(n % 4 == 0)}) for n in range(20)]
    found = report(tmp_path, gpt=rows)
    assert (found.clustered_by, found.unit, found.cells["gpt"]["failure"]["clusters"]) == ("dialogue", "dialogue", 20)
    assert tables.headline(found) == "20 dialogues; judge judge-a, rubric read1"
    assert (report(tmp_path, sft=run()).clustered_by, report(tmp_path, sft=run()).unit) == ("profile", "turn")


def test_probes_count_each_attack_on_a_turn(tmp_path: Path) -> None:
    rows = [
        score(n, label=each, value=float(n % 3 > 0), protocol="probes", parts={}) for n in range(12) for each in "abc"
    ]
    found = report(tmp_path, it=rows)
    assert (found.rows, found.dialogues, found.cells["it"]["value"]["n"]) == (36, 12, 36)
    assert (found.cells["it"]["value"]["high"] or 0) <= 1
    with pytest.raises(UsageError, match="turn 2, 'a', stands in line 1 already"):
        report(tmp_path, it=[rows[0], rows[0]])


def test_references_show_their_figures_unasked(tmp_path: Path) -> None:
    rows = [
        score(n, protocol="references", parts={"ref.bleu": 0.2, "ref.rouge_l": n / 50, "human.empathy": 1.0})
        for n in range(24)
    ]
    assert report(tmp_path, sft=rows).criteria == ["ref.bleu", "ref.rouge_l"]


def test_a_share_that_is_always_one_still_has_an_interval(tmp_path: Path) -> None:
    cell = report(tmp_path, sft=run()).cells["sft"]["format_rate"]
    assert (cell["value"], cell["high"]) == (1.0, 1.0)
    rows = run()
    wanted = statistics.share_estimate([1.0] * len(rows), [row["anon_username"] for row in rows])
    assert cell["low"] == pytest.approx(wanted.low, rel=1e-5)
    assert 0.5 < (cell["low"] or 0) < 1


def test_one_profile_has_no_interval_and_is_too_few(tmp_path: Path) -> None:
    found = report(tmp_path, "sft", sft=run(dialogues=2), grpo=run(0.3, dialogues=2))
    assert found.cells["sft"]["empathy"]["low"] is None
    assert found.differences["grpo"]["empathy"]["verdict"] == "too few"


def test_the_papers_differences_stand_beside_ours_where_its_protocol_was_used(tmp_path: Path) -> None:
    quoted = report(tmp_path, "sft", sft=run(), grpo=run()).quoted
    assert quoted is not None
    assert quoted["rows"]["Gemma-7B"] == [0.61, 0.033, -0.017, 0.077, 0.025, 0.077]
    assert "quoted" in quoted["note"]
    assert report(tmp_path, sft=run()).quoted is None


def test_a_comparison_is_plain_json(tmp_path: Path) -> None:
    plain = report(tmp_path, "sft", sft=run(), grpo=run(0.3)).as_dict()
    assert json.loads(json.dumps(plain)) == plain
