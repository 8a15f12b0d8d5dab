"""Evaluate as it is typed: names of models, saved replies and labels, score rows again."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import warm

from kardia_cli.judge import rubric_file

JUDGED = ["--judge-model", "offline", "--split", "all"]
GOLD = ["proud", "sad", "angry", "sad", "proud", "angry"]
SAID = ["proud", "sad", "sad", "proud", "proud", "joyful"]


def kardia(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return warm.run(folder, *words, COLUMNS="200")


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def read(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def table(said: str, model: str, column: str) -> str:
    """The cell of a table on stderr."""
    lines = said.splitlines()
    head = next(line for line in lines if column in line and "model" in line)
    line = next(line for line in lines if line.strip().startswith(model))
    cells, names = (text.split("   ") for text in (line, head))
    cells, names = ([cell.strip() for cell in part if cell.strip()] for part in (cells, names))
    return cells[names.index(column)]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with six dialogues, `d.jsonl`, and what the offline speaker answers them, `s.jsonl` and `s.txt`."""
    folder = tmp_path_factory.mktemp("evaluate")
    made = kardia(folder, "synthesize", "builtin", "-q", "-n", "6", "--max-exchanges", "2")
    write(folder / "d.jsonl", read(made.stdout))
    done = kardia(folder, "evaluate", "d.jsonl", "--model", "offline", "--name", "speaker", *JUDGED)
    assert done.returncode == 0, done.stderr
    (folder / "s.jsonl").write_text(done.stdout)
    (folder / "s.txt").write_text(done.stderr)
    return folder


def labels(folder: Path) -> None:
    """Six dialogues with gold labels, and a label for each."""
    talk = [{"role": "user", "content": "It happened today."}, {"role": "assistant", "content": "Tell me more."}]
    write(folder / "g.jsonl", [{"id": f"g{at}", "emotion": gold, "messages": talk} for at, gold in enumerate(GOLD)])
    write(folder / "l.jsonl", [{"id": f"g{at}", "label": said} for at, said in enumerate(SAID)])


def test_a_model_is_called_by_its_name_in_rows_and_table(place: Path) -> None:
    assert {row["model"] for row in read((place / "s.jsonl").read_text())} == {"speaker"}
    assert table((place / "s.txt").read_text(), "speaker", "dialogues") == "6"


@pytest.mark.parametrize(
    ("names", "said"), [(["a", "b"], "--name"), ([""], "--name")], ids=["two names for one model", "no name at all"]
)
def test_wrong_names_are_one_clear_line(place: Path, names: list[str], said: str) -> None:
    flags = [part for name in names for part in ("--name", name)]
    done = kardia(place, "evaluate", "d.jsonl", "--model", "offline", *flags, *JUDGED)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_score_row_says_what_was_measured_how_and_why(place: Path) -> None:
    for row in read((place / "s.jsonl").read_text()):
        settings = json.loads(row["settings"])
        assert list(settings) == sorted(settings)
        assert settings["options"]["temperature"] == 0.0
        levels = {level["id"]: level["level"] for level in row["critique"]["levels"]}
        parts = {part["id"]: part["value"] for part in row["parts"]}
        assert levels.items() <= parts.items()
        assert {"format", "emotion", "rubric"} <= parts.keys()


def test_saved_labels_give_scikit_learns_accuracy_and_macro_f1_and_need_no_judge(tmp_path: Path) -> None:
    from sklearn.metrics import accuracy_score, f1_score

    labels(tmp_path)
    done = kardia(tmp_path, "evaluate", "g.jsonl", "--predictions", "l.jsonl", "--split", "all")
    assert done.returncode == 0, done.stderr
    assert table(done.stderr, "l", "emotion accuracy") == f"{accuracy_score(GOLD, SAID):.3f}"
    assert table(done.stderr, "l", "macro-F1") == f"{f1_score(GOLD, SAID, average='macro', zero_division=0):.3f}"
    assert "nobody judged" in done.stderr
    assert {row["value"] for row in read(done.stdout)} == {None}


def test_saved_replies_are_judged_again_without_being_generated(place: Path) -> None:
    before = read((place / "s.jsonl").read_text())
    alike = kardia(place, "evaluate", "d.jsonl", "--predictions", "s.jsonl", *JUDGED)
    assert alike.returncode == 0, alike.stderr
    kept = ("id", "model", "turn", "text", "label", "value", "parts", "critique")
    assert [[row[name] for name in kept] for row in read(alike.stdout)] == [
        [row[name] for name in kept] for row in before
    ]
    other = kardia(place, "evaluate", "d.jsonl", "--predictions", "s.jsonl", "--rubric", "kardiabench", *JUDGED)
    assert other.returncode == 0, other.stderr
    after = read(other.stdout)
    assert [row["text"] for row in after] == [row["text"] for row in before]
    assert {row["rubric_hash"] for row in after} == {rubric_file.load("kardiabench").read_hash}


