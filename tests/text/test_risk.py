"""The risk screen finds what is said outright or veiled, stays silent on figures of speech, and marks rows once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cpu_time import growth

from kardia_cli.errors import Dropped, RowError
from kardia_cli.rows.records import RowModel
from kardia_cli.text import risk

SET = [json.loads(line) for line in (Path(__file__).parents[2] / "examples" / "danger.jsonl").read_text().splitlines()]


@pytest.mark.parametrize(("kind", "least"), [("suicide", 0.85), ("self_harm", 1), ("harm_to_others", 1), ("abuse", 1)])
def test_what_is_said_is_found_with_words_of_the_text(kind: str, least: float) -> None:
    said = [item["text"] for item in SET if kind in item["kinds"]]
    assert sum(kind in {sign.kind for sign in risk.signs(text)} for text in said) / len(said) >= least
    assert all(sign.quote and sign.quote in text for text in said for sign in risk.signs(text))


def test_figures_of_speech_stories_and_denials_are_no_signs() -> None:
    assert [item["text"] for item in SET if not item["kinds"] and risk.signs(item["text"])] == []


@pytest.mark.parametrize("text", ["i want to kill myself", "I WANT TO KILL MYSELF", "I  want\nto kill  myself"])
def test_case_and_spaces_make_no_difference(text: str) -> None:
    assert [sign.kind for sign in risk.signs(text)] == ["suicide"]


@pytest.mark.parametrize("mark", ["'", "\u2019", "\u2018", "`", "", "x92", "\x92", "\ufffd", "&#39;"])
def test_an_apostrophe_may_be_written_in_any_way_or_lost(mark: str) -> None:
    text = f"I don{mark}t want to live anymore"
    (sign,) = risk.signs(text)
    assert sign.quote in text


def test_what_follows_a_denial_is_still_heard() -> None:
    text = "I'm not suicidal or anything. But everyone would be better off without me."
    assert [sign.kind for sign in risk.signs(text)] == ["suicide"]
    assert "suicidal" not in risk.signs(text)[0].quote


def test_a_long_quote_is_cut_after_a_word() -> None:
    text = "Everyone would be better off if " + "I die " + "and " * 80 + "I want to die"
    for sign in risk.signs(text):
        assert len(sign.quote) <= risk.QUOTE_CHARACTERS


def test_a_sign_is_found_anywhere_in_a_long_text_without_full_stops() -> None:
    for before in range(0, 900, 37):
        text = "la " * before + "and so i want to kill myself and then " + "la " * 300
        assert [sign.kind for sign in risk.signs(text)] == ["suicide"], before


@pytest.mark.parametrize(
    "piece",
    ["a ", "i want to ", "i just really so ", "my mom said he ", "kill ", "suicide ", "  ", "\n", "'", "x", "end. ",
     "the only reason i'm ", "when i'm gone ", "gave away my stuff ", "if i die ", "no reason to ", "'x92"],
)  # fmt: skip
def test_any_text_takes_linear_time(piece: str) -> None:
    def work(size: int) -> None:
        risk.signs((piece * size)[:size] + " kill die hurt hit cut life")

    assert growth(work, 25_000) < 8


def test_the_lexicon_is_not_read_before_it_is_needed() -> None:
    script = "import sys, kardia_cli.text.risk; print('tomllib' in sys.modules, 'pydantic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def row(**fields: Any) -> dict[str, Any]:
    return {
        "person": "About: I was abused as a child. I paint.",
        "situation": "Everyone would be better off without me.",
        "messages": [
            {"role": "system", "content": "You listen. If somebody wants to die, stay."},
            {"role": "user", "content": "I can't sleep."},
            {"role": "assistant", "content": "Do you want to kill yourself?"},
            {"role": "user", "content": "I cut myself again on Tuesday. I cut myself because I felt numb."},
            {"role": "assistant", "content": "Thank you for telling me."},
            {"role": "user", "content": "My husband hits me."},
            {"role": "assistant", "content": "He has no right to."},
        ],
        **fields,
    }


def where(marks: list[dict[str, Any]]) -> list[tuple[str, int, str]]:
    return [(mark["part"], mark["turn"], mark["kind"]) for mark in marks]


ALL = [("profile", -1, "abuse"), ("situation", -1, "suicide"), ("talk", 3, "self_harm"), ("talk", 5, "abuse")]


def test_a_row_is_marked_once_for_each_kind_and_text_and_only_seekers_are_read() -> None:
    assert where(risk.marks(row())) == ALL
    assert risk.marks({}) == []
    RowModel.model_validate({"risk": risk.marks(row())})


def test_texts_taken_together_are_not_read_in_the_light_of_each_other() -> None:
    texts = ["We were on holiday in May.", "I won't be around much longer.", "They moved to a new flat."]
    assert risk.signs(" ".join(texts)) == []
    assert where(risk.found(texts, "profile")) == [("profile", -1, "suicide")]


def test_at_risk_goes_by_situation_and_earlier_seeker_turns_and_not_by_the_profile() -> None:
    assert risk.at_risk(row(), 2) == {"suicide"}
    assert risk.at_risk(row(), 4) == {"suicide", "self_harm"}
    assert risk.at_risk(row()) == {"suicide", "self_harm", "abuse"}
    assert risk.at_risk(row(situation="It rained.", messages=[])) == set()


def test_a_mark_set_by_hand_is_heard_and_one_of_a_rewritten_turn_is_not() -> None:
    talk = row(situation="It rained.")
    mine = {"part": "situation", "turn": -1, "kind": "suicide", "quote": "It rained."}
    old = {"part": "talk", "turn": 1, "kind": "harm_to_others", "quote": "words that are gone"}
    assert risk.at_risk({**talk, "risk": [mine, old]}, 2) == {"suicide"}
    assert where(risk.treat({**talk, "risk": [mine, old]}, "flag", ())["risk"]) == [("situation", -1, "suicide")]


def test_flag_gives_every_row_a_list_and_a_second_pass_adds_nothing() -> None:
    first = risk.treat(row(), "flag", ("profile", "situation"))
    assert where(first["risk"]) == ALL[:2]
    second = risk.treat(first, "flag")
    assert where(second["risk"]) == ALL
    assert risk.treat(second, "flag") == second
    assert risk.treat({"person": "About: I paint."}, "flag")["risk"] == []
    assert "risk" not in row()


def test_keep_leaves_the_row_as_it_came() -> None:
    given = row(risk="whatever")
    assert risk.treat(given, "keep") is given


def test_drop_names_kind_and_part_and_none_of_the_words() -> None:
    with pytest.raises(Dropped) as raised:
        risk.treat(row(), "drop", ("situation",))
    assert str(raised.value) == "risk: suicide in the situation"
    with pytest.raises(Dropped, match="risk: self_harm in the talk"):
        risk.treat(row(), "drop", ("talk",))
    assert risk.treat(row(person="About: I paint."), "drop", ("profile",))["risk"] == []


@pytest.mark.parametrize(
    "field", ["high", ["high"], [{"part": "profile"}], [{"part": "moon", "turn": 1, "kind": "x", "quote": ""}]]
)
def test_another_column_named_risk_is_a_row_error(field: object) -> None:
    with pytest.raises(RowError, match="rename that column"):
        risk.treat({"person": "x", "risk": field}, "flag")


def test_the_count_says_how_many_rows_were_marked_by_kind_or_nothing() -> None:
    said: list[str] = []
    with risk.counted(said.append) as count:
        for marked in (row(), row(), {"risk": []}, {}):
            count.see(risk.treat(marked, "flag") if "risk" not in marked else marked)
    assert said == ["risk: 2 of 4 rows marked (abuse 2, self_harm 2, suicide 2)"]
    with risk.counted(said.append) as count:
        count.see({"risk": []})
    assert (len(said), count.summary()) == (1, "")


def test_a_figure_of_speech_beside_a_real_sign_hides_nothing_and_the_quote_stays_verbatim() -> None:
    text = "Suicide by chocolate, ha. No, I want to kill myself."
    assert [sign.quote for sign in risk.signs(text)] == ["kill myself"]
