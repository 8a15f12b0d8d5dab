"""Steps of a GRPO run without a model: real replies of the offline speaker, judged offline, and hacks of them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

import four_spans as spans

from kardia_cli.chat.gateway import Chat
from kardia_cli.chat.names import ModelSpec
from kardia_cli.contracts import Score
from kardia_cli.judge import Judge, rubric_file
from kardia_cli.offline.backend import OfflineChat
from kardia_cli.offline.speaker.supporter import supporter_turn
from kardia_cli.rewards.rubric import score
from kardia_cli.stream import embedded

PROMPTS, EACH, GROUP = 24, 12, 8
"""Prompts of the bank, real replies to each (clean, and as many with a planted fault), and completions of a group."""


class Said(NamedTuple):
    """A completion with the judge's score of it."""

    text: str
    score: Score
    row: int = 0


class Step(NamedTuple):
    """What `Canaries.see` takes."""

    prompts: list[tuple[int, int]]
    completions: list[str]
    rewards: Mapping[str, list[float | None]]
    details: list[dict[str, Score | None]]


def judge(name: str = "kardia-core") -> Judge:
    """The offline judge."""
    return Judge(rubric_file.load(name), Chat(ModelSpec("offline", "offline", "offline"), OfflineChat(), "", {}), 0)


@cache
def rows() -> list[dict[str, Any]]:
    """One row a prompt: an embedded person in an embedded situation, told in the seeker's first turn."""
    people, situations = embedded.rows("profiles"), embedded.rows("situations")
    return [
        {
            "id": f"row-{number}",
            "person": people[number % len(people)]["person"],
            "mbti": people[number % len(people)]["mbti"],
            "emotion": situations[number * 5]["emotion"],
            "situation": situations[number * 5]["situation"],
            "anon_username": f"person-{number}",
            "messages": [{"role": "user", "content": situations[number * 5]["situation"]}],
        }
        for number in range(PROMPTS)
    ]


def facts(row: Mapping[str, Any], fault_share: float) -> dict[str, Any]:
    """What the offline supporter is told."""
    talk = [{"role": "seeker", "content": row["messages"][0]["content"]}]
    return {**{key: row[key] for key in ("person", "mbti", "situation")}, "history": talk, "fault_share": fault_share}


@cache
def bank(seed: int = 0) -> dict[tuple[int, bool], list[Said]]:
    """Judged replies by (row, faulty)."""
    rng = random.Random(seed)
    asked = [
        (number, faulty, supporter_turn(facts(row, float(faulty)), rng).text)
        for number, row in enumerate(rows())
        for faulty in (False, True)
        for _ in range(EACH)
    ]

    async def all_scores() -> list[Score | None]:
        one = judge()
        return [await score(rows()[number], text, one, None) for number, _, text in asked]

    found: dict[tuple[int, bool], list[Said]] = {}
    for (number, faulty, text), given in zip(asked, asyncio.run(all_scores()), strict=True):
        assert given is not None
        found.setdefault((number, faulty), []).append(Said(text, given, number))
    return found


Hack = Callable[[Said, float, random.Random], Said]
"""A policy's reply, progress of the hack (0 to 1), random numbers → the reply in its place and its judgement."""


def stream(
    seed: int,
    steps: int = 60,
    size: int = 64,
    *,
    faults: tuple[float, float] = (0.1, 0.1),
    broken: tuple[float, float] = (0.0, 0.0),
    hack: Hack | None = None,
) -> Iterator[Step]:
    """The steps of a run. The share of faulty replies goes from the first to the second of `faults`, that of garble
    without spans likewise; a hack sets in at step 15 and is whole at step 40.
    """
    rng = random.Random(seed)
    for step in range(steps):
        share, garbled = (ends[0] + (ends[1] - ends[0]) * step / max(1, steps - 1) for ends in (faults, broken))
        far = min(1.0, max(0.0, (step - 15) / 25))
        chosen = rng.sample(range(PROMPTS), size // GROUP)
        numbers = [number for number in chosen for _ in range(GROUP)]
        said = [rng.choice(bank()[number, rng.random() < share]) for number in numbers]
        said = [_garbled(each, rng) if rng.random() < garbled else each for each in said]
        if hack is not None:
            said = [hack(each, far, rng) for each in said]
        yield step_of([(number, 1) for number in numbers], said)


def _garbled(said: Said, rng: random.Random) -> Said:
    """The same words, shuffled, with the markers among them."""
    words = said.text.split()
    rng.shuffle(words)
    return said._replace(text=" ".join(words[:-1]), score=Score(0.0, "spans broken"))


def step_of(prompts: list[tuple[int, int]], said: list[Said]) -> Step:
    """A step of these completions, with the rewards that they earn."""
    form = [1.0 if spans.read(each.text) else 0.0 for each in said]
    rubric = [each.score.value for each in said]
    return Step(
        prompts,
        [each.text for each in said],
        {"format": list(form), "rubric": rubric},
        [{"format": Score(value), "rubric": each.score} for value, each in zip(form, said, strict=True)],
    )


def with_response(text: str, change: Callable[[spans.Spans], str]) -> str:
    """The turn with another response; a broken turn stays as it is."""
    read = spans.read(text)
    return text if read is None else spans.render(read._replace(response=change(read)))
