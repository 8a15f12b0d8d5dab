"""Two processes train one model on the CPU: one of them reads, writes and speaks."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from small_rows import rows

from kardia_cli.stages.sft import run_sft
from kardia_cli.stream.jsonl import dump
from kardia_cli.training.run_folder import whole_files
from kardia_cli.training.settings import load
from kardia_cli.training.trl import ranks

SETS = ["train.max_steps=4", "train.save_steps=2", "train.logging_steps=1", "train.per_device_train_batch_size=2"]
SETS += ["train.train_sampling_strategy=random", "train.warmup_steps=0"]


def launched(folder: Path, module: list[str], path: str = "", **how: Any) -> subprocess.CompletedProcess[str]:
    """Two processes by torchrun, which `accelerate launch` uses for several GPUs."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2", *module]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "KARDIA_SALT": "test", "NO_COLOR": "1"}
    environment |= {"PYTHONPATH": path} if path else {}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=300, **how
    )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ranks")


def sft(place: Path) -> subprocess.CompletedProcess[str]:
    """kardia sft on rows from stdin, which two processes inherit and one reads."""
    sets = [word for text in SETS for word in ("--set", text)]
    given = "".join(dump(row).decode() for row in rows(12))
    return launched(place, ["-m", "kardia_cli", "sft", "-", "-o", "two", "--split", "all", *sets], input=given)


@pytest.fixture(scope="module")
def two(place: Path) -> tuple[Path, subprocess.CompletedProcess[str]]:
    done = sft(place)
    assert done.returncode == 0, done.stderr
    return place / "two", done


def losses(lines: list[dict[str, Any]]) -> list[float]:
    return [row["loss"] for row in lines if "loss" in row]


def test_what_is_said_and_each_metric_row_come_once(two: Any) -> None:
    run, done = two
    emitted = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["step"] for row in emitted if "loss" in row] == [1, 2, 3, 4]
    noted = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    assert losses(noted) == losses(emitted)
    assert done.stderr.count("training tiny") == 1
    assert done.stderr.count("split all: 12 rows") == 1


def test_both_processes_count_into_the_batch_that_is_announced(two: Any) -> None:
    assert "4 supporter turns a global batch" in two[1].stderr


def test_the_run_folder_is_whole_and_has_no_leavings(two: Any) -> None:
    run, _ = two
    names = {path.name for path in run.iterdir()}
    assert {"base", "model", "checkpoints", "config.json", "metrics.jsonl", "README.md", "done.json"} <= names
    assert not list(run.rglob("*.partial"))
    assert {path.name for path in (run / "checkpoints" / "checkpoint-4").glob("rng_state*")} == {
        "rng_state_0.pth",
        "rng_state_1.pth",
    }


def test_two_processes_learn_what_one_learns_from_the_same_batches(two: Any, tmp_path: Path) -> None:
    """The same four turns a step, as two times two, and as two accumulated batches of two."""
    emitted: list[dict[str, Any]] = []
    sets = [*SETS, "train.gradient_accumulation_steps=2"]
    run_sft(
        rows(12), tmp_path / "one", model="tiny", settings=load(None, sets), seed=0, fresh=False,
        say=lambda text: None, emit=emitted.append,
    )  # fmt: skip
    together = [json.loads(line) for line in two[1].stdout.splitlines()]
    assert losses(together) == pytest.approx(losses(emitted), abs=1e-4)
    measured = [[row["eval_loss"] for row in lines if "eval_loss" in row] for lines in (together, emitted)]
    assert measured[0] == pytest.approx(measured[1], rel=0.01)  # transformers takes the mean over batches, which differ


def test_two_processes_typed_again_go_on_from_their_checkpoint_to_the_same_weights(two: Any, place: Path) -> None:
    run, _ = two
    before = (run / "model" / "model.safetensors").read_bytes()
    (run / "done.json").unlink()
    shutil.rmtree(run / "model")
    shutil.rmtree(run / "checkpoints" / "checkpoint-4")
    done = sft(place)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("it goes on from step 2") == 1
    assert (run / "model" / "model.safetensors").read_bytes() == before
    assert whole_files.read_json(run / "done.json")["steps"] == 4


SHARING = """
import os
from kardia_cli.errors import UsageError
from kardia_cli.training.trl import ranks

def find():
    assert os.environ["RANK"] == "0", "only the first process works"
    return {"from": os.getpid()}

def refuse():
    raise UsageError("no")

print(f"got {ranks.shared(find)['from'] != os.getpid()}\\n", end="", flush=True)
try:
    ranks.shared(refuse)
except UsageError:
    print("refused\\n", end="", flush=True)
    raise SystemExit(2)
print("not refused\\n", end="", flush=True)
"""


