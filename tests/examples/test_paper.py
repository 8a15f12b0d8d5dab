"""The paper's set-up in examples/paper: its files load, and every estimate on its page needs no key and no network."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from warm import run, training_commands

from kardia_cli.cli.config import load_toml
from kardia_cli.training.settings import load
from kardia_cli.training.trl import arguments

FOLDER = Path(__file__).parents[2] / "examples" / "paper"
README = (FOLDER / "README.md").read_text(encoding="utf-8")
COMMANDS = [line.split()[1:] for line in README.split("## What it costs")[1].splitlines() if line.startswith("kardia ")]
NOWHERE = {"OPENAI_API_KEY": "", "https_proxy": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files, and the dialogues that the page makes, but few of them."""
    folder = tmp_path_factory.mktemp("paper")
    shutil.copytree(FOLDER, folder / "examples" / "paper")
    for words in COMMANDS:
        if "--estimate" not in words:
            at = words.index("-n") + 1
            done = run(folder, *words[:at], "12", *words[at + 1 :], **NOWHERE)
            assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("words", [words for words in COMMANDS if "--estimate" in words], ids=lambda words: words[0])
def test_every_estimate_on_the_page_runs_without_key_and_network(words: list[str], desk: Path) -> None:
    kardia = training_commands().run if words[0] == "grpo" else run
    done = kardia(desk, *words, **NOWHERE, COLUMNS="200")
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert re.search(r"about [\d,]+ calls", done.stderr)
    assert {"synthesize": "gpt-4o-2024-11-20", "evaluate": "gpt-5-mini", "grpo": "reward-judge"}[
        words[0]
    ] in done.stderr


def test_the_files_say_what_the_paper_says() -> None:
    made: dict[str, Any] = load_toml(FOLDER / "synthesize.toml")["synthesize"]
    assert (made["max-exchanges"], made["rewrites"], made["ends-by"], made["pairing"]) == (10, 5, "judge", "natural")
    assert load_toml(FOLDER / "grpo.toml")["models"]["reward-judge"]["name"] == "hosted_vllm/Qwen/Qwen3-8B"


@pytest.mark.parametrize(("stage", "rate", "batch"), [("sft", 1e-4, None), ("grpo", 1e-6, 4)])
def test_the_training_settings_are_the_papers(stage: str, rate: float, batch: int | None) -> None:
    settings = load(FOLDER / f"{stage}.toml")
    table = (
        arguments.sft_table(settings, False, True)
        if stage == "sft"
        else arguments.grpo_table(settings, False, {"format": 1.0, "emotion": 1.0, "rubric": 1.0})
    )
    assert (table["learning_rate"], table["num_train_epochs"]) == (rate, 2)
    assert batch is None or arguments.contexts_per_step(table) == batch
