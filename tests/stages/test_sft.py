"""Rows to a model by TRL's SFTTrainer: what is learned, what stands in the run folder, what a kill costs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from small_rows import row, rows

from kardia_cli.errors import UsageError
from kardia_cli.stages.sft import run_sft
from kardia_cli.training.run_folder import whole_files
from kardia_cli.training.settings import Settings, load
from kardia_cli.weights.fingerprint import folder_hash

SHORT = ["train.max_steps=3", "train.save_steps=1", "train.logging_steps=1", "train.per_device_train_batch_size=4"]


class Killed(BaseException):
    """Stands for a signal: nothing in the stage may catch it."""


def train(
    run: Path, sets: list[str] = SHORT, *, model: str = "tiny", fresh: bool = False, die_at: int = 0, seed: int = 0
) -> tuple[dict[str, Any], list[dict[str, Any]], list[str]]:
    """Run the stage; with `die_at` it is killed when that step is logged, before its checkpoint."""
    emitted: list[dict[str, Any]] = []
    said: list[str] = []

    def emit(metrics: dict[str, Any]) -> None:
        emitted.append(metrics)
        if metrics["step"] == die_at and "loss" in metrics:
            raise Killed

    summary = run_sft(
        rows(), run, model=model, settings=load(None, sets), seed=seed, fresh=fresh, say=said.append, emit=emit
    )
    return summary, emitted, said


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], list[dict[str, Any]]]:
    run = tmp_path_factory.mktemp("sft") / "run"
    summary, emitted, _ = train(run)
    return run, summary, emitted


def test_the_run_folder_holds_start_model_config_metrics_card_and_summary(finished: Any) -> None:
    run, summary, _ = finished
    names = {path.name for path in run.iterdir()}
    assert {"base", "model", "checkpoints", "config.json", "metrics.jsonl", "README.md", "done.json"} <= names
    assert not [name for name in names if "partial" in name or "adapter" in name]
    assert whole_files.read_json(run / "done.json") == summary
    assert summary["steps"] == 3
    assert summary["counts"]["samples"] + summary["counts"]["dev_samples"] == 12
    config = whole_files.read_json(run / "config.json")
    assert config["train"]["max_steps"] == 3
    assert config["rows"]["count"] == 6
    assert "not a therapist" in (run / "README.md").read_text()


def test_no_file_of_the_model_tells_where_it_was_made(finished: Any) -> None:
    run, _, _ = finished
    for path in [*(run / "model").glob("*.json"), *(run / "base").glob("*.json"), run / "README.md", run / "done.json"]:
        assert str(run.parent) not in path.read_text(), path.name


def test_metric_rows_are_numbers_without_times_and_go_on_stdout_alone(
    finished: Any, capsys: Any, tmp_path: Path
) -> None:
    _, _, emitted = finished
    assert [item["step"] for item in emitted if "loss" in item] == [1, 2, 3]
    assert any("eval_loss" in item for item in emitted)
    for item in emitted:
        assert item["stage"] == "sft"
        assert all(isinstance(value, int | float) for name, value in item.items() if name != "stage")
        assert not [name for name in item if "time" in name or "second" in name]
    capsys.readouterr()
    run_sft(
        rows(), tmp_path / "run", model="tiny", settings=load(None, SHORT), seed=0, fresh=False,
        say=lambda text: None, emit=lambda item: print(json.dumps(item)),
    )  # fmt: skip
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == emitted


def test_the_model_moved_and_the_saved_one_speaks(finished: Any) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    run, summary, _ = finished
    assert folder_hash(run / "model") == summary["hash"] != folder_hash(run / "base")
    tokenizer = AutoTokenizer.from_pretrained(run / "model")
    model = AutoModelForCausalLM.from_pretrained(run / "model")
    ids = tokenizer.apply_chat_template([{"role": "user", "content": "Hi"}], return_tensors="pt", return_dict=True)
    assert model(**ids).logits.shape[-1] == len(tokenizer)


def test_a_killed_run_typed_again_gives_the_same_weights_and_metrics(finished: Any, tmp_path: Path) -> None:
    undisturbed, summary, _ = finished
    run = tmp_path / "run"
    with pytest.raises(Killed):
        train(run, die_at=3)
    assert not (run / "model").exists()
    again, emitted, said = train(run)
    assert any("step 2" in text for text in said)
    assert min(item["step"] for item in emitted) == 3
    assert again == summary
    weights = [(path / "model" / "model.safetensors").read_bytes() for path in (run, undisturbed)]
    assert weights[0] == weights[1]


def test_a_finished_run_is_not_trained_again(finished: Any) -> None:
    run, summary, _ = finished
    again, emitted, said = train(run)
    assert again == summary
    assert emitted == []
    assert any("finished" in text for text in said)


def test_changed_settings_and_seed_are_refused_with_the_differences(finished: Any) -> None:
    run, _, _ = finished
    with pytest.raises(UsageError, match=r"(?s)seed: 0 -> 1.*train.logging_steps: 1 -> 2"):
        train(run, [*SHORT, "train.logging_steps=2"], seed=1)


def test_a_value_that_trl_refuses_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="SFTConfig"):
        train(tmp_path / "run", [*SHORT, "train.lr_scheduler_type=nonsense"])


def test_rows_without_four_spans_are_refused(tmp_path: Path) -> None:
    plain = row(0)
    plain["messages"] = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]
    with pytest.raises(UsageError, match="no supporter turn"):
        run_sft(
            [plain], tmp_path / "run", model="tiny", settings=Settings(), seed=0, fresh=False, say=print, emit=print
        )


def test_lora_leaves_an_adapter_and_a_merged_model(finished: Any, tmp_path: Path) -> None:
    """On a base that lacks the markers: they are added, and their rows are trained."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    base, run = without_markers(tmp_path / "base"), tmp_path / "run"
    sets = ["train.max_steps=2", "train.save_steps=2", "train.per_device_train_batch_size=2", "lora.r=4"]
    sets += ["train.gradient_accumulation_steps=1", "train.learning_rate=0.01", "train.warmup_steps=0"]
    train(run, sets, model=str(base))
    adapter = json.loads((run / "adapter" / "adapter_config.json").read_text())
    assert Path(adapter["base_model_name_or_path"]).name == "base"
    tokenizer = AutoTokenizer.from_pretrained(run / "model")
    model = AutoModelForCausalLM.from_pretrained(run / "model")
    (marker,) = tokenizer.encode("<|emotion_begin|>", add_special_tokens=False)
    (other,) = tokenizer.encode("<|response_end|>", add_special_tokens=False)
    rows_of = model.get_input_embeddings().weight
    assert model.config.tie_word_embeddings
    assert not torch.equal(rows_of[marker], rows_of[other])


