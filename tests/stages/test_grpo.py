"""Rows and rewards to a model by TRL's GRPOTrainer, with scripted rewards."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from small_rows import rows as people_rows

from kardia_cli.contracts import Score
from kardia_cli.errors import MissingExtra, UsageError
from kardia_cli.rows.line import Row
from kardia_cli.stages.grpo import CanarySettings, count_completions, room, run_grpo
from kardia_cli.stages.grpo import _changed as beside_the_plan
from kardia_cli.training import models, samples, tiny
from kardia_cli.training.plan import Plan
from kardia_cli.training.run_folder import whole_files
from kardia_cli.training.settings import load
from kardia_cli.training.trl import arguments, reports
from kardia_cli.weights.fingerprint import folder_hash

SHORT = [
    "train.max_steps=2",
    "train.save_steps=1",
    "train.per_device_train_batch_size=8",
    "train.num_generations=4",
    "train.max_completion_length=8",
]


GROUPS_OF_8 = [*SHORT, "train.per_device_train_batch_size=16", "train.num_generations=8"]


def rows() -> list[Row]:
    """Rows of one person: without a dev part."""
    return [{**row, "anon_username": "person-0"} for row in people_rows()]


class Killed(BaseException):
    """Stands for a signal: nothing in the stage may catch it."""


class Script:
    """Pays for the letter e and for length; with `unscored` = n every n-th answer has no length score."""

    weights: Mapping[str, float] = {"letters": 1.0, "length": 0.5}

    def __init__(self, unscored: int = 0) -> None:
        self.asked: list[tuple[str, int, str]] = []
        self.unscored = unscored

    async def settled(self) -> None:
        """Nothing to wait for."""

    async def aclose(self) -> None:
        """Nothing to close."""

    async def score(self, row: Row, turn: int, completion: str) -> dict[str, Score | None]:
        self.asked.append((row["id"], turn, completion))
        share = completion.count("e") / max(1, len(completion))
        silent = self.unscored and len(self.asked) % self.unscored == 0
        return {"letters": Score(share), "length": None if silent else Score(min(1.0, len(completion) / 100))}


class Listed(Script):
    """Pays the answers of a group what a list says, one after the other; None is a judge that failed."""

    def __init__(self, values: list[tuple[float, float] | None]) -> None:
        super().__init__()
        self.values = values

    async def score(self, row: Row, turn: int, completion: str) -> dict[str, Score | None]:
        self.asked.append((row["id"], turn, completion))
        given = self.values[len(self.asked) - 1]
        letters = Score(0.5) if given is None else Score(given[0])
        return {
            "letters": letters,
            "length": Score(None, "not scored: timeout: late") if given is None else Score(given[1]),
        }


def logged_advantages(run: Path, folder: Path | None = None) -> list[float]:
    """What TRL itself made of the rewards of the first step."""
    import pyarrow.parquet

    found = sorted((folder or run / "checkpoints").glob("completions/*.parquet"))
    return list(pyarrow.parquet.read_table(found[0])["advantage"].to_pylist())


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.build(rows(), tmp_path_factory.mktemp("start"), seed=5)


def train(
    start: Path,
    run: Path,
    rewards: Script,
    sets: list[str] = SHORT,
    die_at: int = -1,
    watch: CanarySettings | None = None,
    given: list[Row] | None = None,
) -> tuple[dict[str, Any], list[dict[str, Any]], list[str]]:
    emitted: list[dict[str, Any]] = []
    said: list[str] = []

    def emit(metrics: dict[str, Any]) -> None:
        emitted.append(metrics)
        if metrics["step"] == die_at:
            raise Killed

    summary = run_grpo(
        given or rows(), run, model=str(start), rewards=rewards, settings=load(None, sets), seed=0, fresh=False,
        say=said.append, emit=emit, canary_settings=watch,
    )  # fmt: skip
    return summary, emitted, said


@pytest.fixture(scope="module")
def finished(start: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any, Any, Script]:
    run, script = tmp_path_factory.mktemp("grpo") / "run", Script()
    summary, emitted, _ = train(start, run, script)
    return run, summary, emitted, script


def test_each_answer_is_scored_once_for_both_rewards(finished: Any) -> None:
    _, _, _, script = finished
    assert len(script.asked) == 16
    contexts = {(name, turn) for name, turn, _ in script.asked}
    assert len(contexts) == 4
    assert {turn for _, turn in contexts} <= {1, 3}


def test_metric_rows_give_the_mean_of_each_reward_and_of_their_weighted_sum(finished: Any) -> None:
    _, summary, emitted, script = finished
    assert [item["step"] for item in emitted] == [1, 2]
    first = [text for _, _, text in script.asked[:8]]
    letters = sum(text.count("e") / max(1, len(text)) for text in first) / 8
    length = sum(min(1.0, len(text) / 100) for text in first) / 8
    assert emitted[0]["rewards/letters"] == pytest.approx(letters, abs=1e-6)
    assert emitted[0]["reward"] == pytest.approx(letters + 0.5 * length, abs=1e-6)
    assert emitted[0]["masked"] == 0
    assert summary["reward_first"] == pytest.approx((emitted[0]["reward"] + emitted[1]["reward"]) / 2)


def test_the_model_moved_and_the_run_folder_says_what_it_was_paid_for(finished: Any, start: Path) -> None:
    run, summary, _, _ = finished
    assert folder_hash(run / "model") == summary["hash"] != folder_hash(start)
    assert tiny.is_tiny(run / "model")
    assert whole_files.read_json(run / "config.json")["rewards"] == {"letters": 1.0, "length": 0.5}
    assert "reward letters: weight 1.0" in (run / "README.md").read_text()


def test_a_killed_run_typed_again_gives_the_same_weights(finished: Any, start: Path, tmp_path: Path) -> None:
    undisturbed, summary, _, _ = finished
    with pytest.raises(Killed):
        train(start, tmp_path / "run", Script(), die_at=2)
    again, emitted, _ = train(start, tmp_path / "run", Script())
    assert [item["step"] for item in emitted] == [2]
    assert again == summary
    weights = [(path / "model" / "model.safetensors").read_bytes() for path in (tmp_path / "run", undisturbed)]
    assert weights[0] == weights[1]


def test_probes_between_the_steps_do_not_change_what_a_resumed_run_learns(start: Path, tmp_path: Path) -> None:
    watch, sets = CanarySettings(judged=("length",), every=1), [*SHORT, "train.max_steps=3"]
    undisturbed, script = tmp_path / "undisturbed", Script()
    whole, emitted, _ = train(start, undisturbed, script, sets, watch=watch)
    assert ["eval_reward" in row for row in emitted] == [True, *[False, True] * 3]
    assert len(script.asked) == 3 * 8 + 4 * 12
    with pytest.raises(Killed):
        train(start, tmp_path / "run", Script(), sets, die_at=3, watch=watch)
    again, _, _ = train(start, tmp_path / "run", Script(), sets, watch=watch)
    assert again == whole
    weights = [(path / "model" / "model.safetensors").read_bytes() for path in (tmp_path / "run", undisturbed)]
    assert weights[0] == weights[1]


def test_what_the_rewards_will_be_asked_is_known_before_the_start(start: Path, tmp_path: Path) -> None:
    watch, script = CanarySettings(judged=("length",), every=2), Script()
    for steps, given in ((2, rows()), (4, people_rows())):
        sets = [*SHORT, f"train.max_steps={steps}"]
        script.asked.clear()
        train(start, tmp_path / str(steps), script, sets, watch=watch, given=given)
        assert len(script.asked) == count_completions(
            given, str(start), load(None, sets), script.weights, watch.probe_every
        )


class Tiring(Script):
    """Pays the dev person's answers less in each epoch."""

    async def score(self, row: Row, turn: int, completion: str) -> dict[str, Score | None]:
        self.asked.append((row["id"], turn, completion))
        value = 1 / len(self.asked) if row["id"] in DEV else 0.5
        return {"letters": Score(value), "length": Score(completion.count("e") / 100)}


