"""Every plug-in keeps its contract, and a new one is one new file."""

from __future__ import annotations

import asyncio
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Literal

import pytest

from kardia_cli import plugins
from kardia_cli.contracts import ProtocolSpec, RewardSpec, Turn, protocol_spec, reward_spec, spec_of_rows
from kardia_cli.errors import UsageError
from kardia_cli.judge import rubric_file
from kardia_cli.plugins import Kind
from tests.support.score_rows import score as score_row
from tests.support.warm import run

ROOT = Path(__file__).parent.parent
REQUIRED: dict[Kind, list[str]] = {
    "source": ["path"],
    "strategy": ["dialogue", "chat"],
    "reward": ["row", "completion", "judge", "chat"],
    "protocol": ["row", "chats", "judge"],
}
ALL = [(kind, name) for kind in REQUIRED for name in plugins.built_in(kind)]


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
    path.write_text(STRATEGY)
    assert asyncio.run(plugins.load("strategy", str(path))(None, None)) == Turn("I am listening.")
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


WRONG: list[tuple[Kind, str, str]] = [
    ("strategy", "def answer(dialogue, chat): ...", "has no function `reply`"),
    ("strategy", "reply = 3", "is no function, but a int"),
    ("strategy", "def reply(dialogue, chat): ...", "is not async"),
    ("strategy", "async def reply(dialogue): ...", r"cannot be called with \(dialogue, chat\)"),
    ("strategy", "async def reply(dialogue, chat, mood): ...", "missing a required argument: 'mood'"),
    ("source", "async def rows(path): ...", "is async"),
    ("reward", "async def score(row, completion): ...", r"\(row, completion, judge, chat\)"),
    ("protocol", "async def evaluate(row): ...", r"\(row, chats, judge\)"),
    ("strategy", "async def reply(dialogue, chat:", r"mine\.py:1: "),
    ("strategy", "import no_such_package", r"No module named 'no_such_package' \("),
]


@pytest.mark.parametrize(("kind", "text", "said"), WRONG)
def test_a_file_of_another_shape_says_what_is_expected(tmp_path: Path, kind: Kind, text: str, said: str) -> None:
    (tmp_path / "mine.py").write_text(text)
    with pytest.raises(UsageError, match=said) as caught:
        plugins.load(kind, str(tmp_path / "mine.py"))
    assert "mine.py" in caught.value.message
    assert "mend the file" in caught.value.remedy or plugins.CONTRACTS[kind].form in caught.value.remedy


RETURNS: list[tuple[Kind, str, str]] = [
    ("strategy", "async def reply(dialogue, chat): return 'hello'", r"a str \('hello'\), not Turn"),
    ("reward", "async def score(row, completion, judge, chat): return 1.0", "a float .*, not Score | None"),
    ("protocol", "async def evaluate(row, chats, judge): return None", r"a NoneType .*, not list\[Score\]"),
    ("protocol", "async def evaluate(row, chats, judge): return [1.0]", r"a list .*, not list\[Score\]"),
    ("source", "def rows(path): return [{}]", r"a dict .*, not Iterator\[Line\]"),
    ("source", "def rows(path): return 3", r"a int .*, not Iterator\[Line\]"),
    ("strategy", "async def reply(dialogue, chat): return {}['x']", r"KeyError: 'x' \(.*mine\.py:1\)"),
]


@pytest.mark.parametrize(("kind", "text", "said"), RETURNS)
def test_what_a_plug_in_returns_is_held_against_its_kind(tmp_path: Path, kind: Kind, text: str, said: str) -> None:
    (tmp_path / "mine.py").write_text(text)
    function = plugins.load(kind, str(tmp_path / "mine.py"))
    given = [None] * len(REQUIRED[kind])
    with pytest.raises(UsageError, match=said):
        list(function(*given)) if kind == "source" else asyncio.run(function(*given))


