"""The page in a real browser: nothing of a row runs, nothing is asked of a network, keys work, words can be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import chromium
import pytest
from chromium import Tab
from small_rows import rows, turn
from viewed import answers, judged, look, talk

from kardia_cli.judge import rubric_file
from kardia_cli.reporting.page.labelling import labels_of

pytestmark = pytest.mark.skipif(chromium.find() is None, reason=chromium.WHY_SKIPPED)

HOSTILE = (
    "</script><script>window.ran = 1</script><!--\u2028\u2029<img src=x onerror='window.ran = 1'> javascript:alert(1)"
)
TEXT = "document.body.innerText"
SELECTED = "document.querySelector('.item[aria-selected=true] b')?.textContent"


def test_a_row_with_scripts_in_every_text_runs_nothing_and_is_shown_as_text(tmp_path: Path) -> None:
    bad = judged()
    bad |= {"situation": HOSTILE, "person": HOSTILE, "id": HOSTILE, "anon_username": HOSTILE, "strategy": HOSTILE}
    bad["messages"][0]["content"] = HOSTILE
    bad["messages"][1]["content"] = turn("sad", HOSTILE)
    bad["critiques"][1]["levels"][0] |= {"reason": HOSTILE, "quotes": [HOSTILE]}
    bad["revisions"][0]["after"] = HOSTILE
    report = {
        "names": [HOSTILE],
        "criteria": [HOSTILE],
        "cells": {HOSTILE: {HOSTILE: {"value": 1}}},
        "warnings": [HOSTILE],
    }
    score = {"id": HOSTILE, "turn": 1, "model": HOSTILE, "text": HOSTILE, "label": HOSTILE, "emotion": HOSTILE}

    async def steps(tab: Tab) -> None:
        assert HOSTILE[:30] in await tab.run(TEXT)
        await tab.run("document.querySelector('[data-view=dialogues]').click()")
        await tab.run("for (const item of document.querySelectorAll('.level, summary')) item.click()")
        shown = await tab.run("document.querySelector('.read').textContent")
        assert shown.count("window.ran = 1") > 8
        await tab.run("document.querySelector('[data-view=label]').click()")
        assert await tab.run("window.ran") is None
        assert await tab.run("document.images.length + document.scripts.length") == 1, "the page's own script alone"

    labels = labels_of(rubric_file.load("kardia-core"))
    look(tmp_path, {"title": HOSTILE, "dialogues": [bad], "scores": [score], "report": report, "labels": labels}, steps)


KEPT = ("role", "id", "turn", "revision", "level", "value", "low", "high", "n")
"""Keys whose values tell what is what; every other text of the rows is made hostile."""


def spoilt(value: Any, words: str) -> Any:
    """The same value with these words for each text, names of a report's tables included."""
    if isinstance(value, str):
        return words
    if isinstance(value, list):
        return [spoilt(item, words) for item in value]
    if isinstance(value, dict):
        return {name: item if name in KEPT else spoilt(item, words) for name, item in value.items()}
    return value


