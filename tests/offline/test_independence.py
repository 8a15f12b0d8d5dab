"""The offline speaker and judge know nothing of each other: no shared list, no import, no whispered fault."""

from __future__ import annotations

import ast
import asyncio
import itertools
import re
import tomllib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import kardia_cli
from kardia_cli.chat.gateway import Chat
from kardia_cli.chat.names import ModelSpec
from kardia_cli.contracts import Dialogue, Turn
from kardia_cli.errors import Dropped
from kardia_cli.judge import Judge, rubric_file
from kardia_cli.offline.backend import OfflineChat
from kardia_cli.rows.line import Line
from kardia_cli.rows.request import Reply, Request
from kardia_cli.stages import dialogues, pairing
from kardia_cli.stages.critiques import critique
from kardia_cli.stages.refinements import Refiner, refine
from kardia_cli.strategies.kardia import reply
from kardia_cli.stream import embedded

PACKAGE = Path(kardia_cli.__file__).parent
DATA = PACKAGE / "data"


def files(*patterns: str) -> list[Path]:
    """Return the files of the package that match, at least one for each pattern."""
    found = [sorted(PACKAGE.glob(pattern)) for pattern in patterns]
    assert all(found), patterns
    return [path for paths in found for path in paths]


SPEAKER = files("offline/speaker/*.py", "data/offline/speaker/*.toml")
JUDGE = [*files("offline/judge/*.py"), *DATA.glob("offline/judge*"), *DATA.rglob("danger*.toml")]
FACETS = files("metrics/epitome_rules.py")
NOUNS = DATA / "offline" / "speaker" / "reading.toml"
"""School, pets, kin: closed sets of the language, where any two people write much the same words."""


def constants(path: Path) -> Iterator[Any]:
    """Return every string and every collection of strings in a Python or TOML file."""
    if path.suffix == ".toml":
        values = [tomllib.loads(path.read_text())]
        while values:
            value = values.pop()
            values += value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
            yield value
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            yield [item.value for item in node.elts if isinstance(item, ast.Constant)]
        elif isinstance(node, ast.Constant):
            yield node.value


def lists(paths: list[Path]) -> Iterator[frozenset[str]]:
    """Return every collection of at least 8 strings; a text counts as the collection of its parts."""
    for value in itertools.chain.from_iterable(constants(path) for path in paths):
        if isinstance(value, str):
            value = re.split(r"[,|]\s*" if len(re.findall("[,|]", value)) > 6 else r"\s+", value)
        if isinstance(value, list):
            found = {" ".join(item.lower().split()) for item in value if isinstance(item, str)}
            if len(found) >= 8:
                yield frozenset(found)


def shared(mine: frozenset[str], theirs: frozenset[str]) -> float:
    return len(mine & theirs) / len(mine | theirs)


PAIRS = pytest.mark.parametrize(
    ("some", "others"),
    [(JUDGE, SPEAKER), (FACETS, JUDGE), (FACETS, SPEAKER)],
    ids=["judge and speaker", "facets and judge", "facets and speaker"],
)


@PAIRS
def test_no_list_stands_in_both(some: list[Path], others: list[Path]) -> None:
    theirs = [(found, 0.75 if path == NOUNS else 0.4) for path in others for found in lists([path])]
    assert theirs
    for mine in lists(some):
        for other, most in theirs:
            assert shared(mine, other) < most, f"{shared(mine, other):.0%} shared: {sorted(mine & other)[:12]}"


@PAIRS
def test_no_phrase_of_four_words_stands_in_both(some: list[Path], others: list[Path]) -> None:
    def phrases(paths: list[Path]) -> set[str]:
        return {phrase for found in lists(paths) for phrase in found if len(phrase.split()) >= 4}

    assert phrases(others)
    assert phrases(some) & phrases(others) == set()


def test_a_list_copied_from_the_speaker_would_be_found(tmp_path: Path) -> None:
    signs = tomllib.loads((DATA / "offline/speaker/feelings.toml").read_text())["feelings"]["angry"]["signs"].split(
        ", "
    )
    (tmp_path / "judge.toml").write_text(f"anger = {signs[:-2]}")
    (tmp_path / "judge.py").write_text(f"ANGER = {tuple(signs[2:])}")
    for copy in (tmp_path / "judge.toml", tmp_path / "judge.py"):
        (mine,) = lists([copy])
        assert max(shared(mine, theirs) for theirs in lists(SPEAKER)) > 0.4


@pytest.mark.parametrize("path", [path for path in [*SPEAKER, *JUDGE, *FACETS] if path.suffix == ".py"])
def test_neither_imports_another_or_reads_its_phrases(path: Path) -> None:
    own = "speaker" if path in SPEAKER else "judge" if path in JUDGE else "facets"
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("kardia_cli.offline."):
            room = (node.module or "").split(".")[2]
            assert room == own or (room == "phrases" and own != "facets"), node.module
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            if name == "table" and isinstance(node.args[0], ast.Constant):
                assert str(node.args[0].value).startswith((own, "danger")), node.args[0].value


class Recorder:
    """The offline backend, with a note of every request."""

    def __init__(self) -> None:
        self.inner, self.asked = OfflineChat(), list[Request]()

    async def complete(self, request: Request) -> Reply:
        self.asked.append(request)
        return await self.inner.complete(request)

    async def aclose(self) -> None:
        """Nothing to close."""


async def run_stages(chat: Chat) -> list[dict[str, Any]]:
    """Twelve dialogues through synthesize, critique and refine."""

    async def speak(dialogue: Dialogue) -> Turn:
        return await reply(dialogue, chat)

    situations, _ = pairing.read_situations(Line(1, row=row) for row in embedded.rows("situations"))
    pairs = pairing.Pairing(situations, "balanced", 0)
    judge = Judge(rubric_file.load("kardia-core"), chat, 0)
    make = partial(dialogues.synthesize, strategy="kardia", supporter_chat=chat, seed=0, max_exchanges=10)
    made = [await make(pairs.pair(row, at), chat, speak) for at, row in enumerate(embedded.rows("profiles")[:12])]
    refined = []
    for row in made:
        judged = await critique(row, judge)
        try:
            refined.append(await refine(judged, Refiner(judge, chat, chat, speak, 0)))
        except Dropped:
            continue
    return refined


def test_the_planted_fault_is_in_no_task_and_the_supporter_is_never_told_the_emotion() -> None:
    recorder = Recorder()
    chat = Chat(ModelSpec("offline", "offline", "offline"), recorder, "", {})
    assert asyncio.run(run_stages(chat))
    tasks = {request.task for request in recorder.asked} - {"judge.gate"}  # the second look, if a gate fails
    rewriter = {"rewriter.turn", "rewriter.label"}
    assert tasks == rewriter | {"seeker.turn", "supporter.turn", "judge.turn", "judge.fit", "judge.dialogue"}
    for request in recorder.asked:
        told = str(request.facts) + str(request.messages)
        assert "planted" not in told
        assert "trace" not in request.facts
        assert ("emotion" in request.facts) == (request.task in {"seeker.turn", *rewriter}), request.task
        if request.task == "seeker.turn":
            assert "<|" not in told, "the seeker must not see the spans"