DEV = {row["id"] for row in samples.split_dev(people_rows())[1]}
TWO_EPOCHS = [*SHORT, "train.max_steps=-1", "train.num_train_epochs=2", "train.save_total_limit=1"]


@pytest.fixture(scope="module")
def two_epochs(start: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any, Any, list[str], Script]:
    run, script = tmp_path_factory.mktemp("epochs") / "run", Tiring()
    summary, emitted, said = train(start, run, script, TWO_EPOCHS, given=people_rows())
    return run, summary, emitted, said, script


def test_the_dev_people_are_answered_at_each_end_of_an_epoch_and_never_trained_on(two_epochs: Any) -> None:
    _, summary, emitted, said, script = two_epochs
    assert (summary["counts"]["samples"], summary["counts"]["dev_contexts"]) == (6, 6)
    assert [item["step"] for item in emitted if "dev_reward" in item] == [3, 6]
    names = [name for name, _, _ in script.asked]
    assert sum(name in DEV for name in names) == 2 * 6
    assert set(names[:24]).isdisjoint(DEV)
    assert ["reward" in item for item in emitted] == [True, True, False, True] * 2
    first = next(item for item in emitted if "dev_reward" in item)
    assert first["dev_reward"] == pytest.approx(first["dev_rewards/letters"] + 0.5 * first["dev_rewards/length"])
    assert any("on 6 dev contexts, the best so far" in line for line in said)


