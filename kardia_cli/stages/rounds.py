"""Counts of refining over all rows: turns that pass round by round, what was fixed, what was dropped and why.

Only counts are kept, so memory does not grow with the rows. A turn is seen once as a draft (round 0) and once after
each rewrite. A row that failed (its judge gave no usable reply) is counted nowhere. The tables are not in the paper.
"""

from __future__ import annotations

import contextlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kardia_cli.errors import Dropped
from kardia_cli.rows.line import Row

if TYPE_CHECKING:
    from kardia_cli.chat.limits.meter import Meter

Table = list[dict[str, Any]]


class Lost(Dropped):
    """A dialogue that cannot be kept: `why` is the rule that took it out, `blamed` the names of what was found."""

    def __init__(self, message: str, why: str, blamed: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.why, self.blamed = why, tuple(blamed)

    def fresh_copy(self) -> Lost:
        """Return the same error anew; see `KardiaError.fresh_copy`."""
        return Lost(self.message, self.why, self.blamed)


@dataclass(frozen=True, slots=True)
class TurnVerdict:
    """One verdict on one turn after `revision` rewrites; `wrong` names what failed it, and is empty if it passed."""

    turn: int
    revision: int
    wrong: frozenset[str]


class Rounds:
    """Counts of one run."""

    def __init__(self) -> None:
        self.judged: Counter[int] = Counter()
        self.passed: Counter[int] = Counter()
        self.drafts: Counter[str] = Counter()
        self.brought_in: Counter[str] = Counter()
        self.fixed: defaultdict[str, Counter[int]] = defaultdict(Counter)
        self.left: Counter[str] = Counter()
        self.dropped: Counter[str] = Counter()
        self.blamed: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.kept = self.labels_corrected = 0
        self.difficulty: Counter[str] = Counter()

    @contextlib.contextmanager
    def counting(self, seen: Sequence[TurnVerdict]) -> Iterator[None]:
        """Count the verdicts on one dialogue, collected while this is open, once it is finished or dropped."""
        try:
            yield
        except Dropped as error:
            why = error.why if isinstance(error, Lost) else error.message.partition(":")[0]
            self.dropped[why] += 1
            self.blamed[why].update(error.blamed if isinstance(error, Lost) else ())
            self._count(seen)
            raise
        self._count(seen)

    def count_kept(self, row: Row) -> None:
        """Count a row that was kept and written; one that was not judged does not count."""
        if "difficulty" in row:
            self.kept += 1
            self.difficulty[row["difficulty"]] += 1
            self.labels_corrected += sum(note["kind"] == "label" for note in row.get("revisions") or [])

    def _count(self, seen: Sequence[TurnVerdict]) -> None:
        before: TurnVerdict | None = None
        for one in seen:
            self.judged[one.revision] += 1
            self.passed[one.revision] += not one.wrong
            if before is None or one.revision == 0:
                self._close(before)
                self.drafts.update(one.wrong)
            else:
                self.brought_in.update(one.wrong - before.wrong)
                for name in before.wrong - one.wrong:
                    self.fixed[name][one.revision] += 1
            before = one
        self._close(before)

    def _close(self, last: TurnVerdict | None) -> None:
        if last is not None:
            self.left.update(last.wrong)

    def tables(self, meters: Sequence[Meter]) -> list[tuple[str, Table]]:
        """Return titles and tables for the end of a run; [] if nothing was judged. `meters` count the calls."""
        if not self.judged:
            return []
        named = [
            ("turns that pass, round by round", self.by_round()),
            ("what was wrong, in turns", self.by_fault()),
            ("dialogues that were dropped", self.losses()),
            ("dialogues", [self.whole(meters)]),
        ]
        return [(title, table) for title, table in named if table]

    def by_round(self) -> Table:
        """Return turns judged and passed as drafts and after each rewrite."""
        return [
            {
                "round": f"rewrite {number}" if number else "draft",
                "turns judged": self.judged[number],
                "passed": self.passed[number],
                "share": self.passed[number] / self.judged[number],
            }
            for number in sorted(self.judged)
        ]

    def by_fault(self) -> Table:
        """Return for each criterion, check or fault: drafts failed, turns it came into, fixed by each rewrite, left.

        In drafts + brought in = mended by all rewrites + left (the names of the columns).
        """
        names = self.drafts + self.brought_in
        last = max(self.judged)
        return [
            {
                "what": name,
                "in drafts": self.drafts[name],
                "brought in by a rewrite": self.brought_in[name],
                **{f"mended by {number}": self.fixed[name][number] for number in range(1, last + 1)},
                "left": self.left[name],
            }
            for name, _ in sorted(names.items(), key=lambda item: (-item[1], item[0]))
        ]

    def losses(self) -> Table:
        """Return dropped dialogues by the rule that took them out; one may be blamed on several things."""
        return [
            {"why": why, "dialogues": count, "blamed on": _listed(self.blamed[why])}
            for why, count in _by_count(self.dropped)
        ]

    def whole(self, meters: Sequence[Meter]) -> dict[str, Any]:
        """Return dialogues kept and dropped, the shares of easy and hard, and calls by role for each one kept.

        Calls count as asked: an answer that the ledger remembers counts too.
        """
        asked: Counter[str] = Counter()
        for meter in meters:
            for role, count in meter.roles.items():
                asked[role] += count.calls + count.cached
        return {
            "kept": self.kept,
            "dropped": self.dropped.total(),
            "easy": self.difficulty["easy"] / self.kept if self.kept else None,
            "hard": self.difficulty["hard"] / self.kept if self.kept else None,
            "labels corrected": self.labels_corrected,
            **{f"{role} calls per kept": count / self.kept if self.kept else None for role, count in asked.items()},
            "calls per kept": asked.total() / self.kept if self.kept else None,
        }


def _by_count(counter: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counter.items(), key=lambda item: (-item[1], item[0]))


def _listed(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in _by_count(counter))