@pytest.mark.parametrize("words", [HOSTILE, "__proto__", "constructor", "a#%\"'<b>&amp;", "\ue000\ue001"])
def test_whatever_words_stand_in_whatever_field_the_page_runs_none_and_shows_all_views(
    tmp_path: Path, words: str
) -> None:
    cell = {"value": 3.0, "low": 2.9, "high": 3.1, "n": 4, "clusters": 2, "verdict": words}
    gate = {"gate": words, "name": words, "criterion": words, "of": words, "outcome": words, "value": 0.5}
    report = {
        "names": [words], "criteria": [words], "baseline": words,
        "cells": {words: {words: cell}}, "differences": {words: {words: cell}},
        "counts": {words: {"seeds": 2, "rows": 4}}, "seeds": {words: {words: [3.0, 3.1]}},
        "gates": [gate], "warnings": [words],
        "identity": {
            "judge": words, "options": {words: words}, "models": {words: [{words: words}]}, "files": {words: [words]}
        },
        "confusion": {words: [[words, words, 3]]}, "lower_is_better": [words],
        "calibration": [words], "cost": [{words: words}],
        "quoted": {"source": words, "note": words, "columns": [words], "percent": words, "rows": {words: [0.1]}},
    }  # fmt: skip
    row = spoilt({**judged(), "traces": [{"turn": 1, "trace": '{"a": 1}'}], "origin": [{"part": "x"}]}, words)
    row |= {
        "id": words,
        "human": [{"turn": 1, "id": words, "level": 3, "rater": words}],
        "risk": [{"turn": 0, "quote": words, "kind": words}],
    }
    scores = [{**spoilt(each, words), "id": words} for each in (answers("m")[0], talk("m", [40, 20]))]
    runs = [{"name": words, "metrics": [{"step": step, "reward": step, words: step} for step in range(3)]}]
    labels = {
        "rubric": words,
        "criteria": [{"id": words, "name": words, "ask": words, "levels": {"1": words, "2": words}}],
    }

    async def steps(tab: Tab) -> None:
        for view in ("report", "dialogues", "label"):
            await tab.run(f"document.querySelector('[data-view={view}]').click()")
            for _ in range(2):
                await tab.run("for (const item of document.querySelectorAll('.level, summary, .item')) item.click()")
                await tab.press("j")
        await tab.run(
            "document.getElementById('rater').value = 'ann'; document.querySelector('[data-mode=levels]').click()"
        )
        await tab.press("2")
        assert await tab.run("document.querySelector('.ask input:checked').value") == "2"
        assert await tab.run("document.querySelector('.bar [role=status]').textContent.startsWith('1 of ')")
        assert await tab.run("window.ran") is None
        assert await tab.run("document.images.length + document.scripts.length") == 1, "the page's own script alone"

    look(
        tmp_path,
        {"title": words, "dialogues": [row], "scores": scores, "report": report, "runs": runs, "labels": labels},
        steps,
    )


def test_a_dialogue_shows_spans_quotes_reasons_and_what_a_rewrite_changed(tmp_path: Path) -> None:
    async def steps(tab: Tab) -> None:
        for part in ("understanding", "reasoning", "emotion", "response"):
            assert await tab.run(f"document.querySelector('.turn .{part}') !== null")
        pieces = await tab.run("[...document.querySelectorAll('.turn > .words mark')].map((mark) => mark.textContent)")
        assert pieces == ["Tell me ", "more", " about the exam"], "two quotes overlap in one word"
        await tab.run("document.querySelector('.level').click()")
        why = await tab.run("document.querySelector('.why').innerText")
        assert "because of empathy" in why
        assert "not found in the reply words that nobody said" in " ".join(why.split())
        assert await tab.run("document.querySelectorAll('mark.on').length") == 3
        assert await tab.run("[...document.querySelectorAll('.diff del')].map((x) => x.textContent)") == ["garden."]
        assert await tab.run("[...document.querySelectorAll('.diff ins')].map((x) => x.textContent)") == ["exam."]

    look(tmp_path, {"dialogues": [judged()]}, steps)


def test_the_keyboard_alone_walks_searches_and_asks_for_help(tmp_path: Path) -> None:
    async def steps(tab: Tab) -> None:
        ids = "document.querySelector('.read .id').textContent"
        assert await tab.run(ids) == "row-0"
        await tab.press("j")
        await tab.press("j")
        await tab.press("k")
        assert await tab.run(ids) == "row-1"
        assert await tab.run("location.hash") == "#row-1"
        await tab.press("/")
        await tab.type("lonely")
        await tab.until("document.querySelector('.find [role=status]').textContent === '2 of 6 dialogues'")
        await tab.press("Enter")
        assert await tab.run(ids) == "row-2"
        await tab.press("Escape")
        assert await tab.run("document.activeElement.id") == "list"
        await tab.press("ArrowDown")
        assert await tab.run(ids) == "row-5"
        await tab.press("?")
        assert await tab.run("document.querySelector('dialog').open")
        await tab.press("Escape")
        assert await tab.until("document.querySelector('dialog') === null")
        await tab.press("o")
        assert await tab.run("[...document.querySelectorAll('details.span')].every((item) => item.open)")

    look(tmp_path, {"dialogues": rows(6)}, steps)


