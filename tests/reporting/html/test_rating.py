"""Blind labelling in a real browser: raters see no judge, and what they download is gold that calibration reads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import chromium
import pytest
from chromium import Tab
from small_rows import rows
from viewed import answers, judged, look

from kardia_cli import rubric_file
from kardia_cli.reporting.html.labelling import labels_of

pytestmark = pytest.mark.skipif(chromium.find() is None, reason=chromium.WHY_SKIPPED)


async def begin(tab: Tab, mode: str) -> None:
    await tab.run("document.querySelector('[data-view=label]')?.click()")
    await tab.run("document.getElementById('rater').focus()")
    await tab.run("document.getElementById('rater').value = ''")
    await tab.type("ann")
    await tab.run(f"document.querySelector('[data-mode={mode}]').click()")


async def downloaded(tab: Tab, path: Path) -> list[dict[str, Any]]:
    await tab.run("document.querySelector('.bar .primary').click()")
    for _ in range(250):
        if path.exists():
            return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        await tab.run("new Promise((done) => setTimeout(done, 20))")
    raise TimeoutError(path.name)


def test_levels_given_by_keys_are_gold_that_calibration_reads(tmp_path: Path) -> None:
    originals = {f"row-{number}": judged(number) for number in range(3)}

    async def steps(tab: Tab) -> list[dict[str, Any]]:
        await begin(tab, "levels")
        for level in ("5", "9", "4", "1", "2"):  # 9 is no level and changes nothing
            await tab.press(level)
        await tab.press("u")
        await tab.press("3")
        assert (await tab.run("document.querySelector('.bar [role=status]').textContent")).startswith("1 of 6 done")
        await tab.press("Enter")
        await tab.press("2")
        return await downloaded(tab, tmp_path / "gold.jsonl")

    gold = look(
        tmp_path, {"dialogues": list(originals.values()), "labels": labels_of(rubric_file.load("kardia-core"))}, steps
    )
    labels = [(label["id"], label["level"]) for line in gold for label in line["human"]]
    assert labels == [("relevance", 5), ("fluency", 4), ("empathy", 1), ("persona_consistency", 3), ("relevance", 2)]
    assert {label["rater"] for line in gold for label in line["human"]} == {"ann"}
    for line in gold:
        assert line["messages"] == originals[line["id"]]["messages"], "letter by letter"
    command = [
        sys.executable,
        "-m",
        "kardia_cli",
        "evaluate",
        "gold.jsonl",
        "--protocol",
        "calibration",
        "--judge-model",
        "offline",
    ]
    done = subprocess.run([*command, "--split", "all"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    parts = [{part["id"]: part["value"] for part in json.loads(line)["parts"]} for line in done.stdout.splitlines()]
    assert sorted(len([name for name in part if name.startswith("human.")]) for part in parts) == [1, 4]


def test_a_rater_who_comes_back_finds_the_levels_again(tmp_path: Path) -> None:
    async def steps(tab: Tab) -> None:
        await begin(tab, "levels")
        await tab.press("4")
        await tab.open(tmp_path / "page.html", "#~label")
        await begin(tab, "levels")
        assert await tab.run("document.querySelector('.ask input:checked').value") == "4"

    look(tmp_path, {"dialogues": rows(2), "labels": labels_of(rubric_file.load("kardia-core"))}, steps)


@pytest.mark.parametrize("mode", ["levels", "pairs"])
def test_while_labelling_no_judge_model_span_or_gold_emotion_is_in_the_document(tmp_path: Path, mode: str) -> None:
    secrets = (
        "Secret",
        "SecretOne",
        "SecretTwo",
        "SecretJudge",
        "because of",
        "0.43",
        "That leaves one",
        "They speak of",
    )

    async def steps(tab: Tab) -> None:
        await tab.run("document.querySelector('.level')?.click()")
        await begin(tab, mode)
        for _ in range(3):
            everything = await tab.run("document.documentElement.outerHTML.split('<script>')[0] + document.title")
            assert [word for word in secrets if word in everything] == []
            assert "FAIL" not in await tab.run("document.body.innerText")
            assert "anxious" not in await tab.run("document.getElementById('main').innerText")
            await tab.press("j")

    held = [{**judged(number), "situation": "The exam is near."} for number in range(6)]
    labels = labels_of(rubric_file.load("kardia-core"))
    data = {"title": "SecretOne · SecretTwo", "dialogues": held, "scores": answers("Secret"), "labels": labels}
    look(tmp_path, data, steps)


def test_choices_between_two_models_name_them_in_the_order_in_which_they_were_shown(tmp_path: Path) -> None:
    async def steps(tab: Tab) -> tuple[list[dict[str, Any]], list[str]]:
        await begin(tab, "pairs")
        first = []
        for key in ("1", "2", "0", "1", "1", "2"):
            first.append(await tab.run("document.querySelector('[data-side=first] .words').textContent"))
            await tab.press(key)
        await tab.press("u")
        return await downloaded(tab, tmp_path / "choices.jsonl"), first

    choices, first = look(tmp_path, {"dialogues": rows(6), "scores": answers("m")}, steps)
    assert [choice["winner"] for choice in choices] == ["first", "second", "tie", "first", "first"]
    topics = {"mOne": "rain", "mTwo": "snow"}
    for choice, text in zip(choices, first, strict=False):
        assert set(choice) == {"id", "turn", "first", "second", "winner", "rater"}
        assert topics[choice["first"]] in text
    assert {choice["first"] for choice in choices} == {"mOne", "mTwo"}, "the order is not always the same"
