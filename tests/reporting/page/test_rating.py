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
from small_rows import rows, turn
from viewed import answers, judged, look

from kardia_cli.judge import rubric_file
from kardia_cli.reporting.page.labelling import labels_of
from kardia_cli.reporting.page.page import page

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


def kardia(folder: Path, words: str) -> list[dict[str, Any]]:
    """The rows of a command that reads a download."""
    command = [sys.executable, "-m", "kardia_cli", *words.split(), "--split", "all"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


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
    done = kardia(tmp_path, "evaluate gold.jsonl --protocol calibration --judge-model offline")
    parts = [{part["id"]: part["value"] for part in line["parts"]} for line in done]
    assert sorted(len([name for name in part if name.startswith("human.")]) for part in parts) == [1, 4]


def test_a_rater_who_comes_back_finds_the_levels_again(tmp_path: Path) -> None:
    async def steps(tab: Tab) -> None:
        await begin(tab, "levels")
        await tab.press("4")
        await tab.open(tmp_path / "page.html", "#~label")
        await begin(tab, "levels")
        assert await tab.run("document.querySelector('.ask input:checked').value") == "4"

    look(tmp_path, {"dialogues": rows(2), "labels": labels_of(rubric_file.load("kardia-core"))}, steps)


def test_what_was_said_of_a_draft_is_not_said_of_its_rewrite(tmp_path: Path) -> None:
    labels = labels_of(rubric_file.load("kardia-core"))
    draft, rewrite = rows(1, exchanges=1), rows(1, exchanges=1)
    rewrite[0]["messages"][1]["content"] = turn("anxious", "what you dread")
    path = tmp_path / "page.html"

    async def steps(tab: Tab) -> None:
        for topic, made, done in (("draft", draft, 0), ("rewrite", rewrite, 0), ("draft again", draft, 1)):
            scores = [{"id": "row-0", "turn": 1, "model": name, "text": f"{name} {topic[:5]}"} for name in ("a", "b")]
            path.write_text(page({"dialogues": made, "scores": scores, "labels": labels}), encoding="utf-8")
            for mode, keys in (("levels", "1234"), ("pairs", "1")):
                await tab.open(path, "#~label")
                await begin(tab, mode)
                status = await tab.run("document.querySelector('.bar [role=status]').textContent")
                assert status.startswith(f"{done} of 1 done"), (topic, mode)
                assert await tab.run("document.querySelector('.bar .primary').disabled") is not bool(done)
                for key in keys:
                    await tab.press(key)

    look(tmp_path, {}, steps)


def test_a_browser_that_keeps_nothing_says_so(tmp_path: Path) -> None:
    async def steps(tab: Tab) -> None:
        await tab.run("Storage.prototype.setItem = () => { throw new Error('full'); }")
        await begin(tab, "levels")
        await tab.press("4")
        assert "download before you leave" in await tab.run("document.querySelector('.bar [role=status]').textContent")

    look(tmp_path, {"dialogues": rows(1), "labels": labels_of(rubric_file.load("kardia-core"))}, steps)


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


def test_a_page_for_raters_gives_the_same_downloads_as_one_that_shows_all(tmp_path: Path) -> None:
    made = [judged(number) for number in range(3)]
    made[1]["messages"][1]["content"] = "<|response_begin|>Broken «ü» 心"
    made[2]["messages"].insert(0, {"role": "system", "content": f"Be kind to:\n{made[2]['person']}"})
    labels = labels_of(rubric_file.load("kardia-core"))

    def both(folder: Path, only: bool) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        folder.mkdir()

        async def steps(tab: Tab) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
            await begin(tab, "levels")
            for _ in range(6):
                await tab.press("3")
                await tab.press("j")
            gold = await downloaded(tab, folder / "gold.jsonl")
            await tab.open(folder / "page.html", "#~label")
            await begin(tab, "pairs")
            for _ in range(3):
                await tab.press("0")
            return gold, await downloaded(tab, folder / "choices.jsonl")

        data = {"dialogues": made, "scores": answers("m"), "labels": {**labels, "only": only}}
        gold, choices = look(folder, data, steps)
        return gold, sorted(({**each, "first": "", "second": ""} for each in choices), key=str)

    shown, blind = both(tmp_path / "shown", False), both(tmp_path / "blind", True)
    assert len(shown[0]) == len(shown[1]) == 3
    assert blind == shown
    by_id = {line["id"]: line for line in blind[0]}
    for row in made:
        kept = {name: row[name] for name in ("messages", "emotion", "anon_username", "person", "models")}
        assert {name: by_id[row["id"]][name] for name in kept} == kept


def test_choices_made_blind_stand_in_place_of_the_judge(tmp_path: Path) -> None:
    made, scores = rows(3), [each for each in answers("m") if each["id"] in ("row-0", "row-1", "row-2")]

    async def steps(tab: Tab) -> list[dict[str, Any]]:
        await begin(tab, "pairs")
        for _ in range(3):  # whoever spoke of snow is chosen
            first = await tab.run("document.querySelector('[data-side=first]').textContent")
            await tab.press("1" if "snow" in first else "2")
        return await downloaded(tab, tmp_path / "choices.jsonl")

    labels = labels_of(rubric_file.load("kardia-core"), only=True)
    choices = look(tmp_path, {"dialogues": made, "scores": scores, "labels": labels}, steps)
    assert {choice[choice["winner"]] for choice in choices} == {"mTwo"}
    for name, lines in (("rows.jsonl", made), ("replies.jsonl", scores)):
        (tmp_path / name).write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    done = kardia(
        tmp_path, "evaluate rows.jsonl --protocol pairwise --predictions replies.jsonl --with human=choices.jsonl"
    )
    found = {(line["model"], line["id"], line["turn"]): line for line in done}
    assert {name[0]: line["value"] for name, line in found.items() if name[2] == 1} == {"mOne": 0.0, "mTwo": 1.0}


def test_the_keyboard_stays_at_the_criterion_that_is_asked(tmp_path: Path) -> None:
    async def steps(tab: Tab) -> None:
        await begin(tab, "levels")
        await tab.press("4")
        assert await tab.run("document.activeElement.dataset.id") == "fluency"
        await tab.press("ArrowUp")
        assert await tab.run("document.activeElement.dataset.id") == "relevance"

    look(tmp_path, {"dialogues": rows(1), "labels": labels_of(rubric_file.load("kardia-core"))}, steps)