def test_filters_narrow_the_list_and_an_address_opens_its_dialogue(tmp_path: Path) -> None:
    async def steps(tab: Tab) -> None:
        assert await tab.run("document.querySelector('.read .id').textContent") == "row-4"
        choose = "const s = document.querySelector('select[aria-label=\"Any emotion\"]'); s.value = 'proud';"
        await tab.run(f"{{ {choose} s.dispatchEvent(new Event('change')); }}")
        assert await tab.run("[...document.querySelectorAll('.item b')].map((b) => b.textContent)") == [
            "proud",
            "proud",
        ]
        assert await tab.run(SELECTED) == "proud"

    look(tmp_path, {"dialogues": rows(6)}, steps, fragment="#row-4")


def test_a_models_failures_are_found_and_do_not_fail_the_dialogue_itself(tmp_path: Path) -> None:
    scores = [
        {"id": f"row-{number}", "turn": 1, "model": model, "text": turn("sad", "words"), "critique": {"verdict": said}}
        for number, model, said in ((0, "sft", "FAIL"), (0, "grpo", "PASS"), (1, "sft", "PASS"), (1, "grpo", "PASS"))
    ]
    ids = "[...document.querySelectorAll('.item')].length + ' ' + document.querySelector('.read .id').textContent"
    chips = "[...document.querySelectorAll('.item .chip')].map((chip) => chip.textContent).join()"

    async def choose(tab: Tab, label: str, value: str) -> None:
        box = f"document.querySelector('select[aria-label=\"{label}\"]')"
        await tab.run(f"{{ {box}.value = '{value}'; {box}.dispatchEvent(new Event('change')); }}")

    async def steps(tab: Tab) -> None:
        assert await tab.run(chips) == "PASS,PASS"  # what the dialogues' own judge said
        await choose(tab, "Any model", "sft")
        assert await tab.run(chips) == "FAIL,PASS"
        await choose(tab, "Any verdict", "FAIL")
        assert await tab.run(ids) == "1 row-0"
        await choose(tab, "Any model", "grpo")
        assert await tab.run("document.querySelectorAll('.item').length") == 0

    own = [{**row, "critiques": [{"turn": 1, "verdict": "PASS"}]} for row in rows(2)]
    look(tmp_path, {"dialogues": own, "scores": scores}, steps)


def test_an_address_far_down_brings_the_list_there(tmp_path: Path) -> None:
    async def steps(tab: Tab) -> None:
        assert await tab.run(SELECTED) is not None, "the chosen one is in sight of the list"

    look(tmp_path, {"dialogues": rows(300)}, steps, fragment="#row-250")


def test_of_thousands_only_those_in_sight_are_in_the_document(tmp_path: Path) -> None:
    async def steps(tab: Tab) -> None:
        assert await tab.run("document.querySelectorAll('.item').length") < 60
        await tab.run("document.getElementById('list').focus()")
        await tab.call("Input.dispatchKeyEvent", type="keyDown", key="End")
        assert await tab.run("document.querySelector('.read .id').textContent") == "row-2999"
        assert (
            await tab.until("document.querySelector('.item[aria-selected=true]')?.getAttribute('aria-posinset')")
            == "3000"
        )

    look(tmp_path, {"dialogues": rows(3000, exchanges=1)}, steps)


