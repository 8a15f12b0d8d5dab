"""From a start that writes the four spans in about one answer of five, GRPO with all three rewards learns to write
them.

About 16 s of one core.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scripted import chat, verdict
from small_rows import rows

from kardia_cli import plugins
from kardia_cli.judge import Judge, rubric_file
from kardia_cli.rows import prompts
from kardia_cli.stages.grpo import CanarySettings, run_grpo
from kardia_cli.training import samples, tiny
from kardia_cli.training.reward_set import Rewards
from kardia_cli.training.settings import load
from kardia_cli.training.trl.reports import quiet

NAMES = ("format", "emotion", "rubric")
FAULTS = [
    ("<|response_end|>", ""),
    ("<|emotion_begin|>", ""),
    ("<|reasoning_end|>", ""),
    ("<|understanding_begin|>", ""),
]
GRPO = [
    "train.max_steps=6",
    "train.save_strategy=no",
    "train.per_device_train_batch_size=48",
    "train.num_generations=8",
    "train.max_completion_length=40",
    "train.learning_rate=1e-3",
    "train.beta=0.0",
]


def clumsy(folder: Path) -> Path:
    """A tiny model that learned from turns of which one in five is whole, the others each lack one marker."""
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from trl import SFTConfig, SFTTrainer

    data = rows(6, exchanges=1)
    start = tiny.build(data, folder / "untrained", seed=0)
    items = []
    for row in data:
        whole = row["messages"][1]["content"]
        for text in [whole, *(whole.replace(*fault) for fault in FAULTS)]:
            answer = [{"role": "assistant", "content": text}]
            items.append({"prompt": prompts.conversation(row, 1), "completion": answer})
    model, tokenizer = AutoModelForCausalLM.from_pretrained(start), AutoTokenizer.from_pretrained(start)
    arguments = SFTConfig(
        output_dir=str(folder / "sft"), use_cpu=True, bf16=False, gradient_checkpointing=False, report_to="none",
        save_strategy="no", disable_tqdm=True, max_steps=75, learning_rate=6e-3, per_device_train_batch_size=8,
        max_length=None, logging_strategy="no", seed=0,
    )  # fmt: skip
    with quiet():
        SFTTrainer(
            model=model, args=arguments, train_dataset=samples.dataset(items), processing_class=tokenizer
        ).train()
        model.save_pretrained(folder / "clumsy")
        tokenizer.save_pretrained(folder / "clumsy")
    return folder / "clumsy"


def test_format_is_learned_from_a_start_where_one_answer_in_five_has_it(tmp_path: Path) -> None:
    model, script = chat(verdict)
    functions = {name: plugins.load("reward", name) for name in NAMES}
    rewards = Rewards(functions, dict.fromkeys(NAMES, 1 / 3), Judge(rubric_file.load("kardia-core"), model, 0))
    logged: list[dict[str, Any]] = []
    run_grpo(
        rows(16, exchanges=1), tmp_path / "run", model=str(clumsy(tmp_path)), rewards=rewards,
        settings=load(None, GRPO), seed=0, fresh=False, say=lambda text: None, emit=logged.append,
        canary_settings=CanarySettings(judged=("rubric",), every=3),
    )  # fmt: skip
    share = [row["rewards/format"] for row in logged if "rewards/format" in row]
    probed = [row["eval_rewards/format"] for row in logged if "eval_rewards/format" in row]
    assert 0.08 <= share[0] <= 0.35
    assert sum(share[-2:]) / 2 >= share[0] + 0.25
    assert (len(share), len(probed)) == (6, 3)
    dev = [row["dev_rewards/format"] for row in logged if "dev_rewards/format" in row]  # 8 contexts an epoch
    assert len(script.asked) == round(48 * sum(share) + 8 * sum(probed + dev))  # the judge saw whole turns alone
    assert "canary/gap" in next(row for row in logged if row["step"] == 4 and "loss" in row)
