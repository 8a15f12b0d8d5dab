"""The choice of rows by difficulty: the paper gives SFT the easy part of the data and GRPO the hard one.

A row without the field `difficulty` (it was not refined here) counts as both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Literal

from kardia_cli.errors import UsageError
from kardia_cli.rows import prompts, turn_format
from kardia_cli.rows.line import Row
from kardia_cli.training.samples import answerable

Stage = Literal["sft", "grpo"]
Wanted = Literal["auto", "easy", "hard", "all"]
PART: dict[Stage, str] = {"sft": "easy", "grpo": "hard"}
UNIT: dict[Stage, str] = {"sft": "supporter turns", "grpo": "contexts"}


def choose(rows: Sequence[Row], stage: Stage, wanted: Wanted, batch: int, say: Callable[[str], None]) -> list[Row]:
    """Return the rows of the wanted difficulty, in their order; say once how many of each there are and what is taken.

    `auto` is the stage's own part; where that makes fewer samples than one global batch (`batch`), all rows are taken.
    Raises `UsageError` where `easy` or `hard` leaves no row.

        rows = choose(rows, "grpo", difficulty, arguments.contexts_per_step(table), say)
    """
    counts = Counter(str(row.get("difficulty") or "without the field") for row in rows)
    counted = "difficulty: " + (", ".join(f"{number} {name}" for name, number in sorted(counts.items())) or "no rows")
    part = PART[stage] if wanted == "auto" else wanted
    chosen = [row for row in rows if part == "all" or (row.get("difficulty") or part) == part]
    if len(chosen) == len(rows):
        say(f"{counted}; all are taken")
        return chosen
    if wanted != "auto":
        if not chosen:
            raise UsageError(f"no row is {part} ({counted})", "use --difficulty auto or all")
        say(f"{counted}; {len(chosen)} rows are taken")
        return chosen
    found = sum(_samples(row, stage) for row in chosen)
    if found < batch:
        say(
            f"{counted}; the {part} ones make {found} {UNIT[stage]}, "
            f"less than one global batch of {batch}: all are taken"
        )
        return list(rows)
    say(f"{counted}; {stage} takes the {part} ones ({len(chosen)} rows, {found} {UNIT[stage]})")
    return chosen


def _samples(row: Row, stage: Stage) -> int:
    if stage == "grpo":
        return sum(1 for _ in answerable(row))
    form = turn_format.declared(row)
    return sum(form.read(row["messages"][turn]["content"]) is not None for turn in prompts.supporter_turns(row))
