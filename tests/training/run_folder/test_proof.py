"""A loaded model says again what the saved one said; where it does not, the run stops and says why it may be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from small_rows import rows

from kardia_cli.errors import UsageError
from kardia_cli.training import tiny
from kardia_cli.training.run_folder import proof

TEXTS = [[5, 60, 70, 80, 90], [7, 8, 9]]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.build(rows(), tmp_path_factory.mktemp("base"), seed=3)


def load(base: Path, dtype: str = "float32") -> Any:
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(base, dtype=dtype)


@pytest.fixture
def checkpoint(base: Path, tmp_path: Path) -> Path:
    """RUN/checkpoints/checkpoint-3 with the stored batch of the base, in a run that notes other versions."""
    folder = tmp_path / "checkpoints" / "checkpoint-3"
    folder.mkdir(parents=True)
    (tmp_path / "config.json").write_text(json.dumps({"versions": {"trl": "0.1"}}))
    proof.write(load(base), TEXTS, folder)
    return folder


def test_the_same_weights_say_the_same(base: Path, checkpoint: Path) -> None:
    said: list[str] = []
    assert proof.check(load(base), checkpoint, said.append) == 0.0
    assert "checkpoint-3 is loaded" in said[0]


def test_log_probabilities_are_those_of_the_tokens_that_stand_there(base: Path) -> None:
    import torch

    model = load(base)
    (found, _) = proof.log_probs(model, TEXTS)
    logits = model(input_ids=torch.tensor([TEXTS[0]])).logits[0].log_softmax(-1).detach()
    assert found == pytest.approx([float(logits[at, token]) for at, token in enumerate(TEXTS[0][1:])], abs=1e-6)


def test_a_slightly_other_weight_stops_with_likely_causes_and_a_way_on(base: Path, checkpoint: Path) -> None:
    import torch

    model = load(base)
    with torch.no_grad():
        model.get_input_embeddings().weight[60] += 0.05
    with pytest.raises(UsageError, match="does not say what it said") as caught:
        proof.check(model, checkpoint)
    assert "trl was 0.1 and is" in caught.value.message
    assert "attention" in caught.value.message
    assert "--fresh" in caught.value.remedy


def test_the_tolerance_is_that_of_the_coarser_format(base: Path, checkpoint: Path) -> None:
    coarse = load(base, "bfloat16")
    assert proof.number_format(coarse) == "bfloat16"
    found = proof.check(coarse, checkpoint)
    assert found is not None
    assert proof.TOLERANCE["float32"] < found < proof.TOLERANCE["bfloat16"]


def test_what_is_no_number_is_a_mismatch(base: Path, checkpoint: Path) -> None:
    import torch

    model = load(base)
    with torch.no_grad():
        model.get_input_embeddings().weight[60] = float("nan")
    with pytest.raises(UsageError, match="inf"):
        proof.check(model, checkpoint)


def test_a_checkpoint_without_a_stored_batch_is_said_to_be_unchecked(base: Path, tmp_path: Path) -> None:
    said: list[str] = []
    assert proof.check(load(base), tmp_path, said.append) is None
    assert "is not checked" in said[0]


def test_looking_draws_no_random_number_and_leaves_dropout_as_it_was(base: Path) -> None:
    import torch

    model = load(base).train()
    model.lm_head.eval()
    before = torch.random.get_rng_state()
    proof.log_probs(model, TEXTS)
    assert torch.equal(before, torch.random.get_rng_state())
    assert model.training
    assert not model.lm_head.training
