"""The judge against people: scripted judges whose faults are known, and the figures that must show them."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from scripted import Scripted, chat, verdict

from kardia_cli.errors import CallFailed, RowError, UsageError
from kardia_cli.judge import Judge, calibrations, rubric_file
from kardia_cli.protocols import calibration
from kardia_cli.rows.line import Row
from kardia_cli.rows.request import Request
from kardia_cli.stages import evaluation
from kardia_cli.statistics.agreement import icc, krippendorff_alpha, spearman, weighted_kappa

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
PEOPLE = [1, 2, 3, 4, 5, 3, 2, 4, 5, 1, 3, 4]


def gold(number: int, level: float, raters: int = 1, name: str = "empathy", **fields: Any) -> Row:
    """A row with one labelled turn, whose reply is as many words as its number, and the judged level in its first."""
    reply = " ".join([f"level{level:g}", *["word"] * number])
    messages = [{"role": "user", "content": "I had a long day."}, {"role": "assistant", "content": reply}]
    human = [{"turn": 1, "rater": f"r{rater}", "id": name, "level": level} for rater in range(raters)]
    return {"id": f"row-{number:02}", "messages": messages, "human": human, **fields}


def rows(levels: list[int] = PEOPLE) -> list[Row]:
    return [gold(number, level) for number, level in enumerate(levels, 1)]


def people_say(request: Request) -> int:
    return int(request.facts["reply"].split()[0].removeprefix("level"))


def at(request: Request, level: int) -> dict[str, Any]:
    """A whole verdict at this level, in the names that the request has for levels."""
    return verdict(request, level=request.facts["labels"][min(5, max(1, level)) - 1])


def judge_of(
    level: Callable[[Request], Any] = people_say, name: str = "scripted", rubric: str = "kardia-core"
) -> tuple[Judge, Scripted]:
    """A judge whose level for every criterion is what the function says; it may give a CallFailed or a whole answer."""

    def answer(request: Request) -> Any:
        said = level(request)
        return at(request, said) if isinstance(said, int) else said

    made, backend = chat(answer, name)
    return Judge(rubric_file.load(rubric), made, 0), backend


def measured(judge: Judge, given: list[Row], **options: Any) -> list[Row]:
    """The score rows of a set, as `kardia evaluate` has them when it sums up."""

    async def score(row: Row, chats: Any, judge: Judge) -> Any:
        return await calibration.evaluate(row, chats, judge, **options)

    measure = evaluation.Measure("calibration", score, calibration.SPEC)

    async def go() -> list[Row]:
        return [scored for row in given for scored in await evaluation.evaluate(row, measure, {}, judge)]

    return [evaluation.without_text(row) for row in asyncio.run(go())]


def figures(judge: Judge, given: list[Row], name: str = "empathy", **options: Any) -> dict[str, Any]:
    found = calibration.record(measured(judge, given, **options), judge)["ids"]
    return next(each for each in found if each["id"] == name)


def value(figure: dict[str, Any]) -> Any:
    return figure["value"]


def test_a_judge_that_says_what_people_say_agrees_wholly_and_with_itself() -> None:
    judge, _ = judge_of()
    found = figures(judge, rows())
    for name in ("kappa", "alpha", "icc", "spearman", "self_alpha"):
        assert found[name] == {"value": 1.0, "low": None, "high": None}, name  # redrawing tells nothing here
    assert value(found["bias"]) == 0
    assert (found["n"], found["without_level"]) == (12, 0)
    assert found["order"] == found["labels"] == {"n": 12, "mean_change": 0.0, "share_moved": 0.0}
    assert value(found["human_alpha"]) is None


def test_the_figures_are_those_of_the_pairs_of_levels() -> None:
    judge, _ = judge_of(lambda request: people_say(request) + len(request.facts["reply"].split()) % 2)
    found = figures(judge, rows())
    said = [min(5, level + (number + 1) % 2) for number, level in enumerate(PEOPLE, 1)]
    pairs = list(zip(said, PEOPLE, strict=True))
    assert value(found["kappa"]) == pytest.approx(weighted_kappa(said, PEOPLE), abs=1e-6)
    assert value(found["alpha"]) == pytest.approx(krippendorff_alpha(pairs), abs=1e-6)
    assert value(found["icc"]) == pytest.approx(icc(pairs), abs=1e-6)
    assert value(found["spearman"]) == pytest.approx(spearman(said, PEOPLE), abs=1e-6)
    assert value(found["macro_f1"]) == pytest.approx(by_hand_macro_f1(said), abs=1e-6)
    assert value(found["bias"]) == pytest.approx((sum(said) - sum(PEOPLE)) / 12, abs=1e-6)
    for name in ("kappa", "alpha", "icc", "spearman", "bias"):
        assert found[name]["low"] < value(found[name]) < found[name]["high"], name


def by_hand_macro_f1(said: list[int]) -> float:
    """The mean of each level's 2·hits / (said + meant), over the levels that people used."""
    levels = sorted(set(PEOPLE))
    hits = {level: sum(a == b == level for a, b in zip(said, PEOPLE, strict=True)) for level in levels}
    return sum(2 * hits[level] / (said.count(level) + PEOPLE.count(level)) for level in levels) / len(levels)


