"""Pairs of a profile and a situation (not in the paper).

Dialogue i takes profile i (the profiles are used again in order when there are fewer) and a situation chosen from the
seed and i alone, so the first 20 dialogues of 20 and of 2,000 are equal.
"""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import orjson

from kardia_cli.errors import RowError, UsageError
from kardia_cli.rows import labels, turn_format
from kardia_cli.rows.line import Line, Row
from kardia_cli.rows.records import check_row, content_hash
from kardia_cli.rows.request import derive_seed
from kardia_cli.stream import jsonl
from kardia_cli.text import risk

How = Literal["balanced", "natural", "round-robin"]
_MADE_HERE = frozenset(
    {"id", "person", "mbti", "emotion", "situation", "anon_username", "messages", "origin", "risk", "drafts"}
    | {"format", "labels"}
)
_IN_MEMORY = 8 << 20


@dataclass
class Pairing:
    """Chooses the situation of the dialogue at an index, from the seed and the index alone.

    balanced: every block of 32 dialogues meets each emotion once, in a seeded order; within an emotion by hash.
    natural: by hash, so each emotion as often as the situations have it, as in the paper. round-robin: in the order of
    the file. `on_risk` is for signs of danger in profile and situation (see risk.py): where they are to be dropped,
    `read_situations` and `paired` leave them out before anything is paired, so that no dialogue is lost.
    """

    situations: Sequence[Row]
    how: How
    seed: int
    on_risk: risk.How = "keep"
    _by_emotion: dict[str, list[Row]] = field(default_factory=dict)
    _count: dict[tuple[str, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.situations:
            raise UsageError(
                "there is no situation to talk about", "give --scenarios FILE with `emotion` and `situation`"
            )
        for row in self.situations:
            self._by_emotion.setdefault(row["emotion"], []).append(row)

    def situation(self, index: int) -> Row:
        """Return the situation of the dialogue at `index`."""
        if self.how == "round-robin":
            return self.situations[index % len(self.situations)]
        if self.how == "natural":
            return self.situations[derive_seed(self.seed, "pairing", index) % len(self.situations)]
        emotions = [label for label in labels.of(self.situations[0]).labels if label in self._by_emotion]
        block, place = divmod(index, len(emotions))
        order = sorted(emotions, key=lambda label: derive_seed(self.seed, "order", block, label))
        choices = self._by_emotion[order[place]]
        return choices[derive_seed(self.seed, "pairing", index) % len(choices)]

    def pair(self, profile: Row, index: int) -> Row:
        """Return the row of the dialogue at `index` before its first turn; call it once for each index, in order.

        Its id comes from seed, profile, situation and how often this pair has met.
        """
        situation = self.situation(index)
        who = str(profile.get("anon_username") or content_hash(profile.get("person")))
        pair = (who, content_hash(situation["situation"], situation["emotion"]))
        self._count[pair] = self._count.get(pair, 0) + 1
        row: Row = {
            "id": content_hash(self.seed, *pair, self._count[pair]),
            "person": profile["person"],
            "mbti": profile.get("mbti"),
            "emotion": situation["emotion"],
            "situation": situation["situation"],
            "anon_username": profile.get("anon_username"),
            "messages": [],
            **{name: situation[name] for name in ("format", "labels") if name in situation},
            **{name: value for name, value in profile.items() if name not in _MADE_HERE},
            "origin": _origin(profile, "profile") + _origin(situation, "situation"),
        }
        if "risk" in profile:
            row["risk"] = risk.of_profile(profile)
        return risk.treat(row, self.on_risk, ("profile", "situation"))


def _origin(row: Row, part: str) -> list[Row]:
    stored = [origin for origin in row.get("origin") or [] if origin.get("part") == part]
    return stored or [{"part": part, "source": "", "licence": "", "consent": ""}]


def read_situations(
    lines: Iterable[Line], on_risk: risk.How = "keep", declare: Callable[[Row], Row] = lambda row: row
) -> tuple[list[Row], list[Line]]:
    """Return the usable situations, and the bad lines with reasons; with "drop" those that show danger are bad.

    `declare` puts each into the format and label set of the dialogues.
    """
    good: list[Row] = []
    bad: list[Line] = []
    for line in lines:
        try:
            if line.error is not None:
                raise line.error
            # Other fields of the line (turns, split) belong to another dialogue.
            given = line.row or {}
            names = ("situation", "emotion", "origin", "format", "labels")
            own = declare({name: given[name] for name in names if name in given})
            row = check_row(own, ("situation", "emotion"))
            if on_risk == "drop":
                risk.treat(row, on_risk, ("situation",))
        except RowError as error:
            bad.append(Line(line.number, row=line.row, error=error, raw=line.raw, file=line.file))
            continue
        origin = {"part": "situation", "source": line.file, "licence": "", "consent": ""}
        good.append({
            "situation": " ".join(row["situation"].replace("_comma_", ",").split()),
            "emotion": row["emotion"],
            "origin": row.get("origin") or [origin],
            **turn_format.facts_of(row),
        })  # fmt: skip
    return good, bad


def require(situations: Sequence[Row], bad: Sequence[Line]) -> None:
    """Raise `UsageError` if no line of the situations can be used, with the first one's reason."""
    if bad and not situations:
        first = bad[0]
        remedy = "give --scenarios FILE with `emotion` and `situation`"
        raise UsageError(f"no situation can be used; {first.file}:{first.number}: {first.error}", remedy)


async def paired(
    profiles: AsyncIterator[Line], pairing: Pairing, count: int, bad_situations: Sequence[Line] = ()
) -> AsyncIterator[Line]:
    """Yield `count` rows ready for their first turn, among the lines that cannot be used.

    Profiles are kept in a temporary file (in memory while they are small) for when they have to be used again.
    """
    for line in bad_situations:
        yield line
    made = 0
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as kept:
        if count <= 0:
            return
        async for line in profiles:
            usable = _usable(line, pairing.on_risk)
            if usable.error is None and usable.row is not None:
                kept.write(orjson.dumps([line.number, line.file, usable.row]) + b"\n")
                yield Line(line.number, row=pairing.pair(usable.row, made), file=line.file)
                made += 1
                if made == count:
                    return
            else:
                yield usable
        while made and made < count:
            kept.seek(0)
            for raw in kept:
                number, file, row = orjson.loads(raw)
                yield Line(number, row=pairing.pair(row, made), file=file)
                made += 1
                if made == count:
                    return


def _usable(line: Line, on_risk: risk.How) -> Line:
    if line.error is not None:
        return line
    try:
        check_profile(line.row, on_risk)
    except RowError as error:
        return Line(line.number, row=line.row, error=error, raw=line.raw, file=line.file)
    return line


def check_profile(profile: Row | None, on_risk: risk.How) -> None:
    """Raise `RowError` for a row that no dialogue can be made from."""
    row = check_row(profile, ("person",))
    if on_risk == "drop":
        risk.treat(row, on_risk, ("profile",))
    elif "risk" in row:
        risk.of_profile(row)  # a foreign column of that name costs this row alone


def read_files(names: Sequence[str]) -> Iterable[Line]:
    """Yield the lines of situation files, one file after the other; `UsageError` if one cannot be read."""
    from pathlib import Path

    for name in names:
        if not Path(name).is_file():
            raise UsageError(f"there is no file {name}", "name a JSONL file with `situation` and `emotion`")
        yield from jsonl.read_all(Path(name))
