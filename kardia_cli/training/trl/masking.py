"""Masking: the completions that take no part in a step, their share, and the bounds that stop a run.

A completion that any reward could not score counts for none of them: TRL leaves one None among several out of the
sum, which is 0, a made-up number; None for every reward takes the completion out of its group's mean and spread and
makes its advantage 0. A group with fewer than 4 scored completions says too little and is taken out whole (design
note judge, 4).

What TRL does not offer: a masked completion's tokens still count in the loss's mean over tokens and, with beta above 0,
in its KL term. It is pulled to the reference like the others, and pushed nowhere.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from kardia_cli.errors import ProviderError

Values = Mapping[str, float] | None
"""One completion's value for each reward, or None where it is masked."""
LEAST = 4
"""Scored completions that a group needs, where it has so many at all; smaller groups need two."""
WINDOW = 20
"""Rounds of generation over which the share of masked completions is taken."""
SHARE = 0.05
"""Share of masked completions in a window that stops the run."""
PATIENCE = 3
"""Rounds in a row without a single scored completion after which the run stops."""
_REMEDY = (
    "mend the judge (--timeout, --row-timeout, --max-connections, another --judge-model) and type the same again: "
    "the run goes on from its last checkpoint"
)


def kind(reason: str) -> str:
    """Return the kind that a reason is counted under: `not scored: timeout: no answer` is a `timeout`."""
    return reason.removeprefix("not scored: ").partition(":")[0].strip()[:40] or "no reason given"


def spoken(reasons: Counter[str]) -> str:
    """`timeout 12, parse 3`."""
    return ", ".join(f"{name} {count}" for name, count in reasons.most_common())


class _RoundCounts(NamedTuple):
    """Counts of one round."""

    completions: int
    masked: int
    unscored: int
    dropped: int
    reasons: Counter[str]


class Masking:
    """Masks and counts round after round. `group`: completions of one prompt (0: unknown)."""

    def __init__(self, group: int = 0) -> None:
        self._group = group
        self._window: deque[_RoundCounts] = deque(maxlen=WINDOW)
        self._silent = 0
        self.completions = self.masked = self.unscored = 0
        self.groups = self.dropped = self.alike = 0
        self.reasons: Counter[str] = Counter()

    def apply(self, values: Sequence[Values], reasons: Sequence[str]) -> list[Values]:
        """The values of a whole round, all processes together, with those of thin groups masked too.

        `reasons` say why a value is None. Raises `ProviderError` with the typed counts where too much is masked.
        """
        kept, dropped = self._without_thin_groups(values)
        unscored = sum(value is None for value in values)
        masked = sum(value is None for value in kept)
        found = Counter(kind(reason) for value, reason in zip(values, reasons, strict=True) if value is None)
        self.completions += len(kept)
        self.masked += masked
        self.unscored += unscored
        self.dropped += dropped
        self.reasons += found
        self._window.append(_RoundCounts(len(kept), masked, unscored, dropped, found))
        self._silent = self._silent + 1 if masked == len(kept) else 0
        return kept

    def metrics(self, kept: Sequence[Values]) -> dict[str, float]:
        """Return shares of the last round: masked and unscored completions, dropped groups, groups of equal rewards."""
        groups = self._chunks(kept)
        alike = sum(_alike(group) for group in groups)
        self.groups += len(groups)
        self.alike += alike
        count, masked, unscored, dropped, _ = self._window[-1]
        shares = {"masked": masked / count, "unscored": unscored / count}
        if groups:
            shares |= {"groups_dropped": dropped / len(groups), "groups_alike": alike / len(groups)}
        return shares

    def check(self) -> None:
        """Raise `ProviderError` where nothing is scored any more, or too much is masked over a whole window."""
        why = spoken(sum((item.reasons for item in self._window), Counter()))
        if self._silent >= PATIENCE:
            raise ProviderError(f"no completion of {PATIENCE} rounds in a row could be scored ({why})", _REMEDY)
        count, masked = sum(item.completions for item in self._window), sum(item.masked for item in self._window)
        if len(self._window) < WINDOW or masked <= SHARE * count:
            return
        dropped = sum(item.dropped for item in self._window)
        thin = f"; {dropped} groups dropped, too few of them scored" if dropped else ""
        raise ProviderError(
            f"{masked} of the {count:,} completions of the last {WINDOW} steps took no part "
            f"({masked / count:.1%}, at most {SHARE:.0%}): {why}{thin}",
            _REMEDY,
        )

    def __str__(self) -> str:
        """Return the summary for the end of a run."""
        lost = f", {self.unscored:,} not scored ({spoken(self.reasons)})" if self.unscored else ", all scored"
        if not self.groups:
            return f"{self.completions:,} completions{lost}"
        return (
            f"{self.completions:,} completions in {self.groups:,} groups{lost}; groups dropped: {self.dropped:,}, "
            f"groups whose rewards do not differ: {self.alike:,}"
        )

    def _chunks(self, values: Sequence[Values]) -> list[Sequence[Values]]:
        if not self._group or len(values) % self._group:
            return []
        return [values[start : start + self._group] for start in range(0, len(values), self._group)]

    def _without_thin_groups(self, values: Sequence[Values]) -> tuple[list[Values], int]:
        least = LEAST if self._group >= LEAST else min(2, self._group)
        chunks = self._chunks(values)
        if not chunks:
            return list(values), 0
        thin = [sum(value is not None for value in chunk) < least for chunk in chunks]
        kept = [None if out else value for chunk, out in zip(chunks, thin, strict=True) for value in chunk]
        return kept, sum(thin)


def _alike(group: Sequence[Values]) -> bool:
    """Return True where no reward differs within a group that takes part: it teaches nothing."""
    known = [value for value in group if value is not None]
    return bool(known) and all(
        max(item[name] for item in known) - min(item[name] for item in known) < 1e-9 for name in known[0]
    )
