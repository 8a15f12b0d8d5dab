"""The page as text: what it holds, what it may not hold, and that records lose nothing that a gold row needs."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import Any

import pytest
from small_rows import row, rows, turn
from viewed import talk

from kardia_cli.judge import rubric_file
from kardia_cli.reporting.page.dialogues import PERSON, compact, turn_text
from kardia_cli.reporting.page.labelling import labels_of
from kardia_cli.reporting.page.page import SCRIPTS, page
from tests.support.four_spans import FORM

HOSTILE = "</script><script>alert(1)</script><!--\u2028\u2029<img src=x onerror=alert(1)>"


def critique(at: int = 1, verdict: str = "PASS", **fields: Any) -> dict[str, Any]:
    levels = [{"id": "empathy", "level": 2.0, "reason": "secret reason", "quotes": ["about the exam"], "misquotes": 0}]
    findings = [
        {"id": "length", "present": False, "detail": ""},
        {"id": "blames", "present": True, "detail": "a quote"},
        {"id": "missed_risk", "present": None, "detail": "not asked: no risk"},
        {"id": "sycophancy", "present": None, "detail": ""},
    ]
    made = {"turn": at, "revision": 0, "rubric": "kardia-core", "rubric_hash": "abc", "judge": "secret-judge"}
    return {**made, "verdict": verdict, "score": 0.5, "levels": levels, "findings": findings, **fields}


def embedded(text: str, name: str) -> str:
    found = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    return found[1]


def records(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in embedded(text, "kardia-dialogues").split("\n")]


def test_no_text_of_a_row_ends_the_script_element_it_stands_in() -> None:
    bad = {**row(0), "situation": HOSTILE, "person": HOSTILE, "emotion": HOSTILE, "id": HOSTILE}
    bad["messages"][0]["content"] = HOSTILE
    text = page({"title": HOSTILE, "dialogues": [bad], "report": {"names": [HOSTILE], "warnings": [HOSTILE]}})
    assert text.count("<script") == text.count("</script>") == 3
    for name in ("kardia-data", "kardia-dialogues"):
        assert not {"<", "\u2028", "\u2029"} & set(embedded(text, name))
    assert "<!--" not in text
    assert "<img" not in text
    assert records(text)[0]["situation"] == HOSTILE
    assert json.loads(embedded(text, "kardia-data"))["title"] == HOSTILE


def test_the_page_names_no_address_and_forbids_every_request() -> None:
    text = page({"dialogues": rows(2)})
    assert "default-src 'none'".replace("'", "&#x27;") in text
    assert set(re.findall(r"https?://[^\"' ]+", text)) == {"http://www.w3.org/2000/svg"}
    assert "innerHTML" not in text
    assert "insertAdjacentHTML" not in text


def test_a_page_of_nothing_is_a_page() -> None:
    assert "<main" in page({})
    assert "<main" in page({"report": {}, "dialogues": [], "runs": [{}], "scores": [{}]})


@pytest.mark.parametrize("name", ["viewer.css", *(f"{name}.js" for name in SCRIPTS)])
def test_the_files_of_the_page_are_part_of_the_package(name: str) -> None:
    assert files("kardia_cli.reporting.page").joinpath("static", name).read_text(encoding="utf-8").strip()


def test_the_same_data_give_the_same_bytes() -> None:
    data = {"dialogues": rows(4), "labels": labels_of(rubric_file.load("kardia-core"))}
    assert page(data) == page(json.loads(json.dumps(data)))


def test_profiles_and_prompts_that_rows_share_are_kept_once() -> None:
    made = [{**item, "messages": [{"role": "system", "content": f"Talk to:\n{item['person']}"}]} for item in rows(5)]
    held = compact(made)
    assert held.texts == [made[0]["person"], f"Talk to:\n{PERSON}"]
    assert {record["messages"][0]["shared"] for record in held.records} == {1}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("plain words", {"text": "plain words"}),
        (
            "<|understanding_begin|>x",
            {"text": "<|understanding_begin|>x", "broken": "the understanding span is not closed"},
        ),
    ],
)
def test_a_text_that_is_not_four_spans_is_kept_as_it_is(text: str, kept: dict[str, str]) -> None:
    assert turn_text(text, FORM) == kept


def test_a_turn_in_another_spelling_of_spans_keeps_its_letters() -> None:
    other = "<understanding>a</understanding><reasoning>b</reasoning><emotion>sad</emotion><response>c</response>"
    assert turn_text(other, FORM) == {"spans": ["a", "b", "sad", "c"], "text": other}
    assert set(turn_text(turn("sad", "rain"), FORM)) == {"spans"}


def test_findings_of_nothing_are_counted_and_those_of_something_kept() -> None:
    (kept,) = compact([{**row(0), "critiques": [critique()]}]).records[0]["critiques"]
    assert [finding["id"] for finding in kept["found"]] == ["blames", "sycophancy"]
    assert kept["clear"] == 1


def test_the_list_shows_the_worst_verdict_that_still_stands() -> None:
    judged = [critique(1, "FAIL"), critique(1, "PASS", revision=1), critique(3, "SOLVED")]
    held = compact([{**row(0), "critiques": judged}, {**row(1), "critiques": [*judged, critique(3, "ABSTAIN")]}])
    assert [line[2] for line in held.lines] == ["PASS", "ABSTAIN"]
    assert [line[6] for line in held.lines] == [0, 1], "an abstention is flagged for a person"


def test_a_disputed_gate_and_broken_spans_are_flagged() -> None:
    look = {"id": "blames", "judge": "j", "same_judge": True, "agrees": False, "reason": ""}
    broken = row(1)
    broken["messages"][1]["content"] = "<|response_begin|>Hello"
    held = compact([{**row(0), "critiques": [critique(gates=[look])]}, broken, row(2)])
    assert [line[6] for line in held.lines] == [1, 1, 0]


def test_score_rows_stand_at_the_turn_of_their_dialogue_or_make_one() -> None:
    scores = [
        {
            "id": name,
            "turn": 1,
            "model": "m",
            "name": name_,
            "text": turn("sad", "x"),
            "value": 0.5,
            "critique": critique(),
        }
        for name in ("row-0", "elsewhere")
        for name_ in ("sft", "grpo")
    ]
    held = compact([row(0)], scores)
    assert [record["id"] for record in held.records] == ["row-0", "elsewhere"]
    assert [[answer["name"] for answer in record["answers"]] for record in held.records] == [["sft", "grpo"]] * 2
    assert held.lines[1][4] == ["grpo", "sft"]


def test_saved_replies_stand_in_their_dialogue_with_what_they_said() -> None:
    held = compact([{"id": "row-0", "turn": 1, "text": "Hello", "model": "m"}, row(0), {"id": "x", "label": "sad"}])
    assert [record["id"] for record in held.records] == ["row-0", "x"]
    assert [answer["text"] for answer in held.records[0]["answers"]] == ["Hello"]
    assert held.records[1]["answers"][0]["label"] == "sad"


def test_two_rows_of_one_id_are_both_shown() -> None:
    assert [record["id"] for record in compact([row(0), row(0)]).records] == ["row-0", "row-0'"]


def test_profiles_alone_are_people_with_their_text() -> None:
    profile = {name: row(0)[name] for name in ("id", "person", "mbti", "anon_username")}
    held = compact([profile])
    assert held.lines[0][7:10] == [0, "MBTI: INFP About: I bake bread and read at night.", "INFP"]
    assert held.records[0]["messages"] == []


def test_talks_of_two_models_with_one_person_are_both_kept() -> None:
    held = compact([], [talk("one", [40, 20, 5]), talk("two", [40, 60], stop="turn_limit")])
    assert [line[:3] for line in held.lines] == [
        ["talk-0", "wants_praise", "failure"],
        ["talk-0 · 2", "wants_praise", "turn_limit"],
    ]
    assert [line[9] for line in held.lines] == ["one", "two"]
    assert [record["emotions"] for record in held.records] == [[40, 20, 5], [40, 60]]
    assert [len(record["messages"]) for record in held.records] == [5, 3]


def test_samples_of_one_dialogue_are_told_apart_by_step_and_reward() -> None:
    held = compact([{**row(0), "id": f"row-0/{step}", "sample": {"step": step, "total": step / 8}} for step in (1, 2)])
    assert [line[9] for line in held.lines] == ["step 1 · 0.12", "step 2 · 0.25"]


def test_fields_of_another_shape_in_a_foreign_file_stop_nothing() -> None:
    odd = {"emotion": 7, "origin": "web", "models": {"a": 1}, "risk": ["x"], "sample": 3, "human": 1, "mbti": ["INFP"]}
    messages = ["hello", {"role": "user", "content": None}, {"role": "assistant", "content": ["a", "b"]}]
    held = compact([{**row(0), **odd, "messages": messages, "critiques": "none", "revisions": [1]}])
    assert held.records[0]["emotion"] == "7"
    assert not {"origin", "models", "risk", "sample", "human"} & held.records[0].keys()
    assert [message["role"] for message in held.records[0]["messages"]] == ["user", "assistant"]


def test_a_page_for_raters_holds_in_plain_sight_what_they_see_and_nothing_else() -> None:
    prompt = {"role": "system", "content": "secret prompt: they are furious"}
    judged = {
        **row(0),
        "emotion": "secret-emotion",
        "strategy": "secret-strategy",
        "difficulty": "secret-difficulty",
        "critiques": [critique()],
        "models": [{"role": "supporter", "model": "secret-model", "hash": ""}],
    }
    judged["messages"] = [prompt, *judged["messages"]]
    judged["messages"][2]["content"] = turn("secret-span", "the exam")
    score = {
        "id": "row-0",
        "turn": 2,
        "model": "secret-name",
        "text": turn("secret-said", "rain"),
        "label": "secret-label",
        "value": 0.123,
        "reason": "secret",
        "critique": critique(),
    }
    labels = labels_of(rubric_file.load("kardia-core"), only=True)
    report = {"names": ["secret-name"], "warnings": ["secret"]}
    data = {"title": "secret", "dialogues": [judged], "scores": [score, talk("secret-name", [40, 77])]}
    text = page({**data, "report": report, "labels": labels})
    assert "secret" not in text
    assert "0.123" not in text
    assert "wants_praise" not in text
    assert "They speak of" not in text, "a hidden span"
    assert "Tell me more about rain." in text
    assert judged["situation"] in text
    open_to_all = page({**data, "report": report, "labels": {**labels, "only": False}})
    assert "secret-judge" in open_to_all


def test_raters_are_asked_what_the_judge_grades_with_the_same_anchors() -> None:
    rubric = rubric_file.load("kardia-core")
    asked = labels_of(rubric)["criteria"]
    assert [item["id"] for item in asked] == [criterion.id for criterion in rubric.judged]
    assert list(asked[0]["levels"]) == ["1", "2", "3", "4", "5"]
    faceted = labels_of(rubric, facets=True)["criteria"]
    assert {"empathy.exploration", "empathy.interpretation"} <= {item["id"] for item in faceted}


def test_confusions_are_counted_from_scores_where_the_report_has_none() -> None:
    scores = [
        {"id": str(n), "model": "m", "emotion": "sad", "label": said, "text": ""}
        for n, said in enumerate(("sad", "sad", "proud"))
    ]
    data = json.loads(embedded(page({"report": {"names": []}, "scores": scores}), "kardia-data"))
    assert data["report"]["confusion"] == {"m": [["sad", "proud", 1], ["sad", "sad", 2]]}


def test_each_run_has_its_own_panels_of_the_numbers_that_it_logged() -> None:
    runs = [
        {"name": name, "metrics": [{"stage": name, "step": step, key: step / 3, "epoch": 0.1} for step in steps]}
        for name, key, steps in (("s1", "loss", (1, 2)), ("g1", "reward", (10, 20)))
    ]
    data = json.loads(embedded(page({"runs": runs}), "kardia-data"))
    assert [run["name"] for run in data["runs"]] == ["s1", "g1"]
    drawn = [[(panel["title"], panel["lines"][0]["points"]) for panel in run["panels"]] for run in data["runs"]]
    assert drawn == [
        [("loss", [[1, 0.33333], [2, 0.66667]])],
        [("reward, weighted sum", [[10, 3.3333], [20, 6.6667]])],
    ]
