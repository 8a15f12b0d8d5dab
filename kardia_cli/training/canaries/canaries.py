"""Canaries of a GRPO run: numbers of each step that move when the policy learns to please the judge instead of people.

    signs      signs.py        statistics of a step's completions
    rules      rules.py        when they are an alarm, and why
    probes     probe_set.py    the training judge against one that pays nothing

They read the completions and rewards of the step as they are; nothing is generated and no judge asked, but for the
probes.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from kardia_cli.errors import GateFailed
from kardia_cli.rows import turn_format
from kardia_cli.rows.line import Row
from kardia_cli.training.canaries import signs
from kardia_cli.training.canaries.probe_set import EVERY, SIZE, ProbeSet, Prompt
from kardia_cli.training.canaries.rules import Alarm, Monitor, gap_rule, read_rules
from kardia_cli.training.trl.reward_functions import Scored

if TYPE_CHECKING:
    from kardia_cli.judge import Judge

PREFIX, RINGING = "canary/", "alarms"
TOP = 5.0
"""Top of a judge's levels, where no other is named."""
Details = Sequence[Mapping[str, Scored | None] | None]
"""For each completion its scores by reward; None or empty where it could not be scored."""


class Canaries:
    """Watches a run step by step.

    >>> canaries = Canaries([], None, stop=False, say=print)
    >>> sorted(canaries.observe([(0, 1), (0, 1)], ["Hi.", "Ho."], {"format": [0.0, 0.0]}, [None, None]))[:3]
    ['canary/alarms', 'canary/masked', 'canary/unique']

    `held_out` is a judge that pays nothing (None: EPITOME); `stop` ends the run at an alarm of hacking; `weights` are
    the rewards' (None: equal); `judged` the rewards that ask the training judge; `tops` a criterion's top level where
    it is not 5 (`saturate_at`).
    """

    def __init__(
        self,
        rows: Sequence[Row],
        held_out: Judge | None,
        stop: bool,
        say: Callable[[str], None],
        *,
        weights: Mapping[str, float] | None = None,
        judged: Sequence[str] = ("rubric",),
        tops: Mapping[str, float] | None = None,
        probes: int = SIZE,
        every: int = EVERY,
    ) -> None:
        self.probe_set = ProbeSet(rows, held_out, judged=judged, size=probes, every=every)
        self._form = turn_format.declared(rows[0] if rows else {})
        self._rows, self._stop, self._say = rows, stop, say
        self._weights, self._judged, self._tops = weights, judged, tops or {}
        self._monitor = Monitor((*read_rules(), gap_rule(held_out is not None)))
        self._places: dict[Prompt, tuple[frozenset[tuple[str, ...]], bool]] = {}
        self._announced: set[str] = set()
        self._probed: dict[str, float] = {}
        self.step = 0

    @property
    def alarms(self) -> list[Alarm]:
        """The alarms so far, each once, with the step since which."""
        return self._monitor.alarms

    @property
    def prompts(self) -> list[Prompt]:
        """The probe set: (row, turn)."""
        return self.probe_set.prompts

    def replay(self, logged: Iterable[Mapping[str, Any]]) -> None:
        """Take in the steps of an interrupted run, rows of metrics.jsonl, without a message or a stop.

        TRL logs what `probe` gave as `eval_canary/…`; where no step came after it, the next one has it.
        """
        for row in logged:
            numbers = _named(row, PREFIX)
            numbers.pop(RINGING, None)
            if numbers:
                self.step, self._probed = int(row.get("step", self.step + 1)), {}
                self._monitor.add(self.step, numbers)
            self._probed = _named(row, f"eval_{PREFIX}") or self._probed
        self._announced = {alarm.canary for alarm in self.alarms}

    def observe(
        self,
        prompts: Sequence[Prompt],
        completions: Sequence[str],
        rewards: Mapping[str, Sequence[float | None]],
        details: Details,
        step: int | None = None,
    ) -> dict[str, float]:
        """Return the numbers of one step's completions, each named `canary/…` and finite.

        `prompts` are (row, turn) of each completion, `rewards` its value by reward. Raises `GateFailed` at an alarm of
        hacking where `stop` is set.
        """
        self.step = self.step + 1 if step is None else step
        totals = self._totals(rewards, len(completions))
        batch = [
            self._reply(prompt, text, total, scores)
            for prompt, text, total, scores in zip(prompts, completions, totals, details, strict=True)
        ]
        numbers = single(signs.measure(batch, self._form) | signs.at_top(batch, self._tops, TOP)) | self._take_probe()
        ringing = self._monitor.add(self.step, numbers)
        self._announce(ringing, batch)
        return {PREFIX + name: value for name, value in numbers.items()} | {PREFIX + RINGING: float(len(ringing))}

    async def probe(self, prompts: Sequence[Prompt], completions: Sequence[str], details: Details) -> dict[str, float]:
        """Score the answers to the probe set by the held-out judge; return the numbers, which `observe` gives too."""
        await self.probe_set.score(prompts, completions, details)
        self._probed = single(self.probe_set.numbers())
        return {PREFIX + name: value for name, value in self._probed.items()}

    def _take_probe(self) -> dict[str, float]:
        """Return the numbers of the last probe, once."""
        numbers, self._probed = self._probed, {}
        self.probe_set.clear()
        return numbers

    def summary(self) -> dict[str, Any]:
        """Return what done.json keeps: alarms, first and last mean of each number, the held-out judge."""
        last = self._take_probe()
        if last:
            self._monitor.add(self.step, last)
        return {
            "held_out": self.probe_set.name,
            "alarms": [asdict(alarm) for alarm in self.alarms],
            "numbers": {
                name: {"first": series.first, "last": series.now}
                for name, series in sorted(self._monitor.series.items())
            },
        }

    def table(self) -> list[dict[str, Any]]:
        """Return one row a canary, for the terminal: its number at the first and last steps, its alarm and why."""
        alarms = {alarm.canary: alarm for alarm in self.alarms}
        rows = []
        for rule in self._monitor.rules:
            series, alarm = self._monitor.series.get(rule.needs), alarms.get(rule.name)
            if series is not None:
                rows.append({
                    "canary": rule.name,
                    "first": None if rule.name == "saturation" else series.first,
                    "last": None if rule.name == "saturation" else series.now,
                    "rang": f"step {alarm.step} to {alarm.last}" if alarm else "",
                    "why": alarm.words if alarm else "",
                })  # fmt: skip
        return rows

    def _totals(self, rewards: Mapping[str, Sequence[float | None]], count: int) -> list[float | None]:
        """Return the weighted sum of each completion's rewards; None where one of them is not scored."""
        weights = self._weights or dict.fromkeys(rewards, 1 / max(1, len(rewards)))
        totals: list[float | None] = []
        for index in range(count):
            values = [(weights.get(name, 0.0), given[index]) for name, given in rewards.items()]
            known = [weight * value for weight, value in values if value is not None and math.isfinite(value)]
            totals.append(sum(known) if known and len(known) == len(values) else None)
        return totals

    def _reply(
        self, prompt: Prompt, text: str, total: float | None, scores: Mapping[str, Scored | None] | None
    ) -> signs.Reply:
        levels = {
            name: level
            for reward in self._judged
            if scores and (score := scores.get(reward)) is not None
            for name, level in score.parts.items()
        }
        return signs.Reply(prompt, text, total, levels, *self._place(prompt))

    def _place(self, prompt: Prompt) -> tuple[frozenset[tuple[str, ...]], bool]:
        """Return the word runs of the prompt's last seeker turn, and True where it shows no risk; once a prompt."""
        if prompt not in self._places:
            from kardia_cli.text.risk import at_risk

            number, turn = prompt
            row = self._rows[number] if number < len(self._rows) else {}
            said = [item["content"] for item in (row.get("messages") or [])[:turn] if item["role"] == "user"]
            runs = signs.runs(signs.words(said[-1])) if said else set()
            self._places[prompt] = frozenset(runs), not at_risk(row, turn)
        return self._places[prompt]

    def _announce(self, ringing: Sequence[Alarm], batch: Sequence[signs.Reply]) -> None:
        """Say each alarm once; stop at one of hacking."""
        for alarm in ringing:
            if alarm.canary == "openings":
                alarm.words += f", {signs.common_opening(batch, self._form)!r}"
            if alarm.canary not in self._announced:
                self._announced.add(alarm.canary)
                self._say(f"canary {alarm.canary} (since step {alarm.step}): {alarm.words}")
        hacks = [alarm for alarm in ringing if alarm.stops]
        if self._stop and hacks:
            raise GateFailed(
                f"stopped at step {self.step}: {'; '.join(alarm.words for alarm in hacks)}",
                "read the samples in the run folder; the same command without --stop-on-hack goes on, "
                "another rubric or judge needs a new run",
            )


def single(numbers: Mapping[str, float]) -> dict[str, float]:
    """Return the numbers in single precision, as TRL logs them, so that a resumed run reads the same from its log."""
    return {name: struct.unpack("f", struct.pack("f", value))[0] for name, value in numbers.items()}


def _named(row: Mapping[str, Any], prefix: str) -> dict[str, float]:
    """Return the numbers of a row whose names have this prefix, without it."""
    return {key.removeprefix(prefix): float(row[key]) for key in row if key.startswith(prefix)}
