"""Records of a judge as a user of evaluate and grpo sees them: warnings, refusals, notes in the run folder."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import warm
from scripted import chat
from small_rows import rows

from kardia_cli.chat.gateway import CallSettings, Gateway
from kardia_cli.errors import UsageError
from kardia_cli.judge import Judge, calibrations, rubric_file, track_record
from kardia_cli.training.plan import Plan, Start
from kardia_cli.training.run_folder import runs, whole_files

GOLD = Path(__file__).parent.parent.parent / "examples" / "gold.jsonl"
FLAGS = ["--protocol", "calibration", "--judge-model", "offline", "--rubric", "kardiabench", "--with", "repeats=1"]


@pytest.fixture(autouse=True)
def _own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def kardia(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return warm.run(folder, *arguments)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder after one calibration of the built-in judge, kept by the command itself."""
    folder = tmp_path_factory.mktemp("kept")
    done = warm.run(folder, "evaluate", str(GOLD), *FLAGS, XDG_DATA_HOME=str(folder / "data"))
    assert done.returncode == 0, done.stderr
    return folder / "data"


@pytest.fixture
def record(tmp_path: Path, kept: Path) -> Path:
    """A copy of that record in the data folder of one test."""
    (path,) = (shutil.copytree(kept, tmp_path / "data") / "kardia" / "calibrations").iterdir()
    return path


def training_rows(folder: Path) -> Path:
    path = folder / "data.jsonl"
    path.write_text("".join(json.dumps({**row, "split": "train"}) + "\n" for row in rows(2)))
    return path


def judge_named(name: str, content_hash: str = "h1", rubric: str = "kardia-core", **manner: Any) -> Judge:
    made, _ = chat(lambda request: "", name)
    made.hash = content_hash
    return Judge(rubric_file.load(rubric), made, 0, **manner)


def stored(judge: Judge, **changes: Any) -> calibrations.Record:
    return calibrations.save({
        "protocol": "calibration", "judge": judge.name, "judge_hash": judge.hash, "rubric": judge.rubric.id,
        "read_hash": judge.rubric.read_hash, "calls": "turn", "samples": 1, "headline": "empathy κ 0.61",
        "ids": [{"id": "empathy"}], **changes,
    })  # fmt: skip


def test_a_calibration_is_kept_and_quoted_and_once_more_it_is_the_same_record(tmp_path: Path, record: Path) -> None:
    kept = calibrations.load(record)
    again = kardia(tmp_path, "evaluate", str(GOLD), *FLAGS)
    assert f"record {kept.hash} of offline is kept in {record}" in again.stderr
    assert "calibration: empathy κ" in again.stderr
    assert list(record.parent.iterdir()) == [record]


def test_what_only_the_first_rows_say_of_a_judge_is_no_record(tmp_path: Path) -> None:
    done = kardia(tmp_path, "evaluate", str(GOLD), *FLAGS, "-n", "3")
    assert done.returncode == 0, done.stderr
    assert "no record of the judge is kept: -n left rows out" in done.stderr
    assert not (tmp_path / "data").exists()


def test_a_record_is_quoted_under_the_table_of_another_protocol_with_that_judge(tmp_path: Path, record: Path) -> None:
    flags = ["--rubric", "kardiabench", "--model", "offline", "--split", "all", "-n", "1"]
    done = kardia(tmp_path, "evaluate", str(training_rows(tmp_path)), *flags)
    assert done.returncode == 0, done.stderr
    assert calibrations.quote(calibrations.load(record)) in done.stderr
    other = kardia(tmp_path, "evaluate", str(training_rows(tmp_path)), *flags[2:])
    assert "calibrated" not in other.stderr


def test_a_record_of_another_rubric_or_one_that_was_changed_is_refused_before_anything_is_asked(
    tmp_path: Path, record: Path
) -> None:
    given = ["evaluate", str(training_rows(tmp_path)), "--model", "offline", "--calibration", str(record)]
    done = kardia(tmp_path, *given)
    assert (done.returncode, done.stdout) == (2, "")
    assert "with rubric kardiabench" in done.stderr
    record.write_text(record.read_text().replace('"n":29', '"n":290'))
    done = kardia(tmp_path, *given, "--rubric", "kardiabench")
    assert done.returncode == 2
    assert "was changed" in done.stderr


def test_grpo_with_require_calibration_refuses_an_unknown_judge_and_names_the_command_to_run(tmp_path: Path) -> None:
    arguments = ["--model", "tiny", "-o", "run", "--judge-model", "offline", "--require-calibration"]
    done = kardia(tmp_path, "grpo", str(training_rows(tmp_path)), *arguments)
    assert done.returncode == 2, done.stderr
    assert "has no calibration for rubric kardia-core" in done.stderr
    assert (
        "kardia evaluate gold.jsonl --protocol calibration --judge-model offline --rubric kardia-core "
        "--judge-calls turn --judge-samples 1" in done.stderr
    )
    assert not (tmp_path / "run").exists()


def test_a_judge_without_a_record_is_warned_of_in_one_line_and_one_with_a_record_is_quoted() -> None:
    judge, said, warned = judge_named("gpt-4o"), list[str](), list[str]()
    assert track_record.for_training(judge, None, False, said.append, warned.append) == []
    assert (len(warned), said) == (1, [])
    assert "how far it agrees with people is not known" in warned[0]
    kept = stored(judge)
    assert track_record.for_training(judge, None, True, said.append, warned.append) == [kept]
    assert said == [f"judge gpt-4o, calibration: empathy κ 0.61 ({kept.hash})"]
    assert len(warned) == 1


