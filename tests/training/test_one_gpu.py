"""The recipe for one GPU: its settings are ones that TRL takes, its numbers are those that `--check` predicts."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from kardia_cli.cli.config import load_toml
from kardia_cli.training import models
from kardia_cli.training.memory import prediction
from kardia_cli.training.memory.free import Free
from kardia_cli.training.memory.parts import GIB, Memory
from kardia_cli.training.memory.prediction import cache_size, count
from kardia_cli.training.plan import Plan, Start
from kardia_cli.training.settings import load
from kardia_cli.training.trl import arguments

FOLDER = Path(__file__).parents[2] / "examples" / "one_gpu"
README = (FOLDER / "README.md").read_text(encoding="utf-8")
RUN = (FOLDER / "run.sh").read_text(encoding="utf-8")
CARD = int(79.15 * GIB)
GPU = prediction.Machine(gpu=True, number=2, card=CARD)


def policy() -> Any:
    """The shape of Qwen2.5-7B."""
    from transformers import AutoConfig

    return AutoConfig.for_model(
        "qwen2", vocab_size=152064, hidden_size=3584, intermediate_size=18944, num_hidden_layers=28,
        num_attention_heads=28, num_key_value_heads=4, tie_word_embeddings=False, dtype="bfloat16",
    )  # fmt: skip


def judge() -> Any:
    """The shape of Qwen3-8B."""
    from transformers import AutoConfig

    return AutoConfig.for_model(
        "qwen3", vocab_size=151936, hidden_size=4096, intermediate_size=12288, num_hidden_layers=36, head_dim=128,
        num_attention_heads=32, num_key_value_heads=8, tie_word_embeddings=False, dtype="bfloat16",
    )  # fmt: skip


def shares() -> tuple[float, float]:
    """Of the card: vLLM for the policy, vLLM for the judge."""
    found = re.search(r"JUDGE_SHARE:-([\d.]+)", RUN)
    assert found
    return float(load(FOLDER / "grpo.toml").train["vllm_gpu_memory_utilization"]), float(found[1])


def predicted(stage: prediction.Stage) -> Memory:
    settings = load(FOLDER / f"{stage}.toml")
    table = (
        {**arguments.sft_table(settings, False, True), "packing": True}
        if stage == "sft"
        else arguments.grpo_table(settings, False, {})
    )
    plan = Plan(Start("policy", None, "", False), table, models.lora_table(settings, False), 0)
    return prediction.predict(
        policy(), plan, stage=stage, tokens=1600, untrained=8 if stage == "sft" else 0, machine=GPU,
        available=Free(CARD, "a card"),
    )  # fmt: skip


def cells(row: str) -> list[float]:
    line = next(line for line in README.splitlines() if line.startswith(f"| {row}"))
    return [float(cell.strip(" *").replace("–", "0")) for cell in line.strip("|").split("|")[1:]]


@pytest.mark.parametrize(("stage", "column"), [("sft", 0), ("grpo", 1)])
def test_the_readme_gives_what_is_predicted_and_it_fits(stage: Any, column: int) -> None:
    found = predicted(stage)
    judge = shares()[1] * CARD if stage == "grpo" else 0.0
    assert cells("**at least")[column] == pytest.approx((found.total + judge) / GIB, abs=0.6)
    assert found.total + judge < CARD

    def together(*names: str) -> float:
        return sum(part.size for part in found.parts if part.name in names) / GIB

    rows = {
        "weights of": together("weights"),
        "what is trained": together("trained copies", "gradients", "optimiser"),
        "logits": together("logits"),
        "vLLM for the policy": together("vLLM"),
        "vLLM for the judge": judge / GIB,
    }
    for row, size in rows.items():
        assert cells(row)[column] == pytest.approx(size, abs=0.1), row


def test_the_judge_has_room_for_its_weights_and_a_step_of_calls() -> None:
    share = shares()[1] * CARD
    left = share - 1.5 * GIB - 2 * count(judge()).all
    assert 30 * 1600 < left / cache_size(judge(), 2) < 60_000


@pytest.mark.filterwarnings("ignore:.gradient_checkpointing")
@pytest.mark.parametrize("stage", ["sft", "grpo"])
def test_the_settings_are_ones_that_trl_takes(stage: str, tmp_path: Path) -> None:
    from trl import GRPOConfig, SFTConfig

    config, settings = SFTConfig if stage == "sft" else GRPOConfig, load(FOLDER / f"{stage}.toml")
    table = (
        arguments.sft_table(settings, False, True)
        if stage == "sft"
        else arguments.grpo_table(settings, False, {"rubric": 1.0})
    )
    table.setdefault("gradient_accumulation_steps", 1)
    plan = Plan(Start("policy", None, "", False), table, None, 0)
    made = arguments.trainer_config(config, plan, tmp_path)
    assert made.learning_rate == {"sft": 1e-4, "grpo": 1e-6}[stage]


def test_the_judge_is_an_alias_on_this_machine_under_the_name_that_is_served() -> None:
    tables = load_toml(FOLDER / "grpo.toml")
    alias = tables["models"][tables["grpo"]["judge-model"]]
    port = re.search(r":(\d+)/v1", alias["base"])
    assert port
    assert f"--served-model-name {alias['name'].removeprefix('hosted_vllm/')} " in RUN
    assert f"--port {port[1]} " in RUN


def test_the_script_is_bash_and_every_command_and_option_in_it_exists() -> None:
    subprocess.run(["bash", "-n", str(FOLDER / "run.sh")], check=True)
    from kardia_cli.cli.main import build

    commands = build().commands
    calls = re.findall(r"^kardia (\w+)(.*)$", RUN.replace("\\\n", " "), re.MULTILINE)
    assert {name for name, _ in calls} == {"sft", "grpo"}
    for name, line in calls:
        known = {option for parameter in commands[name].params for option in parameter.opts}
        assert set(re.findall(r"(?<=\s)--?[a-z][\w-]*", line)) <= known