def without_markers(folder: Path) -> Path:
    """A small tied model of another family whose tokenizer has no marker."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    from kardia_cli.training import tiny

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer, bpe.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    special = [tiny.PAD, tiny.START, tiny.END]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    bpe.train_from_iterator(
        ["a"], trainers.BpeTrainer(vocab_size=300, special_tokens=special, initial_alphabet=alphabet)
    )
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bpe, eos_token=tiny.END, pad_token=tiny.PAD)
    tokenizer.chat_template = tiny.CHAT_TEMPLATE
    shape = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = LlamaConfig(vocab_size=len(tokenizer), tie_word_embeddings=True, max_position_embeddings=8192, **shape)
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def run_on(
    given: list[dict[str, Any]], run: Path, sets: list[str], **how: Any
) -> tuple[dict[str, Any], list[dict[str, Any]], str]:
    """The summary, the metric rows and all that was said."""
    emitted: list[dict[str, Any]] = []
    said: list[str] = []
    summary = run_sft(
        given, run, model="tiny", settings=load(None, sets), seed=0, fresh=False, say=said.append, emit=emitted.append,
        **how,
    )  # fmt: skip
    return summary, emitted, "\n".join(said)


def test_a_sample_longer_than_max_length_is_refused_with_its_row_and_turn(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"row row-\d turn 3: \d+ tokens with its prompt, but 140 fit") as caught:
        run_on(rows(), tmp_path / "run", [*SHORT, "train.max_length=140"])
    assert "--truncate" in caught.value.remedy


def test_with_truncate_such_a_prompt_loses_its_oldest_turns_and_is_counted(tmp_path: Path) -> None:
    summary, _, said = run_on(rows(), tmp_path / "run", [*SHORT, "train.max_length=140"], truncate=True)
    assert summary["counts"]["shortened"] == 3
    assert summary["counts"]["max_length"] == 140
    assert "3 without their 6 oldest turns to fit the context" in said


def test_max_length_is_measured_and_said_before_the_start(tmp_path: Path) -> None:
    summary, _, said = run_on(rows(), tmp_path / "run", ["train.max_steps=1"])
    assert summary["counts"]["max_length"] % 64 == 0
    assert f"max_length {summary['counts']['max_length']}" in said


def test_the_easy_rows_are_taken_where_they_make_a_batch(tmp_path: Path) -> None:
    given = [{**item, "difficulty": "hard" if number % 3 else "easy"} for number, item in enumerate(rows(12))]
    summary, _, said = run_on(given, tmp_path / "auto", ["train.max_steps=1"])
    assert summary["counts"]["samples"] + summary["counts"]["dev_samples"] == 8
    assert "difficulty: 4 easy, 8 hard; sft takes the easy ones (4 rows, 8 supporter turns)" in said
    sets = ["train.max_steps=1", "train.gradient_accumulation_steps=3"]
    summary, _, said = run_on(given, tmp_path / "few", sets)
    assert summary["counts"]["samples"] + summary["counts"]["dev_samples"] == 24
    assert "less than one global batch of 12: all are taken" in said


@pytest.mark.parametrize("sets", [[], ["train.packing=true"]], ids=["padded", "packed"])
def test_as_many_steps_are_made_as_were_said_and_the_held_out_people_are_measured_at_the_end(
    tmp_path: Path, sets: list[str]
) -> None:
    """A run shorter than `save_steps`."""
    sets = [*sets, "train.max_steps=-1", "train.num_train_epochs=2", "train.per_device_train_batch_size=2"]
    summary, emitted, said = run_on(rows(8), tmp_path / "run", sets)
    assert f"{summary['steps']} steps of about" in said
    assert summary["steps"] > 1
    (measured,) = [item for item in emitted if "eval_loss" in item]
    assert measured["step"] == summary["steps"]
    assert summary["eval_loss"] == measured["eval_loss"]
    assert ("packed into" in said) == ("train.packing=true" in sets)