def test_names_that_every_object_has_are_names_like_others(tmp_path: Path) -> None:
    names = ("constructor", "__proto__")
    scores = [
        {"id": "row-0", "turn": 1, "model": name, "text": turn(name, "words"), "critique": {"verdict": "FAIL"}}
        for name in names
    ]
    cells = {name: {key: {"value": 3.25, "n": 4} for key in names} for name in names}
    gaps = {"constructor": {"__proto__": {"value": 0.5, "verdict": "better"}}}
    report = {"names": names, "criteria": names, "cells": cells, "differences": gaps, "baseline": "__proto__"}
    report["confusion"] = {name: [[name, names[0], 3]] for name in names}

    async def steps(tab: Tab) -> None:
        assert (await tab.run(TEXT)).count("3.250") == 4
        assert "function" not in await tab.run(TEXT)
        await tab.run("document.querySelector('[data-view=dialogues]').click()")
        for name, chips in (("", "PASS,PASS"), ("constructor", "FAIL"), ("__proto__", "FAIL")):
            box = "document.querySelector('select[aria-label=\"Any model\"]')"
            await tab.run(f"{{ {box}.value = '{name}'; {box}.dispatchEvent(new Event('change')); }}")
            shown = "[...document.querySelectorAll('.item .chip')].map((chip) => chip.textContent).join()"
            assert await tab.run(shown) == chips

    own = [{**row, "critiques": [{"turn": 1, "verdict": "PASS"}]} for row in rows(2)]
    look(tmp_path, {"dialogues": own, "scores": scores, "report": report}, steps)


def test_a_simulated_talk_shows_what_was_hoped_for_how_the_mood_went_and_why(tmp_path: Path) -> None:
    async def steps(tab: Tab) -> None:
        titles = "[...document.querySelectorAll('.item')].map((item) => item.innerText.split('\\n')[0])"
        assert await tab.run(titles) == [
            "wants_praise", "wants_praise"
        ]  # fmt: skip
        shown = await tab.run("document.querySelector('.read').innerText")
        for words in ("hoped for\nwants praise", "40 to 5", "ended by\nfailure", "mood 20 (", "What they thought"):
            assert words in shown, words
        assert await tab.run("document.querySelectorAll('.read svg path.curve').length") == 1
        assert "thinking of 20" in await tab.run("document.querySelector('.read details').textContent")
        await tab.press("j")
        assert "40 to 60" in await tab.run("document.querySelector('.read').innerText")

    scores = [talk("one", [40, 20, 5]), talk("two", [40, 60])]
    look(tmp_path, {"scores": scores}, steps)


def test_a_model_that_says_a_label_alone_is_shown_with_it(tmp_path: Path) -> None:
    score = {"id": "row-0", "turn": 1, "model": "bag of words", "text": "", "label": "furious", "value": 0.0}

    async def steps(tab: Tab) -> None:
        shown = await tab.run("document.querySelector('.answer').innerText")
        assert shown.split() == ["bag", "of", "words", "emotion", "furious", "value", "0.00"]

    look(tmp_path, {"dialogues": rows(1), "scores": [score]}, steps)


def test_profiles_are_listed_and_read_as_people(tmp_path: Path) -> None:
    async def steps(tab: Tab) -> None:
        shown = await tab.run(TEXT)
        assert "3 people" in shown
        assert "turns" not in shown
        assert "I bake bread" in await tab.run("document.querySelector('.read').innerText")

    held = [{name: row[name] for name in ("id", "person", "mbti")} for row in rows(3)]
    look(tmp_path, {"dialogues": held}, steps)


def test_the_keyboard_keeps_its_place_when_the_document_is_made_anew(tmp_path: Path) -> None:
    async def steps(tab: Tab) -> None:
        await tab.run("document.querySelector('[aria-label=\"Next dialogue\"]').focus()")
        await tab.press("Enter")
        assert await tab.run("document.querySelector('.read .id').textContent") == "row-1"
        assert await tab.run("document.activeElement.getAttribute('aria-label')") == "Next dialogue"
        await tab.press("Enter")
        assert await tab.run("document.activeElement.className") == "read", "the last one has no next"

    look(tmp_path, {"dialogues": rows(3)}, steps)