def test_what_the_first_process_finds_all_get_and_what_it_refuses_ends_all(place: Path) -> None:
    (place / "sharing.py").write_text(SHARING)
    done = launched(place, ["sharing.py"])
    assert done.returncode == 1, done.stderr
    assert sorted(done.stdout.splitlines()) == ["got False", "got True", "refused"]


def test_a_process_alone_shares_with_nobody() -> None:
    said: list[str] = []
    assert ranks.shared(lambda: 3) == 3
    ranks.console(said.append)("here")
    assert said == ["here"]


SPREADING = """
import types
from pathlib import Path
import torch
from peft import LoraConfig, get_peft_model
from torch.distributed.checkpoint.state_dict import StateDictOptions, get_model_state_dict
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor import DTensor
from transformers import AutoModelForCausalLM
from small_rows import rows
from kardia_cli.training import tiny
from kardia_cli.training.trl import ranks

FOLDER = ranks.shared(lambda: tiny.build(rows(), Path("start"), seed=0))

def again():
    return AutoModelForCausalLM.from_pretrained(FOLDER)

def gathered(model):  # as accelerate does it for FSDP2
    how = StateDictOptions(full_state_dict=True, broadcast_from_rank0=True, cpu_offload=True)
    return get_model_state_dict(model, options=how)

for lora in (None, LoraConfig(r=2, target_modules="all-linear", task_type="CAUSAL_LM")):
    torch.manual_seed(0)
    model = get_peft_model(again(), lora) if lora else again()
    with torch.no_grad():
        for value in model.parameters():
            value.add_(0.5 * value.requires_grad)
    wanted = {name: value.clone() for name, value in model.named_parameters()}
    mesh = init_device_mesh("cpu", (2,))
    for layer in (model.base_model.model if lora else model).model.layers:
        fully_shard(layer, mesh=mesh)
    fully_shard(model, mesh=mesh)
    assert all(isinstance(value, DTensor) for value in model.parameters())
    trainer = types.SimpleNamespace(
        is_fsdp_enabled=True, is_deepspeed_enabled=False, model=model, model_wrapped=model,
        accelerator=types.SimpleNamespace(get_state_dict=gathered),
    )
    made = ranks.whole(trainer, again)
    if ranks.is_first():
        assert hasattr(made, "merge_and_unload") == bool(lora)
        print(sum(torch.equal(value, wanted[name]) for name, value in made.named_parameters()), "of", len(wanted))
    else:
        assert made is None
"""


def test_shards_of_two_processes_are_put_together_with_and_without_an_adapter(place: Path) -> None:
    """Real shards, by FSDP2 on the CPU."""
    (place / "spreading.py").write_text(SPREADING)
    support = str(Path(__file__).parents[2] / "support")
    done = launched(place, ["spreading.py"], path=support)
    assert done.returncode == 0, done.stderr
    assert [line.split(" of ")[0] == line.split(" of ")[1] for line in done.stdout.splitlines()] == [True, True]


class Sharded:
    """What `whole` asks of a trainer whose model is spread: the state that its accelerator puts together."""

    is_fsdp_enabled, is_deepspeed_enabled = True, False

    def __init__(self, model: Any, state: dict[str, Any]) -> None:
        self.model = self.model_wrapped = model
        self.accelerator = self
        self._state = state

    def get_state_dict(self, model: Any) -> dict[str, Any]:
        return self._state


def test_a_model_that_was_spread_is_put_together_with_its_adapter(tmp_path: Path) -> None:
    """The state as FSDP gives it, half of the precision lost on the base: only what was trained is taken."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    from kardia_cli.training import tiny

    folder = tiny.build(rows(), tmp_path / "base", seed=0)

    def again() -> Any:
        return AutoModelForCausalLM.from_pretrained(folder)

    trained = get_peft_model(again(), LoraConfig(r=2, target_modules="all-linear", task_type="CAUSAL_LM"))
    with torch.no_grad():
        for value in trained.parameters():
            if value.requires_grad:
                value.add_(0.5)
    state = {name: value.bfloat16() for name, value in trained.state_dict().items()}
    made = ranks.whole(Sharded(trained, state), again)
    assert hasattr(made, "merge_and_unload")
    for name, value in made.state_dict().items():
        wanted = state[name].float() if "lora_" in name else trained.state_dict()[name]
        assert torch.equal(value, wanted), name
    del state[next(name for name in state if "lora_" in name)]
    with pytest.raises(RuntimeError, match="lack 1 trained parameters"):
        ranks.whole(Sharded(trained, state), again)