def test_the_score_of_a_turn_is_how_near_the_judge_is_and_says_what_stands_against_what() -> None:
    judge, _ = judge_of(lambda request: 2)
    (score,) = measured(judge, [gold(1, 4)])
    assert score["value"] == pytest.approx(0.5)
    assert {part["id"]: part["value"] for part in score["parts"]}.items() >= {"empathy": 2, "human.empathy": 4}.items()
    assert (score["model"], score["turn"]) == ("scripted", 1)
    spoken = asyncio.run(calibration.evaluate(gold(1, 4), {}, judge))[0].reason
    assert spoken == "empathy: judge 2, people 4"


def test_several_raters_are_one_consensus_and_their_own_agreement_is_the_ceiling() -> None:
    given = rows()
    for number, row in enumerate(given):
        first = row["human"][0]
        row["human"].append({**first, "rater": "second", "level": max(1, first["level"] - number % 2)})
    judge, _ = judge_of()
    found = figures(judge, given)
    ratings = [[item["level"] for item in row["human"]] for row in given]
    assert value(found["human_alpha"]) == pytest.approx(krippendorff_alpha(ratings), abs=1e-6)
    assert value(found["bias"]) == pytest.approx(sum(a - (a + b) / 2 for a, b in ratings) / 12, abs=1e-6)
    up = [int((a + b) / 2 + 0.5) for a, b in ratings]  # kappa rounds a half up
    assert value(found["kappa"]) == pytest.approx(weighted_kappa([a for a, _ in ratings], up), abs=1e-6)


def test_the_turns_of_one_dialogue_are_drawn_together() -> None:
    judge, _ = judge_of(lambda request: 3)
    alone = rows([1, 1, 1, 5, 5, 5, 1, 1, 1, 5, 5, 5])
    together = [{**row, "id": f"dialogue-{number // 3}"} for number, row in enumerate(alone)]
    narrow, wide = (figures(judge, given, probes=False, repeats=1)["bias"] for given in (alone, together))
    assert value(narrow) == value(wide) == 0
    assert wide["high"] - wide["low"] > 1.3 * (narrow["high"] - narrow["low"])


def test_a_judge_that_is_moved_by_the_order_is_found_out() -> None:
    def moved(request: Request) -> int:
        empathy = next(item for item in request.facts["criteria"] if item["id"] == "empathy")
        return 3 + (next(iter(empathy["levels"])) == request.facts["labels"][-1])

    judge, _ = judge_of(moved)
    found = figures(judge, rows())
    assert found["order"] == {"n": 12, "mean_change": 1.0, "share_moved": 1.0}
    assert found["labels"]["mean_change"] == 0


def test_a_judge_that_is_moved_by_letters_in_place_of_digits_is_found_out() -> None:
    judge, _ = judge_of(lambda request: 3 - ("A" in request.facts["labels"]))
    found = figures(judge, rows())
    assert found["labels"] == {"n": 12, "mean_change": 1.0, "share_moved": 1.0}
    assert found["order"]["mean_change"] == 0


