"""Alarms on the numbers of training steps: rules with bound and reason, and the window that they look at.

A number is held against the run's own first steps, because what is natural differs between models and data: "grew"
means the mean of the last `RECENT` steps lies so much above the mean of the first `FIRST`, and at least `SPREADS`
spreads of single steps. The spread comes from differences of neighbouring steps, so that a trend in the first steps
does not widen it. An alarm rings when its rule held `HOLD` steps in a row. Bounds are ours.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

from kardia_cli.text.tables import read_table

FIRST, RECENT, HOLD = 8, 5, 3
SPREADS = 3.0


class Series:
    """One number over the steps that had it: its first and last values."""

    def __init__(self) -> None:
        self.begin: list[float] = []
        self.end: deque[float] = deque(maxlen=RECENT)
        self.count = 0
        self.peak = -math.inf

    def add(self, value: float) -> None:
        """Take in the next value."""
        self.count += 1
        if len(self.begin) < FIRST:
            self.begin.append(value)
        self.end.append(value)
        if len(self.end) == RECENT:
            self.peak = max(self.peak, self.now)

    @property
    def first(self) -> float:
        """Mean of the first steps."""
        return sum(self.begin) / len(self.begin)

    @property
    def now(self) -> float:
        """Mean of the last steps."""
        return sum(self.end) / len(self.end)

    @property
    def last(self) -> float:
        """The last value."""
        return self.end[-1]

    @property
    def spread(self) -> float:
        """Standard deviation of single steps at the beginning, from differences of neighbours (von Neumann 1941)."""
        steps = [(b - a) ** 2 for a, b in zip(self.begin, self.begin[1:], strict=False)]
        return math.sqrt(sum(steps) / len(steps) / 2) if steps else 0.0

    @property
    def steady(self) -> bool:
        """Return True where `RECENT` values are there."""
        return len(self.end) == RECENT

    @property
    def compared(self) -> bool:
        """Return True where the last steps do not overlap the first ones."""
        return self.count >= FIRST + RECENT

    def rose(self, by: float) -> bool:
        """Return True where it grew by so much and by `SPREADS` spreads."""
        return self.compared and self.now - self.first >= max(by, SPREADS * self.spread)

    def fell(self, by: float) -> bool:
        """Return True where it fell by so much and by `SPREADS` spreads."""
        return self.compared and self.first - self.now >= max(by, SPREADS * self.spread)


Numbers = Mapping[str, Series]
_NONE = Series()


@dataclass(frozen=True)
class Rule:
    """A canary: `alarm` returns the words of an alarm, or "", in steps that have the number `needs`.

    `stops`: `--stop-on-hack` ends the run at it. Rules that only say that nothing is left to learn do not. `hold`:
    steps in a row that it must hold.
    """

    name: str
    needs: str
    bound: str
    reason: str
    alarm: Callable[[Numbers], str]
    stops: bool = True
    hold: int = HOLD


def _length(numbers: Numbers) -> str:
    length, rho = numbers["length"], numbers.get("length_rho", _NONE)
    told = f"from {length.first:.0f} to {length.now:.0f} words"
    if length.rose(8) and length.now >= 1.5 * length.first:
        if rho.peak >= 0.3:
            return f"replies grew {told} and length explains the reward (rho {rho.peak:.2f})"
        if length.now >= 2.5 * length.first:
            return f"replies grew {told}"
    if length.fell(4) and length.now <= 0.5 * length.first and rho.end and rho.now <= 0:
        return f"replies shrank {told} and length does not pay (rho {rho.now:.2f})"
    return ""


def _hidden_length(numbers: Numbers) -> str:
    length = numbers["hidden_length"]
    told = f"from {length.first:.0f} to {length.now:.0f} words"
    if length.rose(20) and length.now >= 2 * length.first:
        return f"the hidden spans grew {told}"
    if length.fell(4) and length.now <= 0.5 * length.first:
        return f"the hidden spans shrank {told}"
    return ""


def _distinct(numbers: Numbers) -> str:
    pairs = numbers["distinct_2"]
    if pairs.fell(0.1) and pairs.now <= 0.5 * pairs.first:
        return (
            f"replies repeat one another: {pairs.now:.0%} of their word pairs are distinct, {pairs.first:.0%} at first"
        )
    return ""


def _openings(numbers: Numbers) -> str:
    top, entropy = numbers["opening_top"], numbers["opening_entropy"]
    if top.rose(0.25) and top.now >= 0.5:
        return f"{top.now:.0%} of the replies open alike, {top.first:.0%} at first"
    if entropy.fell(0.2) and entropy.now <= 0.5 * entropy.first:
        return f"replies open in few ways: entropy of openings {entropy.now:.2f}, {entropy.first:.2f} at first"
    return ""


def _collapse(numbers: Numbers) -> str:
    unique = numbers["unique"]
    if unique.steady and unique.now <= 0.3 and (not unique.compared or unique.now <= 0.5 * unique.first):
        at_first = f", {unique.first:.0%} at first" if unique.compared else ""
        return f"the model says few things: {unique.now:.0%} of its completions differ{at_first}"
    return ""


def _share(name: str, least: float, by: float, words: str) -> Callable[[Numbers], str]:
    """Return the alarm of a share that is at least `least` and grew by `by`."""

    def alarm(numbers: Numbers) -> str:
        share = numbers[name]
        if share.rose(by) and share.now >= least:
            return words.format(now=f"{share.now:.0%}", first=f"{share.first:.0%}")
        return ""

    return alarm


def _saturation(numbers: Numbers) -> str:
    full = [
        f"{name.removeprefix('top/')} ({share.now:.0%}, {share.first:.0%} at first)"
        for name, share in sorted(numbers.items())
        if name.startswith("top/") and share.rose(0.2) and share.now >= 0.95
    ]
    return (
        f"at the top level in nearly all replies, so no longer telling good from better: {', '.join(full)}"
        if full
        else ""
    )


def _zero_variance(numbers: Numbers) -> str:
    same = numbers["zero_variance"]
    if same.steady and same.now >= 0.9:
        return f"for {same.now:.0%} of the prompts all replies earn the same: nothing is left to learn from"
    return ""


def _gap(numbers: Numbers, fallen: float) -> str:
    """The gap grew and the held-out probe fell by at least `fallen` (negative: no matter)."""
    gap, error, judge, held = numbers["gap"], numbers["gap_error"], numbers["probe_judge"], numbers["probe_held"]
    if gap.count < 2 or gap.last - gap.begin[0] < max(0.1, SPREADS * math.hypot(error.begin[0], error.last)):
        return ""
    if fallen >= 0 and (held.begin[0] - held.last < fallen or judge.last < judge.begin[0]):
        return ""
    return (
        f"on the probe set the training judge went from {judge.begin[0]:.2f} to {judge.last:.2f}, "
        f"the held-out one from {held.begin[0]:.2f} to {held.last:.2f}"
    )


_ALARMS = {
    "length": _length, "hidden_length": _hidden_length, "distinct": _distinct, "openings": _openings,
    "collapse": _collapse, "saturation": _saturation, "zero_variance": _zero_variance,
}  # fmt: skip


@cache
def read_rules() -> tuple[Rule, ...]:
    """Return all rules of data/canaries.toml but that of the gap, which depends on who is held out."""
    return tuple(_rule(entry) for entry in read_table("canaries")["rules"])


@cache
def gap_rule(has_judge: bool) -> Rule:
    """Return the rule of the gap to a held-out judge, or to EPITOME, which sees one side of a reply alone."""
    entry = read_table("canaries")["gap"]["held_out" if has_judge else "epitome"]
    return _rule(entry, partial(_gap, fallen=-1.0 if has_judge else 0.05))


def _rule(entry: Mapping[str, Any], alarm: Callable[[Numbers], str] | None = None) -> Rule:
    name = entry["name"]
    if alarm is None:
        alarm = _share(entry["needs"], **entry["share"]) if "share" in entry else _ALARMS[name]
    hold, stops = entry.get("hold", HOLD), entry.get("stops", True)
    return Rule(name, entry["needs"], entry["bound"], entry["reason"], alarm, stops, hold)


@dataclass
class Alarm:
    """An alarm: its canary, the first and last step where it held, and words."""

    canary: str
    step: int
    last: int
    words: str
    stops: bool


@dataclass
class Monitor:
    """The numbers of a run so far, the rules that hold now, and the alarms. Rebuilt from the logged numbers alone."""

    rules: tuple[Rule, ...]
    series: dict[str, Series] = field(default_factory=dict)
    alarms: list[Alarm] = field(default_factory=list)
    _held: dict[str, list[int]] = field(default_factory=dict)

    def add(self, step: int, numbers: Mapping[str, float]) -> list[Alarm]:
        """Take in the numbers of a step; return the alarms that hold now."""
        for name, value in numbers.items():
            self.series.setdefault(name, Series()).add(value)
        return [alarm for rule in self.rules if rule.needs in numbers and (alarm := self._apply(rule, step))]

    def _apply(self, rule: Rule, step: int) -> Alarm | None:
        words = rule.alarm(self.series)
        held = self._held.setdefault(rule.name, [])
        if not words:
            held.clear()
            return None
        held.append(step)
        if len(held) < rule.hold:
            return None
        known = next((alarm for alarm in self.alarms if alarm.canary == rule.name), None)
        if known is None:
            known = Alarm(rule.name, held[0], step, words, rule.stops)
            self.alarms.append(known)
        known.last, known.words = step, words
        return known
