"""A model whose span markers are special tokens is read as it speaks: in this process and behind a vLLM server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import parrot
import pytest
from small_rows import rows
from warm import training_commands

from kardia_cli.chat.prompting import Prompting, card_sampling
from kardia_cli.chat.special_tokens import ENDS, cut
from kardia_cli.cli.unreadable import FirstAnswers
from kardia_cli.errors import UsageError
from kardia_cli.evaluation.answers import prompt
from kardia_cli.rows.prompts import conversation


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


def evaluated(place: Path, *words: str, model: str = "one/model") -> tuple[list[dict[str, Any]], str, int]:
    done = training_commands().run(
        place, "evaluate", "data.jsonl", "--split", "all", "--model", model, "--judge-model", "offline", *words
    )
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr, done.returncode


def test_history_system_and_sampling_that_differ_are_noted_on_the_score_rows(place: Path) -> None:
    (place / "system.txt").write_text("You help {{profile}} with {{situation}}; {{other}} stays.")
    (place / "one/model/generation_config.json").write_text(
        json.dumps({"do_sample": True, "temperature": 0.01, "top_k": 1, "repetition_penalty": 1.05, "top_p": 0.8})
    )
    plain, _, _ = evaluated(place)
    assert "prompting" not in json.loads(plain[0]["settings"])
    found, said, code = evaluated(place, "--history", "full", "--system", "system.txt", "--sampling", "card")
    assert code == 0, said
    noted = json.loads(found[0]["settings"])["prompting"]
    assert noted["history"] == "full"
    assert len(noted["system"]) == 16
    extra = {"top_k": 1, "repetition_penalty": 1.05}
    assert noted["sampling"] == {"temperature": 0.01, "top_p": 0.8, "extra_body": extra}
    assert {row["text"] for row in found} == {parrot.REPLY}


def test_the_prompt_of_another_system_message_and_a_full_history() -> None:
    (row,) = rows(1)
    (row["person"], row["situation"]) = ("Ann", "an exam")
    shown = prompt(row, 3, Prompting("full", "For {{profile}}: {{situation}} {{other}}"))
    assert shown[0] == {"role": "system", "content": "For Ann: an exam {{other}}"}
    assert shown[2]["content"] == row["messages"][1]["content"]
    assert [message["role"] for message in prompt(row, 3, Prompting(system=""))] == ["user", "assistant", "user"]
    assert prompt(row, 3, Prompting()) == conversation(row, 3)


@pytest.mark.parametrize(
    ("words", "model", "said"),
    [
        (["--system", "nothing.txt"], "one/model", "--system nothing.txt cannot be read"),
        (["--sampling", "card"], "offline", "--sampling card: offline has no folder here"),
        (["--history", "full", "--protocol", "sage"], "one/model", "asks in its own way"),
    ],
)
def test_what_cannot_be_asked_is_one_line_and_exit_2(place: Path, words: list[str], model: str, said: str) -> None:
    _, error, code = evaluated(place, *words, model=model)
    assert code == 2
    assert said in error


def test_a_card_without_a_file_or_with_a_setting_that_is_not_applied_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no readable"):
        card_sampling(tmp_path)
    (tmp_path / "generation_config.json").write_text('{"do_sample": true, "min_p": 0.1}')
    with pytest.raises(UsageError, match="sets min_p, which is not applied"):
        card_sampling(tmp_path)
    (tmp_path / "generation_config.json").write_text('{"eos_token_id": 2}')
    assert card_sampling(tmp_path) == {"temperature": 0.0}


def score_row(text: str, form: float) -> dict[str, Any]:
    return {"model": "m", "text": text, "parts": [{"id": "format", "value": form}]}


def test_twenty_unreadable_answers_are_warned_of_once_with_why_and_how() -> None:
    said: list[str] = []
    first = FirstAnswers(said.append)
    for _ in range(50):
        first.look(score_row("sad I hear you", 0.0))
    (line,) = said
    assert "holds a span marker" in line
    assert "hosted_vllm/NAME" in line
    for texts, expected in ((["<|response_begin|>I hear you"], 1), (["hm", parrot.REPLY], 0)):
        said.clear()
        first = FirstAnswers(said.append)
        for at in range(40):
            first.look(score_row(texts[at % len(texts)], float(texts[at % len(texts)] == parrot.REPLY)))
        assert len(said) == expected
