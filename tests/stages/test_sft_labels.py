"""What is learned, read back as text from the batches that TRL's own dataloader and collator make."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from small_rows import row

from kardia_cli.rows import prompts
from kardia_cli.stages.sft import trainer_for
from kardia_cli.training import models, samples, tiny
from kardia_cli.training.plan import Plan, Start
from kardia_cli.training.settings import load
from tests.support.four_spans import MARKERS

ROWS = [row(0, "anxious", 3), row(1, "proud", 3), row(2, "lonely", 1)]
THINKING = (
    "{%- for m in messages -%}{{ '<|im_start|>' + m['role'] + '\n' }}"
    "{%- if m['role'] == 'assistant' and loop.last -%}{{ '<think>\n\n</think>\n\n' }}{%- endif -%}"
    "{{ m['content'] + '<|im_end|>\n' }}{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{ '<|im_start|>assistant\n' }}"
    "{%- if enable_thinking is defined and enable_thinking is false -%}{{ '<think>\n\n</think>\n\n' }}{%- endif -%}"
    "{%- endif -%}"
)
"""As Qwen3's does it: an empty thought before the last answer, and in a prompt that is told not to think."""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.build(ROWS, tmp_path_factory.mktemp("tiny"), seed=0)


def trainer(base: Path, sets: tuple[str, ...], template: str | None = None) -> tuple[Any, Any]:
    """TRL's trainer as sft makes it, and the tokenizer."""
    settings = load(None, [f"train.{text}" for text in ("max_steps=1", "per_device_train_batch_size=3")] + list(sets))
    table = {**settings.train, "packing": settings.train.get("packing", False), "gradient_accumulation_steps": 1}
    plan = Plan(Start("tiny", None, "", tiny=True), table, models.lora_table(settings, True), 0)
    net, tokenizer, added = models.load(base, plan)
    if template:
        tokenizer.chat_template = template
    made = samples.for_sft(ROWS, tokenizer, 4096)
    found = {"max_length": 2 * max(made.lengths)}
    return trainer_for(plan, (net, tokenizer, added), (made, samples.Samples()), base / "unused", found, []), tokenizer


def expected(end: str = "<|im_end|>") -> list[str]:
    """Every supporter turn with its four spans and the token that ends it."""
    return [item["messages"][turn]["content"] + end for item in ROWS for turn in prompts.supporter_turns(item)]


def read_back(made: Any, tokenizer: Any) -> list[tuple[str, str]]:
    """Of each sample in the batches of one epoch: what carries loss, and what does not."""
    found = []
    for batch in made.get_train_dataloader():
        for ids, labels, where in documents(batch):
            learned = [label for label in labels if label != -100]
            assert learned == [token for token, label in zip(ids, labels, strict=True) if label != -100]
            given = [token for token, label in zip(ids, labels, strict=True) if label == -100]
            assert where == sorted(where)
            found.append((tokenizer.decode(learned), tokenizer.decode(given)))
    return found


def documents(batch: Any) -> list[tuple[list[int], list[int], list[int]]]:
    """Token ids, labels and positions of each sample: padded rows, or one long row where they are packed."""
    if "position_ids" in batch:
        ids, labels, at = (batch[name][0].tolist() for name in ("input_ids", "labels", "position_ids"))
        starts = [index for index, position in enumerate(at) if position == 0] + [len(at)]
        return [(ids[a:b], labels[a:b], at[a:b]) for a, b in itertools.pairwise(starts)]
    rows = zip(batch["input_ids"], batch["labels"], batch["attention_mask"], strict=True)
    return [(i[m == 1].tolist(), lab[m == 1].tolist(), list(range(int(m.sum())))) for i, lab, m in rows]


@pytest.mark.parametrize("sets", [(), ("lora.r=4",), ("train.packing=true",)], ids=["full", "lora", "packed"])
def test_the_loss_is_on_the_supporter_turn_and_its_stop_token_alone(base: Path, sets: tuple[str, ...]) -> None:
    made, tokenizer = trainer(base, sets)
    found = read_back(made, tokenizer)
    assert sorted(learned for learned, _ in found) == sorted(expected())
    assert len(found) == 7


@pytest.mark.parametrize("sets", [(), ("lora.r=4",), ("train.packing=true",)], ids=["full", "lora", "packed"])
def test_the_rest_is_the_prompt_whose_earlier_supporter_turns_show_no_span(base: Path, sets: tuple[str, ...]) -> None:
    made, tokenizer = trainer(base, sets)
    talks = []
    for _, given in read_back(made, tokenizer):
        assert given.endswith("<|im_start|>assistant\n")
        _, _, talk = given.partition("<|im_start|>user")
        assert not [marker for marker in MARKERS if marker in talk]
        talks.append(talk)
    assert max(talk.count("<|im_start|>assistant") for talk in talks) == 3
    assert max(talk.count("Tell me more about the exam.") for talk in talks) == 2


def test_an_empty_thought_that_the_template_puts_before_the_answer_is_prompt(base: Path) -> None:
    made, tokenizer = trainer(base, (), THINKING)
    for learned, given in read_back(made, tokenizer):
        assert learned in expected("<|im_end|>\n")
        assert given.endswith("<|im_start|>assistant\n<think>\n\n</think>\n\n")


@pytest.mark.parametrize("sets", [(), ("lora.r=4",)], ids=["full", "lora"])
def test_the_trainers_loss_is_the_mean_over_those_tokens(base: Path, sets: tuple[str, ...]) -> None:
    import torch

    made, _ = trainer(base, sets)
    batch = next(iter(made.get_train_dataloader()))
    made.model.eval()
    with torch.no_grad():
        logits = made.model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
        by_hand = torch.nn.functional.cross_entropy(
            logits[:, :-1].flatten(0, 1), batch["labels"][:, 1:].flatten(), ignore_index=-100
        )
        assert made.compute_loss(made.model, dict(batch)).item() == pytest.approx(by_hand.item(), rel=1e-5)


def test_packed_turns_do_not_see_each_other(base: Path) -> None:
    """The loss of one packed row is the mean over the tokens of its turns, each read alone."""
    import torch

    made, _ = trainer(base, ("train.packing=true",))
    made.model.eval()
    with torch.no_grad():
        for batch in made.get_train_dataloader():
            found = documents(batch)
            losses = [
                torch.nn.functional.cross_entropy(
                    made.model(input_ids=torch.tensor([ids])).logits[0, :-1], torch.tensor(labels[1:]), reduction="none"
                )
                for ids, labels, _ in found
            ]
            learned = torch.cat(losses)
            alone = (learned.sum() / (learned != 0).sum()).item()
            assert len(found) > 1
            assert made.compute_loss(made.model, dict(batch)).item() == pytest.approx(alone, rel=1e-5)


def test_a_lora_trains_its_own_matrices_alone_and_full_training_all(base: Path) -> None:
    full, _ = trainer(base, ())
    lora, _ = trainer(base, ("lora.r=4",))
    assert all(value.requires_grad for value in full.model.parameters())
    trained = [name for name, value in lora.model.named_parameters() if value.requires_grad]
    assert trained
    assert all("lora_" in name for name in trained)
