"""The page in a real browser: on a phone, in the dark, on paper, in other scripts; and the drawing of a report."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import chromium
import pytest
from chromium import Tab
from small_rows import rows
from viewed import answers, judged, look

from kardia_cli.judge import rubric_file
from kardia_cli.reporting.page.labelling import labels_of

pytestmark = pytest.mark.skipif(chromium.find() is None, reason=chromium.WHY_SKIPPED)

TEXT = "document.body.innerText"


@pytest.mark.parametrize("view", ["~report", "~dialogues", "~label", "row-0"])
def test_a_phone_never_scrolls_sideways(tmp_path: Path, view: str) -> None:
    long = {**judged(), "situation": "a" * 300, "person": "b" * 300}
    cells = {
        name: {criterion: {"value": 3.1, "low": 3, "high": 3.2, "n": 9} for criterion in "abcdefgh"}
        for name in ("x", "y" * 60, "org/A-Model-With-A-Long-Name-1.5", "p", "q", "r", "s")
    }
    model = {"name": "n" * 80, "hash": "h" * 16, "prompt": "p" * 16, "built_in": True}
    report = {
        "names": list(cells),
        "criteria": list("abcdefgh"),
        "cells": cells,
        "warnings": ["w" * 200],
        "identity": {"judge": "j" * 200, "models": {name: [model] for name in cells}, "files": {"x": ["f" * 200]}},
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


def test_a_text_runs_from_right_to_left_where_its_letters_do(tmp_path: Path) -> None:
    words = "אני מרגיש לבד מאוד (even on Fridays)."
    bad = rows(1)[0]
    bad["messages"][0]["content"] = words

    async def steps(tab: Tab) -> None:
        place = """((from) => { const text = document.querySelector('.user .words').firstChild;
            const range = document.createRange();
            range.setStart(text, from); range.setEnd(text, from + 1); return range.getBoundingClientRect().left; })"""
        assert await tab.run(f"{place}({len(words) - 1}) < {place}(0)"), "the full stop stands on the left"

    look(tmp_path, {"dialogues": [bad]}, steps)


def test_on_paper_it_is_dark_on_white_without_what_only_a_screen_needs(tmp_path: Path) -> None:
    cells = {name: {"empathy": {"value": 3.0, "low": 2.9, "high": 3.1, "n": 4}} for name in ("one", "two")}

    async def steps(tab: Tab) -> None:
        await tab.size(1280, dark=True)
        for view in ("report", "dialogues"):
            await tab.run(f"document.querySelector('[data-view={view}]').click()")
            pdf = base64.b64decode((await tab.call("Page.printToPDF", printBackground=True))["data"])
            assert pdf.startswith(b"%PDF")
            await tab.call("Emulation.setEmulatedMedia", media="print")
            colours = await tab.run(
                "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
            )
            assert colours == ["rgb(34, 38, 43)", "rgb(255, 255, 255)"], view
            for hidden in (".top nav", ".side"):
                assert not await tab.run(f"document.querySelector('{hidden}')?.checkVisibility()"), hidden
            await tab.call("Emulation.setEmulatedMedia", media="")
        # What of a dialogue lies below the window is on paper, too.
        await tab.call("Emulation.setEmulatedMedia", media="print")
        assert await tab.run(
            "document.querySelector('.read').scrollHeight <= document.querySelector('.read').clientHeight + 1"
        )

    report = {"names": list(cells), "criteria": ["empathy"], "cells": cells}
    look(tmp_path, {"dialogues": rows(1, exchanges=12), "report": report}, steps)


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
    pairs = [("ink", "paper"), ("ink", "sheet"), ("soft", "paper"), ("soft", "sheet"), ("soft", "sunk"),
             ("soft", "accent-soft"), ("accent", "accent-soft"), ("mark-ink", "mark"),
             ("good", "good-soft"), ("bad", "bad-soft"), ("odd", "odd-soft"), ("paper", "accent")]  # fmt: skip
    shapes = [("edge", "sheet"), ("edge", "paper"), *((f"c{number}", "paper") for number in range(8))]

    async def steps(tab: Tab) -> dict[str, str]:
        await tab.size(1280, dark=theme == "dark")
        names = sorted({name for pair in (*pairs, *shapes) for name in pair})
        read = "getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim()"
        return dict(await tab.run(f"{json.dumps(names)}.map((name) => [name, {read}])"))

    colours = look(tmp_path, {"dialogues": rows(1)}, steps)
    for ratio, kind in ((4.5, pairs), (3, shapes)):
        for front, ground in kind:
            light, dark = sorted((luminance(colours[front]), luminance(colours[ground])), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= ratio, f"{front} on {ground}"


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
        "names": names, "criteria": criteria, "baseline": "base",
        "cells": {name: dict.fromkeys(criteria, cell) for name in names},
        "differences": {
            "sft": {"empathy": {**gap, "verdict": "better"}, "safety": {**gap, "p_holm": 1.0, "verdict": "tied"}}
        },
        "confusion": {"sft": [["sad", "sad", 3], ["sad", "proud", 1]]},
        "quoted": quoted, "warnings": ["two rows are missing"],
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
        assert await tab.run("document.querySelectorAll('svg').length") == 1 + 4 + 1 + 1 + 1
        assert await tab.run("[...document.querySelectorAll('svg')].every((item) => item.getAttribute('aria-label'))")
        assert "NaN" not in await tab.run("document.getElementById('main').innerHTML")

    look(tmp_path, {"report": report, "runs": [{"name": "run", "metrics": metrics}]}, steps)
