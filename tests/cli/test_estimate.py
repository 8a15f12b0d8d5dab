"""`--estimate`: what a run would take, by role, without one request; and how near that comes to what it takes."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import chat_server as server
import pytest
from warm import run

from kardia_cli.rows.line import Row

PRICE = '[prices."openai/m"]\ninput = 1.0\noutput = 2.0\n'


@pytest.fixture
def endpoint() -> Iterator[server.Script]:
    """A model that answers whatever kardia asks."""
    with server.beside(server.player()) as script:
        yield script


def kardia(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder."""
    return run(folder, *words, COLUMNS="200")


@pytest.fixture(scope="module")
def talks(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Thirty dialogues, a line each."""
    folder = tmp_path_factory.mktemp("talks")
    made = kardia(folder, "synthesize", "builtin", "-n", "30", "-o", "d.jsonl")
    assert made.returncode == 0, made.stderr
    return (folder / "d.jsonl").read_text().splitlines(keepends=True)


@pytest.fixture
def dialogues(tmp_path: Path, talks: list[str]) -> Callable[[int], str]:
    """A function that writes a file of so many dialogues."""

    def written(count: int) -> str:
        (tmp_path / "d.jsonl").write_text("".join(talks[:count]))
        return "d.jsonl"

    return written


def posts(folder: Path, people: int) -> str:
    """A file of people who have written enough."""
    rows: list[Row] = []
    for number in range(people):
        kinds = ("rye", "spelt", "wheat", "barley", "corn", "oat", "sour", "white")
        text = [
            f"I bake {kind} bread with my {number} sisters and I sell it on the old square until noon."
            for kind in kinds
        ]
        rows.append({"posts": text, "source_id": str(number)})
    (folder / "p.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return "p.jsonl"


def calls_in(said: str) -> int:
    """The number of calls that an estimate tells."""
    found = re.search(r"about ([\d,]+) calls", said)
    assert found, said
    return int(found[1].replace(",", ""))


def compared(folder: Path, script: server.Script, *words: str) -> tuple[int, int]:
    """Calls as estimated, and as made; nothing is asked for the estimate."""
    model = ("--api-base", script.base)
    said = kardia(folder, *words, *model, "--estimate")
    assert said.returncode == 0, said.stderr
    assert said.stdout == ""
    assert len(script.asked) == script.probes == 0
    run = kardia(folder, *words, *model, "-o", "out.jsonl")
    assert run.returncode == 0, run.stderr
    return calls_in(said.stderr), len(script.asked)


@pytest.mark.parametrize("rows", [7, 30])
def test_critique_is_estimated_to_the_call_where_few_rows_are_and_nearly_so_where_some_are_drawn(
    rows: int, tmp_path: Path, dialogues: Callable[[int], str], endpoint: server.Script
) -> None:
    estimated, made = compared(tmp_path, endpoint, "critique", dialogues(rows), "--judge-model", "openai/m")
    if rows < 20:
        assert estimated == made
    else:
        assert 0.75 * made <= estimated <= 1.33 * made


def test_synthesize_is_estimated_within_half(tmp_path: Path) -> None:
    with server.beside(server.player(exchanges=3)) as script:
        words = ("synthesize", "builtin", "-n", "12", "--model", "openai/m", "--max-exchanges", "4")
        estimated, made = compared(tmp_path, script, *words)
    assert made / 1.5 <= estimated <= 1.5 * made


def test_refine_is_estimated_within_half(
    tmp_path: Path, dialogues: Callable[[int], str], endpoint: server.Script
) -> None:
    file = dialogues(8)
    estimated, made = compared(tmp_path, endpoint, "refine", file, "--model", "openai/m", "--judge-model", "openai/m")
    assert made / 1.5 <= estimated <= 1.5 * made


def test_evaluate_is_estimated_within_half(
    tmp_path: Path, dialogues: Callable[[int], str], endpoint: server.Script
) -> None:
    file = dialogues(6)
    words = ("evaluate", file, "--split", "all", "--model", "openai/m", "--judge-model", "openai/m")
    estimated, made = compared(tmp_path, endpoint, *words)
    assert made / 1.5 <= estimated <= 1.5 * made


@pytest.mark.parametrize("one_call", [False, True])
def test_evaluate_estimates_one_judge_call_a_turn_and_the_default_beside_each_other(
    one_call: bool, tmp_path: Path, dialogues: Callable[[int], str]
) -> None:
    words = ["evaluate", dialogues(3), "--split", "all", "--model", "offline", "--judge-model", "openai/m"]
    flags = ("--judge-calls turn --judge-samples 1", "--judge-calls criterion --judge-samples 3")
    chosen = flags[0].split() if one_call else []
    first, second = (
        line for line in kardia(tmp_path, *words, *chosen, "--estimate").stderr.split("\n") if "about" in line
    )
    assert f"with {flags[one_call]}: about" in second
    assert (calls_in(first) > 3 * calls_in(second)) != one_call
    alone = kardia(tmp_path, *words, *flags[one_call].split(), "--estimate").stderr
    assert calls_in(second) == calls_in(alone)


def test_build_profiles_with_a_model_is_estimated_to_the_call(tmp_path: Path, endpoint: server.Script) -> None:
    words = ("build-profiles", posts(tmp_path, 9), "--enrich", "--model", "openai/m")
    estimated, made = compared(tmp_path, endpoint, *words)
    assert estimated == made == 9


def test_roles_models_and_cost_are_shown(
    tmp_path: Path, dialogues: Callable[[int], str], endpoint: server.Script
) -> None:
    (tmp_path / "k.toml").write_text(PRICE)
    words = ("refine", dialogues(5), "--model", "openai/m", "--judge-model", "openai/n")
    said = kardia(tmp_path, *words, "--api-base", endpoint.base, "--estimate", "-c", "k.toml").stderr
    lines = [line for line in said.split("\n") if re.search(r"openai/[mn]", line)]
    assert any("judge" in line and "openai/n" in line and "unknown" in line for line in lines)
    assert any("rewriter" in line and "openai/m" in line and "$" in line for line in lines)
    assert "of unknown price" in said  # the judge's
    assert not endpoint.asked


def test_a_cost_is_told_where_every_price_is_known_and_free_where_nothing_is_paid(
    tmp_path: Path, dialogues: Callable[[int], str], endpoint: server.Script
) -> None:
    (tmp_path / "k.toml").write_text(PRICE.replace("1.0", "100000.0"))
    file = dialogues(5)
    words = ("critique", file, "--judge-model", "openai/m", "--api-base", endpoint.base, "-c", "k.toml", "--estimate")
    found = re.search(r"calls \(.*\), \$([\d,.]+)", kardia(tmp_path, *words).stderr)
    assert found
    assert float(found[1].replace(",", "")) > 0
    offline = kardia(tmp_path, "critique", file, "--estimate").stderr
    assert "$0.00" in offline
    assert "unknown price" not in offline


def test_an_estimate_writes_no_row_no_reject_and_no_output_file(
    tmp_path: Path, dialogues: Callable[[int], str], endpoint: server.Script
) -> None:
    file = dialogues(3)
    words = ("critique", file, "--judge-model", "openai/m", "--api-base", endpoint.base, "--estimate")
    done = kardia(tmp_path, *words, "-o", "out.jsonl", "--rejects", "bad.jsonl", "--summary", "s.json")
    assert (done.returncode, done.stdout) == (0, "")
    assert not (tmp_path / "out.jsonl").exists()
    assert not (tmp_path / "bad.jsonl").exists()
    assert json.loads((tmp_path / "s.json").read_text())["exit_code"] == 0


def test_an_estimate_of_nothing_says_so(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("")
    done = kardia(tmp_path, "critique", "empty.jsonl", "--estimate")
    assert done.returncode == 0
    assert "nothing to reckon with" in done.stderr


def test_bad_rows_are_no_reason_not_to_estimate_the_others(
    tmp_path: Path, dialogues: Callable[[int], str], endpoint: server.Script
) -> None:
    file = tmp_path / dialogues(4)
    file.write_text(file.read_text() + '{oops\n{"messages": 5}\n')
    words = ("critique", "d.jsonl", "--judge-model", "openai/m", "--api-base", endpoint.base, "--estimate")
    done = kardia(tmp_path, *words)
    assert done.returncode == 0, done.stderr
    assert calls_in(done.stderr) > 0
    assert not endpoint.asked


def test_what_was_learned_of_a_model_s_speed_is_used(tmp_path: Path, dialogues: Callable[[int], str]) -> None:
    with server.beside(server.slow(0.05, server.player())) as script:
        words = ("critique", dialogues(5), "--judge-model", "openai/m", "--api-base", script.base)
        assert "unknown" in kardia(tmp_path, *words, "--estimate").stderr
        assert kardia(tmp_path, *words, "-o", "out.jsonl").returncode == 0
        line = next(line for line in kardia(tmp_path, *words, "--estimate").stderr.split("\n") if "openai/m" in line)
    assert re.search(r"\d:\d\d", line), line