def test_probes_alone_are_no_calibration() -> None:
    judge = judge_named("gpt-4o")
    stored(judge, protocol="probes", ids=[])
    with pytest.raises(UsageError, match="no calibration"):
        track_record.for_training(judge, None, True, print, print)


def test_a_record_that_is_named_wins_over_the_stored_ones() -> None:
    judge = judge_named("gpt-4o")
    first, second = stored(judge), stored(judge, headline="empathy κ 0.11")
    assert len(track_record.records(judge, None)) == 2
    assert track_record.records(judge, second.path) == [second] != [first]


def test_a_record_measured_in_another_manner_says_so() -> None:
    judge = judge_named("gpt-4o", calls="criterion", samples=3)
    (line,) = track_record.quotes(judge, [stored(judge)])
    assert line.endswith("; measured with one call a turn and 1 sample, here one call a criterion and 3 samples")


def test_nothing_is_kept_of_a_judge_that_scored_nothing() -> None:
    judge = judge_named("gpt-4o")
    assert track_record.keep(judge, lambda rows, judge: {}, [{"value": None}]) is None
    assert track_record.keep(judge, None, [{"value": 1.0}]) is None
    assert not calibrations.folder().exists()


def config(judge: Judge, known: list[calibrations.Record]) -> dict[str, Any]:
    plan = Plan(Start("tiny", None, "", True), {}, None, 0)
    described = track_record.described(judge, known, Gateway(CallSettings()))
    return runs.describe("grpo", plan, rows(2), {"rubric": 1.0}, described)


def test_a_run_folder_notes_judge_rubric_and_calibration_and_goes_on_with_the_same_ones(tmp_path: Path) -> None:
    judge = judge_named("offline")
    kept = stored(judge)
    runs.open_run(tmp_path / "run", config(judge, [kept]), fresh=False, say=print)
    noted = whole_files.read_json(tmp_path / "run" / "config.json")
    assert noted["judge"].items() >= {"name": "offline", "hash": "h1", "calls": "turn", "samples": 1}.items()
    assert noted["rubric"]["read_hash"] == judge.rubric.read_hash
    assert noted["rubric"]["policy_hash"] == judge.rubric.policy_hash
    assert noted["calibration"] == [kept.hash]
    runs.open_run(tmp_path / "run", config(judge, []), fresh=False, say=print)  # measured anew meanwhile: no other run


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (lambda: judge_named("tiny"), "judge.name: offline -> tiny"),
        (lambda: judge_named("offline", "h2"), "judge.hash: h1 -> h2"),
        (lambda: judge_named("offline", samples=5), "judge.samples: 1 -> 5"),
        (lambda: judge_named("offline", rubric="kardiabench"), "rubric.id: kardia-core -> kardiabench"),
    ],
)
def test_a_run_with_another_judge_or_rubric_is_refused(tmp_path: Path, changed: Any, said: str) -> None:
    runs.open_run(tmp_path / "run", config(judge_named("offline"), []), fresh=False, say=print)
    with pytest.raises(UsageError) as caught:
        runs.open_run(tmp_path / "run", config(changed(), []), fresh=False, say=print)
    assert said in str(caught.value)


def gateway(folder: Path) -> Gateway:
    aliases = {"strict": {"name": "hosted_vllm/Qwen/Qwen3-32B", "base": "http://localhost:8000/v1"}}
    return Gateway(CallSettings(aliases=aliases))


def run_folder(folder: Path, rewarding: str, model_type: str = "llama") -> str:
    (folder / "model").mkdir(parents=True)
    (folder / "model" / "config.json").write_text(json.dumps({"model_type": model_type}))
    noted = {"stage": "grpo", "model": {"name": "x"}, "judge": {"name": "mine", "model": rewarding}}
    (folder / "config.json").write_text(json.dumps(noted))
    (folder / "metrics.jsonl").touch()
    return str(folder)


def test_a_judge_of_the_family_that_paid_the_rewards_is_warned_of(tmp_path: Path) -> None:
    name = run_folder(tmp_path / "grpo", "hosted_vllm/Qwen/Qwen2.5-7B-Instruct")
    (line,) = track_record.relations(judge_named("strict"), [name], gateway(tmp_path))
    assert "trained on rewards by mine, of the judge's own family (qwen)" in line
    assert list(track_record.relations(judge_named("gpt-4o"), [name], gateway(tmp_path))) == []


def test_a_judge_of_the_measured_models_own_family_is_warned_of(tmp_path: Path) -> None:
    name = run_folder(tmp_path / "grpo", "gpt-4o", model_type="qwen2")
    (line,) = track_record.relations(judge_named("strict"), [name], gateway(tmp_path))
    assert "judge strict and" in line
    assert "of one family (qwen)" in line
    assert list(track_record.relations(judge_named("anthropic/claude-sonnet-4-0"), [name], gateway(tmp_path))) == []


def test_evaluate_says_the_warning_even_when_it_is_quiet(tmp_path: Path) -> None:
    done = kardia(
        tmp_path, "evaluate", str(training_rows(tmp_path)), "--model", "offline", "--split", "all", "-q", "-n", "1"
    )
    assert "judge offline and offline are of one family (offline)" in done.stderr
