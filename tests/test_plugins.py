"""Every plug-in keeps its contract, and a new one is one new file."""

from __future__ import annotations

import asyncio
import inspect
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Literal

import pytest

from kardia_cli import plugins
from kardia_cli.errors import UsageError
from kardia_cli.judge import rubric_file
from kardia_cli.plugins import Kind

ROOT = Path(__file__).parent.parent
REQUIRED: dict[Kind, list[str]] = {
    "source": ["path"],
    "strategy": ["dialogue", "chat"],
    "reward": ["row", "completion", "judge", "chat"],
    "protocol": ["row", "chats", "judge"],
}
ALL = [(kind, name) for kind in REQUIRED for name in plugins.names(kind)]


@pytest.mark.parametrize(("kind", "name"), ALL)
def test_a_plug_in_takes_its_contracts_parameters_and_gives_every_option_a_default(kind: Kind, name: str) -> None:
    function = plugins.load(kind, name)
    required = [p.name for p in inspect.signature(function).parameters.values() if p.default is inspect.Parameter.empty]
    assert required == REQUIRED[kind]
    assert asyncio.iscoroutinefunction(function) == (kind != "source")


@pytest.mark.parametrize(("kind", "name"), ALL)
def test_a_plug_in_says_in_one_line_what_it_is(kind: Kind, name: str) -> None:
    summary = plugins.summary(kind, name)
    assert 20 < len(summary) < 160
    assert (plugins.load(kind, name).__doc__ or "").strip()


def test_an_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        plugins.load("strategy", "kardai")
    assert "'kardia'" in caught.value.remedy


def test_a_path_is_a_plug_in_too(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text("async def reply(dialogue, chat, loud: bool = False):\n    return loud\n")
    assert asyncio.run(plugins.load("strategy", str(path))(None, None)) is False
    with pytest.raises(UsageError, match="no plug-in file"):
        plugins.load("strategy", str(tmp_path / "none.py"))


def sample(
    count: int = 1, share: float = 0.5, loud: bool = False, how: Literal["a", "b"] = "a", names: list[str] | None = None
) -> None:
    """A function with one option of each type."""


def test_options_are_read_by_their_type() -> None:
    given = plugins.bind(sample, "s", ["count=3", "share=0.25", "loud=yes", "how=b", "names=x", "names=y"])
    assert given == {"count": 3, "share": 0.25, "loud": True, "how": "b", "names": ["x", "y"]}


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("cuont=3", "no option"),
        ("count=three", "is not int"),
        ("loud=maybe", "neither true nor false"),
        ("how=c", "none of a, b"),
        ("count", "not name=value"),
    ],
)
def test_a_wrong_option_says_what_is_wrong(setting: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        plugins.bind(sample, "s", [setting])


def test_of_several_plug_ins_each_takes_its_own_settings() -> None:
    assert plugins.bind(sample, "s", ["s.count=3", "t.count=4"], several=True) == {"count": 3}
    with pytest.raises(UsageError, match="not in use"):
        plugins.check_owners(["u.count=3"], ["s", "t"])
    with pytest.raises(UsageError, match="whose option"):
        plugins.check_owners(["count=3"], ["s", "t"])


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package and its rubrics in a temporary folder, to which a test adds files."""
    shutil.copytree(ROOT / "kardia_cli", tmp_path / "kardia_cli", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "rubrics", tmp_path / "rubrics")
    return tmp_path


def kardia(folder: Path, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder), "KARDIA_SALT": "test"}
    command = [sys.executable, "-m", "kardia_cli", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, input=given, capture_output=True, text=True, check=False
    )


STRATEGY = '''"""Says the same kind thing every time (a test's strategy)."""
from kardia_cli.contracts import Turn

async def reply(dialogue, chat, words: str = "I am listening."):
    """Answer."""
    return Turn(words)
'''
REWARD = '''"""Pays for short completions (a test's reward)."""
from kardia_cli.contracts import Score

async def score(row, completion, judge, chat, most: int = 10):
    """Score."""
    return Score(float(len(completion.split()) <= most), "short")
'''
COMMAND = '''"""kardia count: how many rows there are."""
from kardia_cli.cli.options import CommonFlags, Inputs, expand

POSITION = 9

@expand
def run(inputs: Inputs = None, common: CommonFlags = CommonFlags()) -> None:
    """Count rows."""
    import asyncio
    from kardia_cli.cli import pipe
    async def go() -> int:
        return len([line async for line in pipe.read_inputs(inputs or [], common.console("count"), "dialogues")])
    print(asyncio.run(go()))
'''


def test_a_new_strategy_is_one_new_file(copy: Path) -> None:
    (copy / "kardia_cli/strategies/listener.py").write_text(STRATEGY)
    assert "listener" in kardia(copy, "--plugins").stdout
    done = kardia(copy, "synthesize", "builtin", "-n", "1", "--strategy", "listener", "--with", "words=Tell me.")
    row = json.loads(done.stdout)
    assert {message["content"] for message in row["messages"] if message["role"] == "assistant"} == {"Tell me."}


def test_a_new_reward_is_one_new_file(copy: Path) -> None:
    (copy / "kardia_cli/rewards/brevity.py").write_text(REWARD)
    assert "brevity" in kardia(copy, "--plugins").stdout
    done = kardia(copy, "grpo", "x.jsonl", "--model", "none", "-o", "run", "--reward", "brevty=1")
    assert done.returncode == 2
    script = (
        "import asyncio\nfrom kardia_cli import plugins\n"
        "print(asyncio.run(plugins.load('reward', 'brevity')({}, 'one two', None, None)).value)"
    )
    ran = subprocess.run([sys.executable, "-c", script], cwd=copy, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "1.0"


def test_a_new_rubric_is_one_new_file(copy: Path) -> None:
    text = (
        (copy / "rubrics/kardia-core.yaml")
        .read_text()
        .replace("id: kardia-core", "id: strict")
        .replace("pass: 3", "pass: 5")
    )
    (copy / "rubrics/strict.yaml").write_text(text)
    assert "strict" in kardia(copy, "--plugins").stdout
    row = json.loads(kardia(copy, "critique", "builtin", "-n", "1", "--rubric", "strict").stdout)
    assert {item["rubric"] for item in row["critiques"]} == {"strict"}
    assert rubric_file.load(str(copy / "rubrics/strict.yaml")).hash == row["critiques"][0]["rubric_hash"]


def test_a_new_command_is_one_new_file(copy: Path) -> None:
    (copy / "kardia_cli/commands/count.py").write_text(COMMAND)
    assert "Count rows" in kardia(copy, "--help").stdout
    assert kardia(copy, "count", "builtin").stdout.strip() == "8"
