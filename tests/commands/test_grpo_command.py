"""kardia grpo as a user types it: the dry run, the preflight, GDPO with a held-out judge."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any, cast

import pytest
import typer
from small_rows import rows
from warm import training_commands

from kardia_cli.cli.options import CallFlags, CommonFlags, FormatFlags
from kardia_cli.cli.training import Training
from kardia_cli.training import tiny
from kardia_cli.training.settings import load

SMALL = ["--split", "all", "--set", "train.num_generations=4", "--set", "train.max_completion_length=12"]
KIND = "An exam this near would keep anyone awake, and your body says so too. What part of it weighs on you most?"
BACKWARDS = '''"""Pays for a copy of the reasoning."""

from kardia_cli.rows import turn_format
from kardia_cli.contracts import RewardSpec, Score

SPEC = RewardSpec(judge=False)


async def score(row, completion, judge, chat):
    """1 where response and reasoning are the same."""
    read = turn_format.declared(row).read(completion)
    return Score(float(read is not None and read["response"] == read["reasoning"]), "backwards")
'''


def grpo(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return training_commands().run(folder, "grpo", *arguments)


def read(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.split("\n") if line]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with data.jsonl and an untrained model."""
    folder = tmp_path_factory.mktemp("grpo")
    tiny.build(rows(), folder / "start", seed=5)
    lines = "".join(json.dumps(row) + "\n" for row in rows(6))
    (folder / "data.jsonl").write_text(lines.replace("Tell me more about the exam.", KIND))
    (folder / "backwards.py").write_text(BACKWARDS)
    return folder


def test_a_dry_run_scores_samples_and_the_rows_own_texts_and_leaves_nothing_behind(place: Path) -> None:
    before = sorted(place.iterdir())
    done = grpo(place, "data.jsonl", "--model", "start", "--dry-run", "-n", "3", *SMALL)
    assert done.returncode == 0, done.stderr
    found = read(done.stdout)
    assert [row["kind"] for row in found] == [*["sampled"] * 4, "draft", "refined", "reasoning"] * 3
    assert set(found[0]) == {"id", "turn", "kind", "sample", "text", "rewards", "total"}
    assert [item["id"] for item in found[0]["rewards"]] == ["format", "emotion", "rubric"]
    assert all(item["reason"] for row in found for item in row["rewards"])
    for said in (
        "nothing is trained",
        "spread within groups",
        "refined wins, against a copy",
        "a whole training scores",
    ):
        assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(place.iterdir()) == before


def test_refined_rows_in_the_data_cards_tags_win_a_dry_run_as_sft_would_teach_them(place: Path) -> None:
    text = (place / "data.jsonl").read_text()
    for name in ("understanding", "reasoning", "emotion", "response"):
        text = text.replace(f"<|{name}_begin|>", f"<{name}>").replace(f"<|{name}_end|>", f"</{name}>")
    (place / "tags.jsonl").write_text(text)
    done = grpo(place, "tags.jsonl", "--dry-run", "--split", "all", "--reward", "format")
    assert {row["total"] for row in read(done.stdout) if row["kind"] == "refined"} == {1.0}


def test_think_without_the_format_reward_is_refused_and_the_reward_named(place: Path) -> None:
    done = grpo(place, "data.jsonl", "--dry-run", "--split", "all", "--reward", "emotion", "--think")
    assert done.returncode == 2
    assert "format" in done.stderr
    assert grpo(place, "data.jsonl", "--dry-run", "--split", "all", "--think").returncode == 0


def test_without_a_model_only_the_rows_own_texts_are_scored(place: Path) -> None:
    done = grpo(place, "data.jsonl", "--dry-run", "--split", "all")
    assert done.returncode == 0, done.stderr
    assert [row["kind"] for row in read(done.stdout)] == ["draft", "refined", "reasoning"] * 6
    assert "no --model is given: nothing is sampled" in done.stderr


def test_rewards_that_prefer_a_copy_of_the_reasoning_to_the_refined_reply_are_exit_5(place: Path) -> None:
    done = grpo(place, "data.jsonl", "--dry-run", "--split", "all", "--reward", "backwards.py")
    assert done.returncode == 5, done.stderr
    assert "refined LOSES, against a copy of its reasoning: 0.000 to 1.000 in 6 contexts" in done.stderr
    assert len(read(done.stdout)) == 18


def test_the_preflight_trains_nothing_and_prints_its_tables(place: Path) -> None:
    done = grpo(place, "data.jsonl", "--model", "start", "--check", "--split", "all")
    assert done.returncode == 0, done.stderr
    assert "markers" in done.stdout
    assert "key-value cache" in done.stdout


def test_gdpo_normalises_each_criterion_and_a_held_out_judge_is_asked_about_the_probes(place: Path) -> None:
    done = grpo(
        place, "data.jsonl", "--model", "start", "-o", "run", *SMALL,
        "--held-out-judge", "offline", "--probe-every", "1",
        "--set", "train.multi_objective_aggregation=normalize_then_sum", "--set", "train.per_device_train_batch_size=8",
        "--set", "train.max_steps=1", "--stop-on-hack",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    _, dev, step, probes = read(done.stdout)
    assert {"dev_reward", "dev_rewards/format"} <= set(dev)
    criteria = {
        f"rewards/rubric/{name}" for name in ("relevance", "fluency", "empathy", "persona_consistency", "safety")
    }
    assert criteria | {"rewards/format", "rewards/emotion", "masked", "groups_alike", "canary/whole"} <= set(step)
    assert "eval_rewards/format" in probes
    summary = json.loads((place / "run" / "done.json").read_text())
    assert summary["canaries"]["held_out"] == "offline"
    config = json.loads((place / "run" / "config.json").read_text())
    assert sum(config["rewards"].values()) == pytest.approx(1)
    assert len((place / "run" / "samples.jsonl").read_text().splitlines()) == 8
    assert "is of the training judge's own family" in done.stderr


def test_an_estimate_counts_probes_and_calls_nobody(place: Path) -> None:
    done = grpo(
        place, "data.jsonl", "--model", "start", "-o", "other", *SMALL,
        "--estimate", "--judge-model", "openai/gpt-5-mini",
        "--set", "train.per_device_train_batch_size=8", "--set", "train.max_steps=60",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "estimate for 618 completions" in done.stderr  # 60 steps of 8, three probes of 6, 20 ends of epochs of 6
    assert not (place / "other").exists()


@pytest.mark.parametrize(("source", "wanted"), [("DEFAULT", 128), ("COMMANDLINE", 64)])
def test_all_judge_calls_of_a_step_may_go_out_at_once_unless_the_user_set_a_ceiling(
    place: Path, source: str, wanted: int
) -> None:
    command = typer.main.get_command(cli_of_one_flag())
    with command.make_context("grpo", ["--max-connections", "64"] if source == "COMMANDLINE" else []) as context:
        training = Training("grpo", cast(typer.Context, context), CommonFlags(), "all", FormatFlags())
        settings = load(None, ["train.per_device_train_batch_size=128"])
        flags = training._widen(CallFlags(), str(place / "start"), settings, {"format": 1.0})
    assert flags.max_connections == wanted


def cli_of_one_flag() -> typer.Typer:
    app = typer.Typer()

    @app.command()
    def grpo(max_connections: int = 64) -> None:
        """Have the flag."""

    return app
