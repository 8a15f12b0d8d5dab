"""Another domain goes through all stages on four files: the page's own commands offline, and what a model is told."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
from scripted import chat, verdict
from warm import training_commands

from kardia_cli.contracts import Dialogue
from kardia_cli.environments import seeker
from kardia_cli.evaluation.answers import ask_label
from kardia_cli.judge import Judge, rubric_file
from kardia_cli.rows import labels, turn_format
from kardia_cli.rows.request import Request
from kardia_cli.stages.refinements import Refiner, refine
from kardia_cli.strategies import kardia

DESK = Path(__file__).parents[2] / "examples" / "another_domain"
FEWER = {
    "grpo": ["--set", "train.max_completion_length=16", "--set", "train.per_device_train_batch_size=8"],
    "evaluate": ["--with", "max_tokens=16", "-n", "2"],
}


def commands(folder: Path) -> list[list[str]]:
    """The commands of the page's first block, with their output in a folder."""
    block = re.findall(r"```sh\n(.*?)```", (DESK / "README.md").read_text(), re.DOTALL)[0]
    given = dict(re.findall(r'^(\w+)="(.*)"$', block, re.MULTILINE))
    for name, value in given.items():
        block = block.replace(f"${name}", value)
    block = re.sub(r" > \S+$", "", block.replace("/tmp/desk", str(folder)), flags=re.MULTILINE)
    return [shlex.split(line)[1:] for line in block.splitlines() if line.startswith("kardia ")]


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_support_desk_goes_through_all_seven_stages(tmp_path: Path) -> None:
    shutil.copytree(DESK, tmp_path / "desk")
    names = []
    for name, *rest in commands(tmp_path):
        done = training_commands().run(tmp_path / "desk", name, *rest, *FEWER.get(name, []))
        assert done.returncode == 0, done.stderr
        assert "a bug" not in done.stderr
        names.append(name)
    assert names == ["build-profiles", "synthesize", "critique", "refine", "sft", "grpo", "evaluate"]
    form, topics = turn_format.use_file(DESK / "ticket.toml"), labels.load(str(DESK / "topics.toml")).labels
    data = rows(tmp_path / "data.jsonl")
    assert len(data) >= 6
    for row in data:
        turns = [message["content"] for message in row["messages"] if message["role"] == "assistant"]
        assert (row["format"], row["labels"], {form.label(turn) for turn in turns}) == (
            "ticket",
            "topics",
            {row["emotion"]},
        )
        assert all("(offline placeholder)" in form.visible(turn) for turn in turns)
    assert {row["emotion"] for row in rows(tmp_path / "drafts.jsonl")} == set(topics)
    config = json.loads((tmp_path / "grpo" / "config.json").read_text())
    assert (config["format"], config["labels"]) == ("ticket", "topics")
    read = rubric_file.load(str(DESK / "desk.yaml")).read_hash
    assert {score["rubric_hash"] for score in rows(tmp_path / "scores.jsonl")} == {read}


@pytest.fixture
def asked() -> list[Request]:
    """All that a model is asked when it plays a support-desk talk, refines it, judges it and names its label."""
    turn_format.use_file(DESK / "ticket.toml")
    labels.load(str(DESK / "topics.toml"))
    ticket = turn_format.load("ticket").render(
        {"note": "A delivery is late.", "topic": "delivery", "reply": "We ask the carrier today and write by noon."}
    )
    rubric = rubric_file.load(str(DESK / "desk.yaml"))

    def answers(request: Request) -> Any:
        if request.task == "judge.turn":
            return verdict(request, level=4 if "carrier" in request.facts["reply"] else 1)
        if request.task == "judge.fit":
            return {"nonce": request.facts["nonce"], "reason": "r", "fits": True}
        if request.task == "judge.dialogue":
            return {
                "nonce": request.facts["nonce"], "answers": [{"id": "identity_drift", "reason": "r", "present": False}]
            }  # fmt: skip
        if request.task == "rewriter.label":
            return {"spans": [{"name": "note", "text": "A parcel is late."}]}
        return {"message": "Where is it?", "resolved": True} if request.task == "seeker.turn" else ticket

    model, script = chat(answers)
    wrong = ticket.replace("[topic]delivery", "[topic]billing").replace("A delivery is late", "A billing case")
    row = {
        "id": "x", "person": "About: rides to work", "situation": "My parcel is late.", "emotion": "delivery",
        "format": "ticket", "labels": "topics",
        "messages": [
            {"role": "user", "content": "Where is my parcel?"}, {"role": "assistant", "content": wrong},
            {"role": "user", "content": "And the pads?"},
            {"role": "assistant", "content": ticket.replace("We ask the carrier today", "No idea")},
        ],
    }  # fmt: skip
    dialogue = Dialogue("x", row["person"], None, row["situation"], row["messages"][:1], 0, 0, "ticket", "topics")

    async def play() -> None:
        await seeker.speak({**row, "messages": []}, model, seed=0, exchange=1, max_exchanges=4)
        await kardia.reply(dialogue, model)
        await refine(row, Refiner(Judge(rubric, model, 0), model, model, lambda given: kardia.reply(given, model), 0))
        assert await ask_label(row, 1, model, {}) is not None

    asyncio.run(play())
    return script.asked


def test_a_model_is_told_of_the_desk_and_never_of_feelings(asked: list[Request]) -> None:
    told = {request.task: " ".join(message["content"] for message in request.messages) for request in asked}
    assert set(told) == {
        "seeker.turn", "supporter.turn", "judge.turn", "judge.dialogue", "rewriter.turn", "rewriter.label",
        "supporter.label",
    }  # fmt: skip
    for task, words in told.items():
        assert not re.search(r"emotion|feeling|supportive companion", words), task
    assert "You work at the support desk of a shop for bicycles" in told["supporter.turn"]
    assert "You grade replies in the talks of a shop's support desk with its customers." in told["judge.turn"]
    assert "one supporter turn from the talks of a shop's support desk" in told["rewriter.turn"]
    assert "The topic of it: delivery" in told["seeker.turn"]
    assert "The topics that the supporter named" in told["judge.dialogue"]
    assert "Which topic fits" in told["supporter.label"]