def test_the_best_end_of_an_epoch_is_the_model_and_both_ends_survive(two_epochs: Any) -> None:
    from safetensors.torch import load_file

    run, summary, _, _, _ = two_epochs
    checkpoints = run / "checkpoints"
    assert sorted(path.name for path in checkpoints.glob("checkpoint-*")) == ["checkpoint-3", "checkpoint-6"]
    assert summary["kept"] == "step 3, the best of 2 ends of epochs by mean reward on the dev part"
    best, model = load_file(checkpoints / "checkpoint-3/model.safetensors"), load_file(run / "model/model.safetensors")
    last = load_file(checkpoints / "checkpoint-6/model.safetensors")
    assert all(bool((model[name] == best[name]).all()) for name in best)
    assert any(not bool((model[name] == last[name]).all()) for name in last)
    assert "step 3, the best of 2 ends" in (run / "README.md").read_text()
    assert whole_files.read_json(run / "config.json")["dev"]["rows"] == 3


def test_a_run_killed_after_its_first_epoch_keeps_what_the_undisturbed_one_keeps(
    two_epochs: Any, start: Path, tmp_path: Path
) -> None:
    undisturbed, summary, _, _, whole = two_epochs
    with pytest.raises(Killed):
        train(start, tmp_path / "run", Tiring(), TWO_EPOCHS, die_at=5, given=people_rows())
    script = Tiring()
    script.asked = list(whole.asked[:38])  # what was paid before the checkpoint of step 4
    again, _, _ = train(start, tmp_path / "run", script, TWO_EPOCHS, given=people_rows())
    assert again == summary
    weights = [(path / "model" / "model.safetensors").read_bytes() for path in (tmp_path / "run", undisturbed)]
    assert weights[0] == weights[1]


def test_a_run_of_one_person_keeps_its_last_state_and_says_so(finished: Any) -> None:
    run, summary, _, _ = finished
    assert summary["kept"] == "the last state (no dev part: the rows are of one person)"
    assert whole_files.read_json(run / "config.json")["dev"]["kept"] == summary["kept"]


def test_probes_are_rarer_without_a_held_out_judge_and_none_without_a_reward_that_asks_one() -> None:
    assert CanarySettings(judged=("rubric",)).probe_every == 50
    assert CanarySettings().probe_every == CanarySettings(every=5).probe_every == 0


def test_a_prompt_has_the_room_that_the_completion_and_vllms_own_limit_leave() -> None:
    assert room({"max_completion_length": 100}, 1000) == 900
    assert room({"max_completion_length": 100, "vllm_max_model_length": 600}, 1000) == 500
    assert room({"max_completion_length": 100, "vllm_max_model_length": 4000}, 1000) == 900


def test_vllms_options_reach_trl_and_it_is_told_how_long_prompts_are(start: Path, tmp_path: Path) -> None:
    from trl import GRPOConfig

    sets = [*SHORT, "train.use_vllm=true", "train.vllm_mode=colocate", "train.vllm_gpu_memory_utilization=0.2"]
    table = arguments.grpo_table(load(None, sets), True, Script.weights)
    plan = Plan(models.find(str(start)), table, None, 0)
    with reports.quiet():
        config = arguments.trainer_config(GRPOConfig, plan, tmp_path, **beside_the_plan(table, [90, 120], 0, True))
    assert (config.use_vllm, config.vllm_mode, config.vllm_gpu_memory_utilization) == (True, "colocate", 0.2)
    assert config.vllm_max_model_length == 120 + 8
    assert beside_the_plan({**table, "vllm_max_model_length": 999}, [90], 0, True).keys() == {"chat_template_kwargs"}


@pytest.mark.skipif(find_spec("vllm") is not None, reason="vllm is installed")
def test_vllm_that_is_not_there_is_said_before_anything_is_written(start: Path, tmp_path: Path) -> None:
    with pytest.raises(MissingExtra, match="needs vllm"):
        train(start, tmp_path / "run", Script(), [*SHORT, "train.use_vllm=true"])
    assert not (tmp_path / "run").exists()


def test_an_answer_that_one_reward_could_not_score_is_masked_for_all(start: Path, tmp_path: Path) -> None:
    script = Script(unscored=8)
    _, emitted, _ = train(start, tmp_path / "run", script, [*GROUPS_OF_8, "train.max_steps=1"])
    assert (emitted[0]["masked"], emitted[0]["unscored"], emitted[0]["groups_dropped"]) == (0.125, 0.125, 0)
    scored = [text for at, (_, _, text) in enumerate(script.asked, 1) if at % 8]
    letters = sum(text.count("e") / max(1, len(text)) for text in scored) / len(scored)
    assert emitted[0]["rewards/letters"] == pytest.approx(letters, abs=1e-6)


