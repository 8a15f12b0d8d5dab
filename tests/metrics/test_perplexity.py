"""Perplexity is per token over the corpus, under a local model that is named."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from small_rows import rows

from kardia_cli.errors import UsageError
from kardia_cli.metrics import perplexity
from kardia_cli.metrics.perplexity import Loss, Reader, corpus_perplexity
from kardia_cli.training import tiny


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.build(rows(), tmp_path_factory.mktemp("tiny") / "model", seed=0)


@pytest.fixture(scope="module")
def reader(folder: Path) -> Reader:
    return Reader(folder)


def test_it_is_the_mean_over_tokens_and_not_over_replies() -> None:
    losses = [Loss(10.0, 2), Loss(10.0, 20)]
    found = corpus_perplexity(losses)
    assert found is not None
    assert found.value == pytest.approx(math.exp(20 / 22))
    assert (found.tokens, found.texts) == (22, 2)
    by_reply = sum(math.exp(each.nats / each.tokens) for each in losses) / 2
    assert by_reply > 30 * found.value


def test_texts_without_a_token_do_not_count_and_nothing_is_no_perplexity() -> None:
    assert corpus_perplexity([Loss(0.0, 0), Loss(2.0, 2)]) == corpus_perplexity([Loss(2.0, 2)])
    assert corpus_perplexity([Loss(0.0, 0)]) is None
    assert corpus_perplexity([]) is None


def test_the_loss_is_that_of_the_models_own_labels(folder: Path, reader: Reader) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder).eval()
    talk = [{"role": "user", "content": "the exam is near"}]
    ahead = tokenizer(
        tokenizer.apply_chat_template(talk, add_generation_prompt=True, tokenize=False), add_special_tokens=False
    )["input_ids"]
    own = tokenizer("Tell me more about the exam.", add_special_tokens=False)["input_ids"]
    labels: Any = torch.tensor([[-100] * len(ahead) + own])
    with torch.inference_mode():
        mean = float(model(torch.tensor([ahead + own]), labels=labels).loss)
    (found,) = reader.losses(["Tell me more about the exam."], [talk])
    assert found.tokens == len(own)
    assert found.nats == pytest.approx(mean * len(own), rel=1e-4)


def test_without_a_talk_every_token_of_the_text_is_still_predicted(reader: Reader) -> None:
    alone, twice = reader.losses(["exam", "exam exam"])
    assert alone.tokens >= 1
    assert twice.tokens > alone.tokens
    assert reader.losses([""]) == [Loss(0.0, 0)]


def test_a_talk_longer_than_the_model_reads_loses_its_oldest_part_and_never_the_reply(reader: Reader) -> None:
    talk = [{"role": "user", "content": "the exam is near " * 3000}]
    (found,) = reader.losses(["Tell me more."], [talk])
    assert found.tokens == reader.losses(["Tell me more."])[0].tokens
    assert math.isfinite(found.nats)


def test_of_a_talk_that_is_too_long_the_newest_part_is_read(reader: Reader) -> None:
    old, new = "lonely " * 3000, "the exam is near " * 3000
    talks = [[{"role": "user", "content": text}] for text in (new, old + new, new + old)]
    whole, older_first, newest_cut = reader.losses(["Tell me more."] * 3, talks)
    assert older_first.nats == pytest.approx(whole.nats, rel=1e-6)
    assert newest_cut.nats != pytest.approx(whole.nats, rel=1e-5)


def test_it_names_model_and_tokeniser(folder: Path) -> None:
    said = perplexity.signature(str(folder))
    assert said.startswith("model@")
    assert "|tok:" in said


def test_a_folder_without_a_model_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no config\.json"):
        perplexity.reader(str(tmp_path))
    (tmp_path / "config.json").write_text('{"model_type": "no-such-type"}')
    with pytest.raises(UsageError, match="no causal model") as caught:
        perplexity.reader(str(tmp_path))
    assert "\n" not in caught.value.message