def test_a_spec_of_another_type_is_refused_and_a_file_without_one_has_the_defaults(tmp_path: Path) -> None:
    wrong, bare = tmp_path / "wrong.py", tmp_path / "bare.py"
    wrong.write_text("SPEC = {}\n")
    bare.write_text("async def evaluate(row, chats, judge): return []\n")
    with pytest.raises(UsageError, match="SPEC is a dict") as caught:
        protocol_spec(str(wrong))
    assert "ProtocolSpec(...)" in caught.value.remedy
    assert protocol_spec(str(bare)) == ProtocolSpec()
    assert reward_spec(str(bare)) == RewardSpec()


def test_rows_cannot_name_a_file_to_run(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("raise SystemExit(9)\n")
    assert spec_of_rows(str(tmp_path / "mine.py")) == ProtocolSpec()
    (tmp_path / "s.jsonl").write_text(json.dumps(score_row(protocol="mine.py")) + "\n")
    done = run(tmp_path, "evaluate", "s.jsonl", "--from-scores")
    assert done.returncode == 2
    assert "add --protocol mine.py" in done.stderr


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package and its rubrics in a temporary folder, to which tests add files."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "kardia_cli", folder / "kardia_cli", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "rubrics", folder / "rubrics")
    return folder


def kardia(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder), "KARDIA_SALT": "test"}
    command = [sys.executable, "-m", "kardia_cli", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


SOURCE = '''"""One person a line (a test's source)."""
from kardia_cli.rows.line import Line

def rows(path):
    """Read lines."""
    for number, text in enumerate(path.read_text().splitlines(), 1):
        yield Line(number, {"person": text}, raw=text)
'''
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
PROTOCOL = '''"""Whether replies ask back (a test's protocol)."""
from kardia_cli.contracts import Columns, ProtocolSpec, Score

async def evaluate(row, chats, judge):
    """Two scores a model."""
    asks = float(len(row["id"]) % 2)
    return [Score(asks, "", {"asks": asks, "mood.low": 1.0 - asks}, name, 0, "Why?", "curious") for name in chats]

def summarize(rows):
    """Count."""
    return [{"questions": len(rows)}]

SPEC = ProtocolSpec(
    rubric=False, summarize=summarize, judged="Questions were counted by", label="tone",
    columns=Columns(shown=("asks", "mood.*"), lower=("mood.*",), shares=("asks",)),
)
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


def test_a_new_source_is_one_new_file(copy: Path) -> None:
    (copy / "kardia_cli/sources/lines.py").write_text(SOURCE)
    (copy / "people.txt").write_text("I bake bread and read at night, and I worry for three people.\n" * 2)
    done = kardia(copy, "build-profiles", "people.txt", "--source", "lines", "--min-words", "5")
    assert "bake bread" in json.loads(done.stdout.splitlines()[0])["person"]


def test_a_new_strategy_is_one_new_file(copy: Path) -> None:
    (copy / "kardia_cli/strategies/listener.py").write_text(STRATEGY)
    done = kardia(copy, "synthesize", "builtin", "-n", "1", "--strategy", "listener", "--with", "words=Tell me.")
    row = json.loads(done.stdout)
    assert {message["content"] for message in row["messages"] if message["role"] == "assistant"} == {"Tell me."}


def test_a_new_reward_is_one_new_file(copy: Path) -> None:
    (copy / "kardia_cli/rewards/brevity.py").write_text(REWARD)
    done = kardia(copy, "grpo", "builtin", "--dry-run", "-n", "1", "--reward", "brevity=1", "--with", "most=5")
    assert done.returncode == 0, done.stderr
    assert "brevity" in done.stderr + done.stdout


def test_a_new_protocol_is_one_new_file_its_report_included(copy: Path) -> None:
    (copy / "kardia_cli/protocols/asking.py").write_text(PROTOCOL)
    models = ("--model", "offline", "--name", "one", "--model", "offline", "--name", "two")
    measured = kardia(
        copy, "evaluate", "builtin", "--split", "all", "--protocol", "asking", *models, "-o", "s.jsonl", "--force"
    )
    assert measured.returncode == 0, measured.stderr
    assert "questions" in measured.stderr
    made = kardia(copy, "report", "s.jsonl", "--json", "r.json", "--methods", "-", "--html", "r.html", "--force")
    found = json.loads((copy / "r.json").read_text())
    assert (found["criteria"], found["lower_is_better"]) == (["asks", "mood.low"], ["mood.low"])
    words = " ".join(made.stdout.split())
    assert "Questions were counted by offline (lexical)" in words
    assert "shares by Wilson's method" in words
    assert '"label":"tone"' in (copy / "r.html").read_text()


def test_a_new_rubric_is_one_new_file(copy: Path) -> None:
    text = (copy / "rubrics/kardia-core.yaml").read_text().replace("id: kardia-core", "id: strict")
    (copy / "rubrics/strict.yaml").write_text(text.replace("pass: 3", "pass: 5"))
    row = json.loads(kardia(copy, "critique", "builtin", "-n", "1", "--rubric", "strict").stdout)
    assert {item["rubric"] for item in row["critiques"]} == {"strict"}
    assert rubric_file.load(str(copy / "rubrics/strict.yaml")).read_hash == row["critiques"][0]["rubric_hash"]


def test_a_new_command_is_one_new_file(copy: Path) -> None:
    (copy / "kardia_cli/commands/count.py").write_text(COMMAND)
    assert "Count rows" in kardia(copy, "--help").stdout
    assert kardia(copy, "count", "builtin").stdout.strip() == "8"


def test_all_that_was_added_is_listed(copy: Path) -> None:
    for kind, name, text in (("strategies", "listener", STRATEGY), ("protocols", "asking", PROTOCOL)):
        (copy / f"kardia_cli/{kind}/{name}.py").write_text(text)
    (copy / "kardia_cli/sources/broken.py").write_text("def rows(path:\n")
    listed = kardia(copy, "--plugins").stdout
    (copy / "kardia_cli/sources/broken.py").unlink()
    assert "Says the same kind thing" in listed
    assert "Whether replies ask back" in listed
    assert re.search(r"source +broken +cannot be used: .*broken\.py:1", listed)


def test_an_installed_package_brings_plug_ins_and_a_command_by_entry_points(tmp_path: Path) -> None:
    (tmp_path / "listening.py").write_text(STRATEGY)
    (tmp_path / "counting.py").write_text(COMMAND)
    known = tmp_path / "kind_words-1.2.dist-info"
    known.mkdir()
    (known / "METADATA").write_text("Metadata-Version: 2.1\nName: kind-words\nVersion: 1.2\n")
    (known / "entry_points.txt").write_text(
        "[kardia.strategies]\nlistener = listening\nplain = listening\nlost = no_such_module\n"
        "[kardia.commands]\ntally = counting\n"
    )
    paths = os.pathsep.join([str(ROOT), str(tmp_path)])

    def typed(*arguments: str) -> str:
        command, environment = [sys.executable, "-m", "kardia_cli", *arguments], {**os.environ, "PYTHONPATH": paths}
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True).stdout

    listed = " ".join(typed("--plugins").split())
    assert "strategy listener Says the same kind thing every time (a test's strategy). (from kind-words 1.2)" in listed
    assert "strategy plain not used: a built-in one has this name (from kind-words 1.2)" in listed
    assert "strategy lost cannot be used: strategy 'lost' cannot be imported" in listed
    assert "command tally (from kind-words 1.2)" in listed
    row = json.loads(typed("synthesize", "builtin", "-n", "1", "--strategy", "listener"))
    assert {each["content"] for each in row["messages"] if each["role"] == "assistant"} == {"I am listening."}
    assert typed("tally", "builtin").strip() == "8"