def test_a_judge_that_throws_dice_does_not_agree_with_itself() -> None:
    judge, _ = judge_of(lambda request: 1 + request.seed % 5)
    assert value(figures(judge, rows(), probes=False)["self_alpha"]) < 0.5


def test_a_judge_that_likes_length_is_found_out() -> None:
    judge, _ = judge_of(lambda request: people_say(request) + (len(request.facts["reply"].split()) > 7))
    assert value(figures(judge, rows([2] * 12))["length"]) > 0.8
    fair, _ = judge_of(lambda request: people_say(request) + request.seed % 2)
    assert abs(value(figures(fair, rows([2] * 12))["length"])) < 0.6


def test_a_judge_that_likes_its_own_family_is_found_out() -> None:
    given = [
        gold(number, 3, author=("hosted_vllm/Qwen/Qwen3-8B", "gpt-4o-mini", "human")[number % 3])
        for number in range(12)
    ]
    judge, _ = judge_of(lambda request: 3 + (len(request.facts["reply"].split()) % 3 == 1), name="QwQ-32B")
    found = figures(judge, given, probes=False, repeats=1)
    assert value(found["self_preference"]) == pytest.approx(1.0)
    stranger, _ = judge_of(lambda request: 4, name="claude-sonnet-4")
    assert value(figures(stranger, given, probes=False, repeats=1)["self_preference"]) is None


def test_a_judge_that_fails_is_not_scored_and_not_asked_again() -> None:
    judge, backend = judge_of(lambda request: CallFailed("server", "down") if people_say(request) == 5 else 3)
    scores = measured(judge, rows())
    assert [row["value"] is None for row in scores] == [level == 5 for level in PEOPLE]
    assert len(backend.asked) == 10 * 5 + 2
    found = calibration.record(scores, judge)
    assert (found["not_scored"], found["turns"]) == (2, 12)
    assert (found["ids"][0]["n"], found["ids"][0]["without_level"]) == (10, 2)
    assert "on 10 turns" in found["headline"]


def test_a_repeat_that_fails_takes_nothing_from_the_first_judging() -> None:
    judge, _ = judge_of(lambda request: CallFailed("server", "down") if "A" in request.facts["labels"] else 3)
    scores = measured(judge, rows())
    assert all(row["value"] is not None for row in scores)
    found = calibration.record(scores, judge)
    assert found["failed_again"] == 12
    assert found["ids"][0]["labels"] == {"n": 0, "mean_change": None, "share_moved": None}


def test_a_level_that_the_judge_declines_is_left_out_and_counted() -> None:
    judge, _ = judge_of(lambda request: verdict(request, level=None) if people_say(request) == 1 else 3)
    found = figures(judge, rows(), probes=False, repeats=1)
    assert (found["n"], found["without_level"]) == (10, 2)


def test_facets_are_held_against_people_on_their_own_scale() -> None:
    judge, _ = judge_of(lambda request: verdict(request, level=request.facts["labels"][3], facet=2))
    given = [gold(number, number % 3, name="empathy.exploration") for number in range(1, 7)]
    found = figures(judge, given, name="empathy.exploration", probes=False, repeats=1)
    assert value(found["bias"]) == pytest.approx(1.0)


def test_a_question_has_its_recall_and_its_false_alarms() -> None:
    def finds(request: Request) -> Any:
        present = ("unsafe_promise",) if len(request.facts["reply"].split()) > 6 else ()
        return verdict(request, level=request.facts["labels"][3], present=present)

    judge, _ = judge_of(finds)
    given = [gold(number, int(number > 4), name="unsafe_promise") for number in range(1, 11)]
    found = figures(judge, given, name="unsafe_promise", probes=False, repeats=1)
    assert value(found["recall"]) == pytest.approx(5 / 6)
    assert value(found["false_alarms"]) == 0
    assert found["false_alarms"]["high"] == pytest.approx(0.49, abs=0.01)  # four clean turns prove little
    assert value(figures(judge, rows(), probes=False, repeats=1)["recall"]) is None