def test_a_reply_that_is_not_there_is_not_scored_and_counted(place: Path) -> None:
    rows = read((place / "s.jsonl").read_text())
    write(place / "fewer.jsonl", rows[1:])
    done = kardia(place, "evaluate", "d.jsonl", "--predictions", "fewer.jsonl", *JUDGED)
    assert done.returncode == 0, done.stderr
    first = read(done.stdout)[0]
    assert (first["value"], first["reason"]) == (None, "no prediction")
    assert "no prediction for 1 turns" in done.stderr


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "holds no predictions"),
        (["not json"], "p.jsonl:1"),
        (['{"id": "g0"}'], "p.jsonl:1: neither `text` nor `label`"),
        (['{"label": "sad"}'], "p.jsonl:1: no `id`"),
        (['{"id": "g0", "turn": "one", "label": "sad"}'], "p.jsonl:1: turn 'one' is no index"),
        (['{"id": "g0", "label": "sad"}'] * 2, "p.jsonl:2: a second prediction"),
        (['{"id": "elsewhere", "label": "sad"}'], "no prediction is for any of these rows"),
    ],
)
def test_predictions_that_cannot_be_used_are_one_clear_line(tmp_path: Path, lines: list[str], said: str) -> None:
    labels(tmp_path)
    (tmp_path / "p.jsonl").write_text("".join(line + "\n" for line in lines))
    done = kardia(tmp_path, "evaluate", "g.jsonl", "--predictions", "p.jsonl", "--split", "all")
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_from_scores_gives_the_same_bytes_and_the_same_table(place: Path) -> None:
    again = kardia(place, "evaluate", "--from-scores", "s.jsonl")
    assert again.returncode == 0, again.stderr
    assert again.stdout == (place / "s.jsonl").read_text()
    shown = (place / "s.txt").read_text()
    start = next(line for line in shown.splitlines() if line.startswith("kardiabench, judged by"))
    table_before = [line.rstrip() for line in shown[shown.index(start) :].splitlines()]
    assert [line.rstrip() for line in again.stderr[again.stderr.index(start) :].splitlines()][:12] == table_before[:12]


def test_another_policy_of_the_same_questions_decides_saved_scores_anew(place: Path) -> None:
    text = (Path(rubric_file.__file__).parents[2] / "rubrics" / "kardia-core.yaml").read_text()
    lighter = text.replace("weight: 0.35", "weight: 0.10").replace("weight: 0.15", "weight: 0.40")
    (place / "mine.yaml").write_text(lighter)
    mine, ours = rubric_file.load(str(place / "mine.yaml")), rubric_file.load("kardia-core")
    assert mine.policy_hash != ours.policy_hash
    assert mine.read_hash == ours.read_hash
    again = kardia(place, "evaluate", "--from-scores", "s.jsonl", "--rubric", "mine.yaml")
    assert again.returncode == 0, again.stderr
    before, after = read((place / "s.jsonl").read_text()), read(again.stdout)
    assert {row["policy_hash"] for row in after} == {mine.policy_hash}
    assert [row["critique"]["levels"] for row in after] == [row["critique"]["levels"] for row in before]
    assert [row["value"] for row in after] != [row["value"] for row in before]


def test_a_rubric_that_asks_other_questions_cannot_decide_saved_scores(place: Path) -> None:
    done = kardia(place, "evaluate", "--from-scores", "s.jsonl", "--rubric", "kardiabench")
    assert done.returncode == 2
    assert "--predictions" in done.stderr


def test_score_rows_are_no_dialogues_and_dialogues_no_score_rows(place: Path) -> None:
    done = kardia(place, "evaluate", "s.jsonl", "--model", "offline", *JUDGED)
    assert done.returncode == 2
    assert "these are score rows" in done.stderr
    other = kardia(place, "evaluate", "--from-scores", "d.jsonl")
    assert other.returncode == 3
    assert "no score row" in other.stderr


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"critique": "PASS"}, "field 'critique' is no critique"),
        ({"critique": {"rubric": "kardia-core"}}, "field 'critique.turn'"),
        ({"turn": "2"}, "field 'turn' is no index"),
    ],
)
def test_a_score_row_of_another_shape_fails_alone(place: Path, change: dict[str, Any], said: str) -> None:
    text = (Path(rubric_file.__file__).parents[2] / "rubrics" / "kardia-core.yaml").read_text()
    (place / "strict.yaml").write_text(text.replace("pass: 3", "pass: 4"))
    first, *others = read((place / "s.jsonl").read_text())
    write(place / "changed.jsonl", [{**first, **change}, *others])
    done = kardia(place, "evaluate", "--from-scores", "changed.jsonl", "--rubric", "strict.yaml")
    assert done.returncode == 3, done.stderr
    assert f"changed.jsonl:1 ({first['id']}): no score row: {said}" in done.stderr
    assert len(read(done.stdout)) == len(others)


def test_rows_of_a_protocol_that_is_not_there_end_the_run_before_any_goes_out(place: Path) -> None:
    write(place / "other.jsonl", [{**row, "protocol": "mine"} for row in read((place / "s.jsonl").read_text())])
    done = kardia(place, "evaluate", "--from-scores", "other.jsonl")
    assert (done.returncode, done.stdout) == (2, "")
    assert "unknown protocol 'mine'" in done.stderr


def test_a_judge_that_fails_often_is_said_since_broken_replies_then_weigh_more(place: Path) -> None:
    def failed(row: dict[str, Any]) -> dict[str, Any]:
        parts = [{**part, "value": None if part["id"] == "rubric" else part["value"]} for part in row["parts"][:3]]
        return {**row, "value": None, "critique": None, "reason": "not scored: timeout", "parts": parts}

    rows = [{**row, "model": "m", "turn": at} for at, row in enumerate(read((place / "s.jsonl").read_text()) * 3)]
    whole = [row for row in rows if row["critique"]][:20]
    for count, said in ((1, False), (2, True)):
        write(place / "failing.jsonl", [*map(failed, whole[:count]), *whole[count:]])
        done = kardia(place, "evaluate", "--from-scores", "failing.jsonl")
        assert done.returncode == 0, done.stderr
        assert (f"m: the judge gave nothing on {count} of the 20 replies" in done.stderr) is said