def test_a_group_with_fewer_than_4_scored_answers_is_dropped_and_counted(start: Path, tmp_path: Path) -> None:
    script = Script(unscored=4)
    summary, emitted, said = train(start, tmp_path / "run", script, [*SHORT, "train.max_steps=1"])
    assert (emitted[0]["masked"], emitted[0]["unscored"], emitted[0]["groups_dropped"]) == (1.0, 0.25, 1.0)
    assert (summary["masked"], summary["groups_dropped"]) == (1.0, 1.0)
    assert "rewards: 8 completions in 2 groups, 2 not scored (reward length gave no score 2)" in " ".join(said)


@pytest.mark.parametrize("aggregation", ["sum_then_normalize", "normalize_then_sum"])
def test_trl_gives_the_others_of_a_group_the_advantages_that_they_have_without_the_masked_one(
    start: Path, tmp_path: Path, aggregation: str
) -> None:
    values = [(0.1, 0.9), (0.7, 0.2), (0.3, 0.4), (0.9, 0.8), (0.5, 0.5), (0.2, 0.1), (0.8, 0.6), (0.4, 0.3)]

    def advantages(name: str, given: list[tuple[float, float] | None]) -> list[float]:
        sets = [f"train.multi_objective_aggregation={aggregation}", f"train.per_device_train_batch_size={len(given)}"]
        sets += [f"train.num_generations={len(given)}", "train.max_steps=1", "train.log_completions=true"]
        train(start, tmp_path / name, Listed(given), [*SHORT, *sets])
        return logged_advantages(tmp_path / name)

    masked = [None if at == 3 else value for at, value in enumerate(values)]
    with_it = advantages("with", masked)
    without = advantages("without", [value for at, value in enumerate(values) if at != 3])
    assert with_it[3] == 0
    assert [value for at, value in enumerate(with_it) if at != 3] == pytest.approx(without, abs=1e-5)
    assert max(without) > 0.5
    assert with_it != pytest.approx(advantages("whole", values), abs=0.01)


def test_one_reward_left_out_alone_would_be_a_made_up_0_in_trls_sum(start: Path, tmp_path: Path) -> None:
    """The trap: why a failed judge masks its row for every reward."""
    from trl import GRPOConfig, GRPOTrainer

    def constant(completions: Any, **_: Any) -> list[float]:
        return [0.5] * len(completions)

    def judge(completions: Any, **_: Any) -> list[float | None]:
        return [0.8, 0.8, 0.8, None]

    arguments = GRPOConfig(
        output_dir=str(tmp_path), use_cpu=True, bf16=False, gradient_checkpointing=False, report_to="none",
        max_steps=1, per_device_train_batch_size=4, num_generations=4, max_completion_length=4, log_completions=True,
    )  # fmt: skip
    prompt = [{"role": "user", "content": "Hello"}]
    trainer = GRPOTrainer(
        model=str(start), reward_funcs=[constant, judge], args=arguments,
        train_dataset=samples.dataset([{"prompt": prompt}] * 4),
    )  # fmt: skip
    trainer.train()
    punished = logged_advantages(tmp_path, tmp_path)
    assert punished[3] < -1 < 0 < punished[0]


def test_lora_trains_an_adapter_and_saves_the_merged_model(start: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    summary, _, _ = train(start, run, Script(), [*SHORT, "lora.r=4", "train.learning_rate=0.01"])
    assert (run / "adapter" / "adapter_model.safetensors").is_file()
    assert summary["hash"] != folder_hash(start)


def test_too_few_prompts_for_one_step_are_refused_with_a_remedy(start: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="one step takes 16") as caught:
        train(start, tmp_path / "run", Script(), ["train.num_generations=4", "train.per_device_train_batch_size=64"])
    assert "per_device_train_batch_size=4" in caught.value.remedy


@pytest.mark.parametrize("lora", [[], ["lora.r=4", "train.learning_rate=0.05"]], ids=["full", "lora"])
def test_the_reference_that_beta_holds_to_is_the_model_that_the_run_started_from(
    start: Path, tmp_path: Path, lora: list[str]
) -> None:
    sets = [*SHORT, "train.beta=0.1", "train.learning_rate=0.01", "train.warmup_steps=0", "train.max_steps=3", *lora]
    _, emitted, _ = train(start, tmp_path / "run", Script(), sets)
    distances = [row["kl"] for row in emitted if "kl" in row]
    assert distances[0] == pytest.approx(0, abs=1e-5)
    assert distances[-1] > 1e-4


def test_a_step_that_learns_again_from_the_last_answers_has_a_row_without_rewards(start: Path, tmp_path: Path) -> None:
    rewards = Script()
    _, emitted, _ = train(start, tmp_path / "run", rewards, [*SHORT, "train.num_iterations=2", "train.max_steps=4"])
    steps = [row for row in emitted if row["step"] and "loss" in row]
    assert ["reward" in row for row in steps] == [True, False, True, False]
    assert len(rewards.asked) == 2 * 8
    assert all(value is not None for row in steps for value in row.values())
