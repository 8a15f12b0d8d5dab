"""The offline speaker and the offline judge know nothing of each other: no shared list, no import, no whispered fault."""

from __future__ import annotations

import ast
import asyncio
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from kardia_cli.chat.gateway import Chat
from kardia_cli.chat.names import ModelSpec
from kardia_cli.contracts import Dialogue, Turn
from kardia_cli.errors import Dropped
from kardia_cli.judge import Judge, rubric_file
from kardia_cli.offline import backend
from kardia_cli.offline.backend import OfflineChat
from kardia_cli.rows.line import Line
from kardia_cli.rows.request import Reply, Request
from kardia_cli.stages import dialogues, pairing
from kardia_cli.stages.critiques import critique
from kardia_cli.stages.refinements import Refiner, refine
from kardia_cli.strategies.kardia import reply
from kardia_cli.stream import embedded

FOLDER = Path(backend.__file__).parent
JUDGE = sorted(FOLDER.glob("scorer*.py"))
FACETS = sorted(FOLDER.glob("epitome*.py"))
SPEAKER = sorted(
    path
    for path in FOLDER.rglob("*.py")
    if path not in [*JUDGE, *FACETS] and path.name not in ("fill.py", "__init__.py")
)


def lists(paths: list[Path]) -> Iterator[frozenset[str]]:
    """Every collection of at least 8 strings that stands in the source, comma-separated texts taken apart."""
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Tuple | ast.List | ast.Set):
                found = {
                    item.value.lower()
                    for item in node.elts
                    if isinstance(item, ast.Constant) and isinstance(item.value, str)
                }
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.count(",") > 6:
                found = {part.strip().lower() for part in node.value.split(",")}
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value.split()) > 7:
                found = set(node.value.lower().split())
            else:
                continue
            if len(found) >= 8:
                yield frozenset(found)


# Nouns by field (school, money, pets, kin): closed sets of the language, where any two people write much the same words.
FIELDS = {"topics", "people", "nouns", "activities"}


@pytest.mark.parametrize(
    ("fields", "most"), [(False, 0.4), (True, 0.75)], ids=["feelings and phrases", "nouns by field"]
)
def test_no_list_of_the_judge_is_a_list_of_the_speaker(fields: bool, most: float) -> None:
    speaker = list(lists([path for path in SPEAKER if (path.stem in FIELDS) == fields]))
    assert speaker
    for mine in lists(JUDGE):
        for theirs in speaker:
            shared = len(mine & theirs) / len(mine | theirs)
            assert shared < most, f"{shared:.0%} shared: {sorted(mine & theirs)[:12]}"


@pytest.mark.parametrize("others", [JUDGE, SPEAKER], ids=["judge", "speaker"])
def test_no_list_of_the_facets_is_a_list_of_another(others: list[Path]) -> None:
    theirs = list(lists([path for path in others if path.stem not in FIELDS]))
    for mine in lists(FACETS):
        for other in theirs:
            shared = len(mine & other) / len(mine | other)
            assert shared < 0.4, f"{shared:.0%} shared: {sorted(mine & other)[:12]}"


@pytest.mark.parametrize(("some", "others"), [(JUDGE, SPEAKER), (FACETS, JUDGE), (FACETS, SPEAKER)])
def test_no_phrase_of_four_words_stands_in_both(some: list[Path], others: list[Path]) -> None:
    def phrases(paths: list[Path]) -> set[str]:
        return {phrase for found in lists(paths) for phrase in found if len(phrase.split()) >= 4}

    assert phrases(some) & phrases(others) == set()


def test_the_facets_import_no_rule_of_the_judge_and_none_of_the_speaker() -> None:
    for path in FACETS:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("kardia_cli"):
                assert (node.module or "").startswith("kardia_cli.offline")
                assert {(node.module or "").split(".")[-1], *(a.name for a in node.names)} & {p.stem for p in FACETS}


@pytest.mark.parametrize("path", [*JUDGE, *SPEAKER], ids=lambda path: path.stem)
def test_neither_imports_the_other(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("kardia_cli.offline"):
            names = {(node.module or "").split(".")[-1], *(alias.name for alias in node.names)}
            judging = any(name.startswith("scorer") for name in names)
            if path in JUDGE:
                assert judging
            elif path.name != "backend.py":  # the backend hands a judge's task to the judge
                assert not judging


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
    tasks = {request.task for request in recorder.asked}
    assert tasks == {"seeker.turn", "supporter.turn", "rewriter.turn", "judge.turn", "judge.fit", "judge.dialogue"}
    for request in recorder.asked:
        told = str(request.facts) + str(request.messages)
        assert "planted" not in told
        assert "trace" not in request.facts
        assert ("emotion" in request.facts) == (request.task in ("seeker.turn", "rewriter.turn")), request.task
        if request.task == "seeker.turn":
            assert "<|" not in told, "the seeker must not see the spans"
