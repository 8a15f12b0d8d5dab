"""What a run keeps: samples that critique reads, the machine without its owner, a card that says what it is."""

from __future__ import annotations

import getpass
import json
import socket
from pathlib import Path
from typing import Any

import pytest
from small_rows import row, rows
from warm import run

from kardia_cli.contracts import Score
from kardia_cli.rows.records import check_row
from kardia_cli.training.plan import Plan, Start
from kardia_cli.training.run_folder import artifacts, card, runs, whole_files
from kardia_cli.training.trl.reward_functions import Round

WEIGHTS = {"format": 0.5, "emotion": 0.5}
GOOD = {"format": Score(1.0, "four spans"), "emotion": Score(0.0, "sad, not anxious")}
UNSCORED = {"format": Score(1.0, "four spans"), "emotion": None}


def written(run: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run / "samples.jsonl").read_text().splitlines()]


def test_a_sample_is_a_row_that_ends_with_the_answer_and_says_what_each_reward_gave(tmp_path: Path) -> None:
    artifacts.Samples(tmp_path, rows(), WEIGHTS).write(3, ["Hello."], [1], [3], [GOOD])
    (sample,) = written(tmp_path)
    source = rows()[1]
    assert check_row(sample, ("messages",)) == sample
    assert sample["messages"] == [*source["messages"][:3], {"role": "assistant", "content": "Hello."}]
    assert {name: sample[name] for name in ("person", "mbti", "emotion", "situation")} == {
        name: source[name] for name in ("person", "mbti", "emotion", "situation")
    }
    assert sample["sample"] == {
        "step": 3,
        "turn": 3,
        "total": 0.5,
        "rewards": [
            {"id": "format", "value": 1.0, "reason": "four spans"},
            {"id": "emotion", "value": 0.0, "reason": "sad, not anxious"},
        ],
    }


def test_an_answer_that_was_not_scored_has_no_total(tmp_path: Path) -> None:
    artifacts.Samples(tmp_path, rows(), WEIGHTS).write(1, ["a", "b"], [0, 0], [1, 1], [UNSCORED, {}])
    first, second = (item["sample"] for item in written(tmp_path))
    assert first["total"] is None
    assert first["rewards"][1] == {"id": "emotion", "value": None, "reason": "not scored"}
    assert (second["total"], second["rewards"]) == (None, [])


def test_each_step_keeps_its_first_answers_under_ids_of_their_own_and_no_probes(tmp_path: Path) -> None:
    samples = artifacts.Samples(tmp_path, rows(), WEIGHTS, kept=2)
    values = [{"format": 1.0, "emotion": 0.0}] * 3
    for step, probe in ((1, False), (2, False), (2, True)):
        assert samples(step, Round([0, 0, 1], [1, 1, 1], ["a", "b", "c"], [GOOD] * 3, values, probe=probe)) == {}
    found = written(tmp_path)
    assert [item["messages"][-1]["content"] for item in found] == ["a", "b", "a", "b"]
    assert len({item["id"] for item in found}) == 4


@pytest.mark.parametrize("text", [rows()[0]["messages"][1]["content"], "no spans at all", ""])
def test_critique_judges_samples_anew(text: str, tmp_path: Path) -> None:
    artifacts.Samples(tmp_path, rows(), WEIGHTS).write(1, [text], [0], [1], [GOOD])
    done = run(tmp_path, "critique", "samples.jsonl", "--judge-model", "offline", "-q")
    assert done.returncode == 0, done.stderr
    judged = json.loads(done.stdout)
    assert [item["turn"] for item in judged["critiques"]] == [1]
    assert judged["sample"]["total"] == 0.5


def test_the_environment_names_versions_and_machine_and_no_host_user_or_path(tmp_path: Path) -> None:
    artifacts.note_environment(tmp_path, 0)
    artifacts.note_environment(tmp_path, 40)
    sessions = whole_files.read_json(tmp_path / "environment.json")["sessions"]
    assert [item["from_step"] for item in sessions] == [0, 40]
    assert {"torch", "transformers", "trl", "peft"} <= set(sessions[0]["packages"])
    assert sessions[0]["threads"] >= 1
    text = (tmp_path / "environment.json").read_text()
    assert socket.gethostname() not in text
    assert "/" not in text
    assert f'"{getpass.getuser()}"' not in text


CONFIG: dict[str, Any] = {
    **runs.describe("grpo", Plan(Start("hf/some/model", None, "abc", tiny=False), {"beta": 0.1}, {"r": 4}, 0), rows()),
    "rewards": {"rubric": 1.0},
    "judge": {"name": "runs/judge", "hash": "", "gate": "", "calls": "turn", "samples": 3},
    "rubric": {"id": "kardia-core", "version": "3", "read_hash": "aa", "policy_hash": "bb"},
    "calibration": [],
}


def test_the_card_states_data_judge_limits_and_links_its_base() -> None:
    text = card.render("run", CONFIG, {"steps": 3, "counts": {"samples": 12}}, is_tiny=False)
    for wanted in (
        "base_model: some/model\n", "tags:\n- kardia\n- grpo\n",
        "- train.beta: 0.1\n- lora.r: 4\n- reward rubric: weight 1.0\n",
        "[some/model](https://huggingface.co/some/model)", "6 from 2 people", "samples: 12",
        "judge: judge (weights not known), one call a turn, 3 samples", "kardia-core 3 (read aa, policy bb)",
        "calibration records: none: how far it agrees with people is not known", "not a therapist",
        "need not help a\nperson", "its LoRA adapter in `adapter/`",
    ):  # fmt: skip
        assert wanted in text, wanted
    assert "runs/judge" not in text


def test_the_card_of_tiny_says_that_it_understands_nothing_and_has_no_judge() -> None:
    config = runs.describe("sft", Plan(Start("tiny", None, "", tiny=True), {}, None, 0), [row(0)])
    text = card.render("run", config, {}, is_tiny=True)
    assert "understands nothing" in text
    assert "## Judge" not in text
    assert "base_model" not in text


def test_the_card_of_sft_states_the_loss_on_held_out_people() -> None:
    from huggingface_hub import ModelCard

    config = runs.describe("sft", Plan(Start("tiny", None, "", tiny=True), {}, None, 0), [row(0)])
    (result,) = ModelCard(card.render("run", config, {"eval_loss": 1.25}, is_tiny=True)).data.eval_results
    assert (result.metric_type, result.metric_value, result.task_type) == ("loss", 1.25, "text-generation")


def test_a_run_ends_with_card_and_summary(tmp_path: Path) -> None:
    said: list[str] = []
    summary = {"stage": "grpo", "steps": 1, "counts": {}}
    (tmp_path / "model").mkdir()
    whole_files.write_json(tmp_path / "model" / "kardia_saved.json", {"log_prob_difference": 0.02})
    ended = artifacts.conclude(runs.Run(tmp_path), CONFIG, summary, False, said.append)
    assert ended == {**summary, "log_prob_difference": 0.02}
    assert whole_files.read_json(tmp_path / "done.json") == ended
    assert said == [f"curves: kardia report {tmp_path} --html page.html"]
    assert "not a therapist" in (tmp_path / "README.md").read_text()
