"""What the benchmarks work on, made the same each time: prompts of about 410 B, dialogue rows of about 7.8 kB."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import orjson

_WORDS = """\
she told me that the bus was late again and I stood there thinking of the meeting we had planned for so long my
brother says it will pass but every morning I wake up with the same knot and nobody at work seems to notice how
much the move has cost us since spring when dad fell ill and the house was sold before we could say we don’t want to go
"""


def prompts(path: Path, count: int) -> Path:
    """A file of `count` rows with an id and a prompt."""
    chance = random.Random(3)
    with path.open("wb") as file:
        for number in range(count):
            text = f"Case {number:06d}. " + _prose(chance, 95)
            file.write(orjson.dumps({"id": f"row-{number:06d}", "prompt": text[:410]}) + b"\n")
    return path


def dialogues(path: Path, count: int) -> Path:
    """A file of `count` rows as `kardia synthesize` makes them: eight turns, spans, line breaks, some curly quotes."""
    chance = random.Random(5)
    turns = [(_prose(chance, 60), _spans(chance)) for _ in range(200)]
    with path.open("wb") as file:
        for number in range(count):
            file.write(orjson.dumps(_dialogue(number, chance.choices(turns, k=4))) + b"\n")
    return path


def _dialogue(number: int, turns: list[tuple[str, str]]) -> dict[str, Any]:
    person, own = turns[0][0], {"source": "made", "licence": "Apache-2.0", "consent": "fictional"}
    messages = [{"role": "system", "content": f"You are a supportive companion.\n\n{person}\n\nFour parts a turn."}]
    for said, answered in turns:
        messages += [{"role": "user", "content": said}, {"role": "assistant", "content": answered}]
    return {
        "id": f"row-{number:06d}",
        "person": f"MBTI: INFP\nAbout: {person}",
        "mbti": "INFP",
        "emotion": "hopeful",
        "situation": turns[1][0],
        "anon_username": f"{number:016x}",
        "messages": messages,
        "origin": [{"part": part, **own} for part in ("profile", "situation")],
        "resolved": number % 2 == 0,
        "strategy": "kardia",
        "traces": [{"turn": turn, "trace": '{"planted":null}'} for turn in (2, 4, 6, 8)],
        "models": [{"role": role, "model": "openai/m", "hash": ""} for role in ("seeker", "supporter")],
    }


def _spans(chance: random.Random) -> str:
    parts = {"understanding": 80, "reasoning": 90, "emotion": 1, "response": 55}
    spans = (f"<|{name}_begin|>{_prose(chance, words)}<|{name}_end|>" for name, words in parts.items())
    return "\n".join(spans)


def _prose(chance: random.Random, words: int) -> str:
    return " ".join(chance.choices(_WORDS.split(), k=words))
