"""Rows and rewards to a model by TRL's GRPOTrainer, with scripted rewards."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from small_rows import rows

from kardia_cli.chat.local import folder_hash
from kardia_cli.contracts import Score
from kardia_cli.errors import UsageError
from kardia_cli.line import Row
from kardia_cli.stages.grpo import run_grpo
from kardia_cli.training import runs, tiny
from kardia_cli.training.settings import load

SHORT = [
    "train.max_steps=2",
    "train.save_steps=1",
    "train.per_device_train_batch_size=8",
    "train.num_generations=4",
    "train.max_completion_length=8",
]


class Killed(BaseException):
    """Stands for a signal: nothing in the stage may catch it."""


class Script:
    """Pays for the letter e and for length; with `unscored` = n every n-th answer has no length score."""

    weights: Mapping[str, float] = {"letters": 1.0, "length": 0.5}

    def __init__(self, unscored: int = 0) -> None:
        self.asked: list[tuple[str, int, str]] = []
        self.unscored = unscored

    async def settled(self) -> None:
        """Nothing to wait for."""

    async def aclose(self) -> None:
        """Nothing to close."""

    async def score(self, row: Row, turn: int, completion: str) -> dict[str, Score | None]:
        self.asked.append((row["id"], turn, completion))
        share = completion.count("e") / max(1, len(completion))
        silent = self.unscored and len(self.asked) % self.unscored == 0
        return {"letters": Score(share), "length": None if silent else Score(min(1.0, len(completion) / 100))}


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.build(rows(), tmp_path_factory.mktemp("start"), seed=5)


def train(
    start: Path, run: Path, rewards: Script, sets: list[str] = SHORT, die_at: int = 0
) -> tuple[dict[str, Any], list[dict[str, Any]], list[str]]:
    emitted: list[dict[str, Any]] = []
    said: list[str] = []

    def emit(metrics: dict[str, Any]) -> None:
        emitted.append(metrics)
        if metrics["step"] == die_at:
            raise Killed

    summary = run_grpo(
        rows(), run, model=str(start), rewards=rewards, settings=load(None, sets), seed=0, fresh=False,
        say=said.append, emit=emit,
    )  # fmt: skip
    return summary, emitted, said


@pytest.fixture(scope="module")
def finished(start: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any, Any, Script]:
    run, script = tmp_path_factory.mktemp("grpo") / "run", Script()
    summary, emitted, _ = train(start, run, script)
    return run, summary, emitted, script


def test_each_answer_is_scored_once_for_both_rewards(finished: Any) -> None:
    _, _, _, script = finished
    assert len(script.asked) == 16
    contexts = {(name, turn) for name, turn, _ in script.asked}
    assert len(contexts) == 4
    assert {turn for _, turn in contexts} <= {1, 3}


def test_metric_rows_give_the_mean_of_each_reward_and_of_their_weighted_sum(finished: Any) -> None:
    _, summary, emitted, script = finished
    assert [item["step"] for item in emitted] == [1, 2]
    first = [text for _, _, text in script.asked[:8]]
    letters = sum(text.count("e") / max(1, len(text)) for text in first) / 8
    length = sum(min(1.0, len(text) / 100) for text in first) / 8
    assert emitted[0]["rewards/letters"] == pytest.approx(letters, abs=1e-6)
    assert emitted[0]["reward"] == pytest.approx(letters + 0.5 * length, abs=1e-6)
    assert emitted[0]["masked"] == 0
    assert summary["reward_first"] == pytest.approx((emitted[0]["reward"] + emitted[1]["reward"]) / 2)


def test_the_model_moved_and_the_run_folder_says_what_it_was_paid_for(finished: Any, start: Path) -> None:
    run, summary, _, _ = finished
    assert folder_hash(run / "model") == summary["hash"] != folder_hash(start)
    assert tiny.is_tiny(run / "model")
    assert runs.read_json(run / "config.json")["rewards"] == {"letters": 1.0, "length": 0.5}
    assert "reward letters: weight 1.0" in (run / "README.md").read_text()


def test_a_killed_run_typed_again_gives_the_same_weights(finished: Any, start: Path, tmp_path: Path) -> None:
    undisturbed, summary, _, _ = finished
    with pytest.raises(Killed):
        train(start, tmp_path / "run", Script(), die_at=2)
    again, emitted, _ = train(start, tmp_path / "run", Script())
    assert [item["step"] for item in emitted] == [2]
    assert again == summary
    weights = [(path / "model" / "model.safetensors").read_bytes() for path in (tmp_path / "run", undisturbed)]
    assert weights[0] == weights[1]


def test_an_answer_that_one_reward_could_not_score_is_masked_for_all(start: Path, tmp_path: Path) -> None:
    script = Script(unscored=4)
    _, emitted, _ = train(start, tmp_path / "run", script, [*SHORT, "train.max_steps=1"])
    assert emitted[0]["masked"] == 0.25
    scored = [text for at, (_, _, text) in enumerate(script.asked, 1) if at % 4]
    letters = sum(text.count("e") / max(1, len(text)) for text in scored) / len(scored)
    assert emitted[0]["rewards/letters"] == pytest.approx(letters, abs=1e-6)


def test_lora_trains_an_adapter_and_saves_the_merged_model(start: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    summary, _, _ = train(start, run, Script(), [*SHORT, "lora.r=4", "train.learning_rate=0.01"])
    assert (run / "adapter" / "adapter_model.safetensors").is_file()
    assert summary["hash"] != folder_hash(start)


def test_too_few_prompts_for_one_step_are_refused_with_a_remedy(start: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="one step takes 16") as caught:
        train(start, tmp_path / "run", Script(), ["train.num_generations=4", "train.per_device_train_batch_size=64"])
    assert "per_device_train_batch_size=4" in caught.value.remedy
