"""A model whose span markers are special tokens is read as it speaks: in this process and behind a vLLM server."""

from __future__ import annotations

import json
from pathlib import Path

import parrot
import pytest
from small_rows import rows
from warm import training_commands

from kardia_cli.chat.special_tokens import ENDS, cut


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("twins")
    parrot.special_twin(parrot.build(folder / "one" / "model"), folder / "two" / "model")
    (folder / "data.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows(2)))
    return folder


def test_the_twins_markers_are_special_and_would_vanish(place: Path) -> None:
    from transformers import AutoTokenizer

    texts = []
    for name in ("one", "two"):
        tokenizer = AutoTokenizer.from_pretrained(place / name / "model")
        texts.append(tokenizer.decode(tokenizer.encode(parrot.REPLY), skip_special_tokens=True))
    assert "<|emotion_begin|>anxious" in texts[0]
    assert "<|" not in texts[1]


def test_evaluate_gives_the_twin_the_same_score_rows_but_for_the_models_hash(place: Path) -> None:
    found = []
    for name in ("one", "two"):
        done = training_commands().run(
            place, "evaluate", "data.jsonl", "--split", "all", "--model", f"{name}/model", "--name", "parrot",
            "--judge-model", "offline",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        scores = [json.loads(line) for line in done.stdout.splitlines()]
        settings = [json.loads(score.pop("settings")) for score in scores]
        hashes = {each["model"].pop("hash") for each in settings}
        found.append((scores, settings, hashes))
    assert found[0][:2] == found[1][:2]
    assert found[0][2] != found[1][2]
    assert {score["text"] for score in found[1][0]} == {parrot.REPLY}
    assert all(score["label"] == "anxious" for score in found[1][0])


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Tell me.", "Tell me."),
        ("Tell me.<|response_end|><|im_end|>\n<|endoftext|><|endoftext|>", "Tell me.<|response_end|>"),
        ("<|im_start|>assistant\nTell me.</s>", "Tell me."),
        ("What is </s> for?", "What is </s> for?"),
        (" Tell me. ", " Tell me. "),
        ("<|im_end|>", ""),
    ],
)
def test_only_ends_padding_and_the_templates_header_are_cut(text: str, left: str) -> None:
    assert cut(text, ENDS) == left
