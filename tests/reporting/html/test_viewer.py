"""The page in a real browser: nothing of a row runs, nothing is asked of a network, keys work, words can be read."""

from __future__ import annotations

import json
from pathlib import Path

import chromium
import pytest
from chromium import Tab
from small_rows import rows, turn
from viewed import answers, judged, look

from kardia_cli import rubric_file
from kardia_cli.reporting.html.labelling import labels_of

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


@pytest.mark.parametrize("view", ["~report", "~dialogues", "~label", "row-0"])
def test_a_phone_never_scrolls_sideways(tmp_path: Path, view: str) -> None:
    long = {**judged(), "situation": "a" * 300, "person": "b" * 300}
    cells = {
        name: {criterion: {"value": 3.1, "low": 3, "high": 3.2, "n": 9} for criterion in "abcdefgh"}
        for name in ("x", "y" * 60)
    }
    report = {
        "names": list(cells),
        "criteria": list("abcdefgh"),
        "cells": cells,
        "warnings": ["w" * 200],
        "identity": {"judge": "j" * 200},
    }

    async def steps(tab: Tab) -> None:
        await tab.run("document.querySelectorAll('details').forEach((item) => { item.open = true; })")
        await tab.run("document.querySelectorAll('.level').forEach((item) => item.click())")
        assert await tab.run("document.documentElement.scrollWidth <= 390"), view
        if view == "~label":
            await tab.run(
                "document.getElementById('rater').value = 'ann'; document.querySelector('[data-mode]').click()"
            )
            assert await tab.run("document.documentElement.scrollWidth <= 390"), "while labelling"

    data = {
        "title": "t" * 90,
        "dialogues": [long],
        "scores": answers("m"),
        "report": report,
        "labels": labels_of(rubric_file.load("kardia-core")),
    }
    look(tmp_path, data, steps, fragment=f"#{view}", width=390)


def test_light_and_dark_follow_the_system_until_a_person_chooses(tmp_path: Path) -> None:
    async def steps(tab: Tab) -> None:
        colour = "getComputedStyle(document.body).backgroundColor"
        light = await tab.run(colour)
        await tab.size(1280, dark=True)
        await tab.until(f"{colour} !== '{light}'")
        await tab.run("document.querySelector('.icon').click()")
        assert await tab.run(colour) == light

    look(tmp_path, {"dialogues": rows(1)}, steps)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_stand_out_from_their_ground_as_wcag_asks(tmp_path: Path, theme: str) -> None:
    pairs = [("ink", "paper"), ("ink", "sheet"), ("soft", "paper"), ("soft", "sunk"), ("soft", "accent-soft"), ("accent", "accent-soft"), ("mark-ink", "mark"),
             ("good", "good-soft"), ("bad", "bad-soft"), ("odd", "odd-soft"), ("paper", "accent")]  # fmt: skip

    async def steps(tab: Tab) -> dict[str, str]:
        await tab.size(1280, dark=theme == "dark")
        names = sorted({name for pair in pairs for name in pair})
        read = "getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim()"
        return dict(await tab.run(f"{json.dumps(names)}.map((name) => [name, {read}])"))

    colours = look(tmp_path, {"dialogues": rows(1)}, steps)
    for front, ground in pairs:
        light, dark = sorted((luminance(colours[front]), luminance(colours[ground])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, f"{front} on {ground}"


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb` (WCAG 2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_a_whole_report_is_drawn(tmp_path: Path) -> None:
    names, criteria = ["base", "sft"], ["emotion_accuracy", "relevance", "empathy", "safety"]
    cell = {"value": 3.0, "low": 2.9, "high": 3.1, "n": 40, "clusters": 8}
    gap = {
        "value": 0.3,
        "low": 0.2,
        "high": 0.4,
        "p": 0.001,
        "p_holm": 0.004,
        "detectable": 0.1,
        "n": 40,
        "clusters": 8,
    }
    quoted = {"source": "Table 2", "note": "not measured here", "columns": ["empathy"], "rows": {"A model": [0.034]}}
    report = {
        "names": names, "criteria": criteria, "baseline": "base", "cells": {name: dict.fromkeys(criteria, cell) for name in names},
        "differences": {"sft": {"empathy": {**gap, "verdict": "better"}, "safety": {**gap, "p_holm": 1.0, "verdict": "tied"}}},
        "confusion": {"sft": [["sad", "sad", 3], ["sad", "proud", 1]]}, "quoted": quoted, "warnings": ["two rows are missing"],
        "identity": {"judge": "the judge", "rubric_hash": "abc123"}, "cost": [{"name": "sft", "calls": 12}],
    }  # fmt: skip
    metrics = [{"step": step, "reward": step / 10, "loss": 1 / (step + 1)} for step in range(5)]

    async def steps(tab: Tab) -> None:
        shown = await tab.run(TEXT)
        for words in (
            "two rows are missing",
            "tied",
            "[2.900, 3.100]",
            "Beside the paper",
            "A model (quoted)\t+0.034",
            "sft less base (ours)\t+0.300",
            "abc123",
            "3 of 4 right",
        ):
            assert words in shown, words
        assert await tab.run("[...document.querySelectorAll('td b')].length") == 1, (
            "bold is what is better after Holm alone"
        )
        assert await tab.run("document.querySelectorAll('svg').length") == 1 + 4 + 1 + 1 + 2
        assert await tab.run("[...document.querySelectorAll('svg')].every((item) => item.getAttribute('aria-label'))")
        assert "NaN" not in await tab.run("document.getElementById('main').innerHTML")

    look(tmp_path, {"report": report, "runs": [{"name": "run", "metrics": metrics}]}, steps)