def test_a_question_that_is_not_asked_counts_as_answered_with_no() -> None:
    judge, backend = judge_of(lambda request: 3)
    given = [gold(1, 1, name="leaves_person"), gold(2, 0, name="leaves_person")]
    found = figures(judge, given, name="leaves_person", probes=False, repeats=1)
    assert all("leaves_person" not in {q["id"] for q in request.facts["questions"]} for request in backend.asked)
    assert (found["n"], value(found["recall"]), value(found["false_alarms"])) == (2, 0, 0)


@pytest.mark.parametrize(("options", "calls"), [({}, 5), ({"repeats": 1}, 3), ({"repeats": 1, "probes": False}, 1)])
def test_a_turn_is_judged_as_often_as_the_options_say(options: dict[str, Any], calls: int) -> None:
    judge, backend = judge_of()
    measured(judge, [gold(1, 3)], **options)
    assert len(backend.asked) == calls


def test_labels_for_what_this_rubric_does_not_judge_are_shown_as_not_judged() -> None:
    judge, _ = judge_of(rubric="kardiabench")
    row = gold(1, 3)
    row["human"].append({"turn": 1, "rater": "r0", "id": "empathy.exploration", "level": 2})
    table = calibration.summarize(measured(judge, [row, gold(2, 4)]))
    assert [(line["label"], line["n"]) for line in table] == [("empathy", 2), ("empathy.exploration", 0)]


@pytest.mark.parametrize(
    ("human", "said"),
    [
        (None, "no labels by people"),
        ([], "no labels by people"),
        ([{"turn": 1, "rater": "a", "level": 3}], "a label is"),
        ([{"turn": 0, "rater": "a", "id": "empathy", "level": 3}], "no supporter turn"),
        ([{"turn": 9, "rater": "a", "id": "empathy", "level": 3}], "no supporter turn"),
        ([{"turn": 1, "rater": "a", "id": "empathy", "level": "3"}], "is no number"),
        ([{"turn": 1, "rater": "a", "id": "empathy", "level": 0}], "the levels 1 to 5, not 0"),
        ([{"turn": 1, "rater": "a", "id": "empathy.exploration", "level": 3}], "the levels 0 to 2"),
        ([{"turn": 1, "rater": "a", "id": "missed_risk", "level": 2}], "the levels 0 to 1"),
        ([{"turn": 1, "rater": "a", "id": "empathy", "level": 3}] * 2, "twice"),
        ([{"turn": 1, "rater": "a", "id": "kindness", "level": 3}], "has none of kindness"),
    ],
)
def test_wrong_labels_cost_the_row_and_say_what_is_wrong(human: Any, said: str) -> None:
    judge, backend = judge_of()
    with pytest.raises(RowError, match=said):
        measured(judge, [{**gold(1, 3), "human": human}])
    assert backend.asked == []


def test_less_than_one_judging_is_refused() -> None:
    judge, _ = judge_of()
    with pytest.raises(UsageError, match="at least once"):
        measured(judge, [gold(1, 3)], repeats=0)


def test_the_record_is_the_same_whatever_the_order_of_the_rows_and_can_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    judge, _ = judge_of(lambda request: people_say(request) + request.seed % 2)
    scores = measured(judge, rows())
    saved = calibrations.save(calibration.record(scores, judge))
    assert saved.hash == calibrations.record_hash(calibration.record(scores[::-1], judge))
    assert calibrations.find("scripted", "", judge.rubric.read_hash)[0].hash == saved.hash
    assert (saved.values["rows"], saved.values["turns"], saved.values["samples"]) == (12, 12, 1)
    kappa = saved.values["ids"][0]["kappa"]
    figure = f"{kappa['value']:.2f} [{kappa['low']:.2f}, {kappa['high']:.2f}]"
    assert calibrations.quote(saved) == f"calibration: empathy κ {figure} on 12 turns ({saved.hash})"


def test_other_labels_make_another_record() -> None:
    judge, _ = judge_of(lambda request: 3)
    first, second = (measured(judge, rows(levels), repeats=1) for levels in (PEOPLE, PEOPLE[::-1]))
    records = [calibration.record(scores, judge)["labels_hash"] for scores in (first, second)]
    assert records[0] != records[1]


def test_the_tables_show_figures_with_their_intervals_and_leave_out_what_nobody_has() -> None:
    judge, _ = judge_of()
    scores = measured(judge, rows())
    (line,) = calibration.summarize(scores)
    assert line["kappa"] == "1.00"
    assert "people's alpha" not in line
    ((_, table),) = calibration.further(scores)
    assert table[0]["order moves"] == "0.00, 0% ≥ 1"
    assert not {"recall", "own family"} & table[0].keys()
    ((_, empty),) = calibration.further(measured(judge, rows([3, 3]), repeats=1, probes=False))
    assert empty == []


def test_every_row_of_the_examples_is_labelled_for_the_core_rubric() -> None:
    given = [json.loads(line) for line in (EXAMPLES / "gold.jsonl").read_text(encoding="utf-8").splitlines()]
    judge, _ = judge_of(lambda request: 3)
    table = calibration.summarize(measured(judge, given, repeats=1, probes=False))
    assert len(given) >= 24
    assert {"empathy", "relevance", "empathy.exploration", "missed_risk"} <= {line["label"] for line in table}
    assert all(line["n"] for line in table)
    assert all("people's alpha" in line for line in table if line["label"] in ("empathy", "relevance"))


HEAD = "sp_id,rp_id,seeker_post,response_post,level,rationales\r\n"
FILES = {
    "emotional-reactions-reddit.csv": ["1,r &amp;amp; r|", "0,", "2,x|", "2,x|"],
    "interpretations-reddit.csv": ["0,", "2,y|", "0,", "0,"],
    "explorations-reddit.csv": ["2,z|", "0,", "1,", "1,"],
}


def epitome(folder: Path) -> None:
    """Four rows in the layout of the published files: two labellings of one pair, then one pair copied."""
    pairs = ["a,b", "a,b", "c,d", "c,d"]
    for name, labels in FILES.items():
        lines = [
            f'{pair},"I feel &lt;3, lost","Tell\nme &amp;#x200B;more &amp;amp; more",{label}\r\n'
            for pair, label in zip(pairs, labels, strict=True)
        ]
        (folder / name).write_text(HEAD + "".join(lines), newline="")


def test_epitomes_files_become_rows_with_the_levels_as_facets_and_double_labellings_as_raters(tmp_path: Path) -> None:
    epitome(tmp_path)
    command = [sys.executable, str(EXAMPLES / "epitome_gold.py"), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    made = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["id"] for row in made] == ["epitome-a-b", "epitome-c-d"]
    assert made[0]["messages"] == [
        {"role": "user", "content": "I feel <3, lost"},
        {"role": "assistant", "content": "Tell\nme more & more"},
    ]
    levels = [(item["rater"], item["id"].split(".")[1], item["level"]) for item in made[0]["human"]]
    assert levels == [
        ("1", "emotional_reaction", 1), ("1", "interpretation", 0), ("1", "exploration", 2),
        ("2", "emotional_reaction", 0), ("2", "interpretation", 2), ("2", "exploration", 0),
    ]  # fmt: skip
    assert {item["rater"] for item in made[1]["human"]} == {"1"}
    halves = [
        subprocess.run([*command, half], capture_output=True, text=True, check=True) for half in ("read", "unread")
    ]
    assert sorted("".join(half.stdout for half in halves).splitlines()) == sorted(done.stdout.splitlines())
    judge, _ = judge_of(lambda request: 3)
    assert all(row["value"] is not None for row in measured(judge, made, repeats=1, probes=False))


def test_epitomes_files_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("epitome_gold", EXAMPLES / "epitome_gold.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    epitome(tmp_path)
    path = tmp_path / "explorations-reddit.csv"
    path.write_text(path.read_text().replace("c,d", "c,e"))
    with pytest.raises(ValueError, match="line 4: the files name different pairs"):
        list(module.rows(tmp_path))
