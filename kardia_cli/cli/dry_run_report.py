"""`kardia grpo --dry-run`: scores texts, shows the tables, and fails where the rewards prefer the wrong text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kardia_cli.cli.progress import describe_calls
from kardia_cli.errors import GateFailed, UsageError
from kardia_cli.training import dry_run

if TYPE_CHECKING:
    from kardia_cli.chat.limits.meter import Meter
    from kardia_cli.rows.line import Row
    from kardia_cli.screen.console import Console
    from kardia_cli.training.reward_set import Rewards
    from kardia_cli.training.settings import Settings


@dataclass
class Paid:
    """Judge calls up to a moment (those from the ledger too), their USD, and calls without a price."""

    calls: int = 0
    cost: float = 0.0
    unpriced: int = 0

    @classmethod
    def so_far(cls, meters: Sequence[Meter]) -> Paid:
        """Return the sums over the meters of the session."""
        return cls(
            *(sum(column) for column in zip(*((m.calls + m.cached, m.cost, m.unpriced) for m in meters), strict=True))
        )

    def since(self, before: Paid) -> Paid:
        """Return the difference."""
        return Paid(self.calls - before.calls, self.cost - before.cost, self.unpriced - before.unpriced)

    def scaled(self, by: float) -> str:
        """Return it times `by`, in words."""
        cost = "of unknown price" if self.unpriced else f"${self.cost * by:,.2f}"
        return f"about {self.calls * by:,.0f} calls, {cost}"


@dataclass
class Found:
    """The scored texts, and what the judge was asked for to score the sampled ones."""

    contexts: int
    rows: list[Row] = field(default_factory=list)
    sampled: Paid = field(default_factory=Paid)
    ahead: int = 0
    """Completions that the training would score."""


def count_texts(rows: list[Row], rewards: Rewards, start: str | None, settings: Settings) -> int:
    """Return how many texts the dry run asks the rewards about, at most."""
    from kardia_cli.training import models
    from kardia_cli.training.trl import arguments

    found = models.find(start) if start is not None else None
    sampled = 0
    if found is not None and found.folder is not None:
        sampled = int(arguments.grpo_table(settings, found.tiny, rewards.weights)["num_generations"])
    return len(dry_run.contexts(rows)) * (sampled + len(dry_run.OWN))


async def run(
    rows: list[Row],
    rewards: Rewards,
    start: str | None,
    settings: Settings,
    seed: int,
    meters: Sequence[Meter],
    say: Callable[[str], None],
) -> Found:
    """Sample, score and close what was asked. Without a model, or with an untrained one, the rows' own texts alone."""
    chosen = dry_run.contexts(rows)
    if not chosen:
        raise UsageError("no row ends in, or holds, a supporter turn to score", "give dialogue rows")
    found = Found(len(chosen))
    try:
        sampled = await _sampled(chosen, rewards, start, settings, seed, say)
        replies = [[("sampled", text) for text in of_context] for of_context in sampled]
        before = Paid.so_far(meters)
        drawn = await dry_run.score(chosen, rewards, replies)
        found.sampled = Paid.so_far(meters).since(before)
        own = await dry_run.score(chosen, rewards, [list(context.own_texts().items()) for context in chosen])
        found.rows = _by_context(drawn + own)
        if start is not None:
            from kardia_cli.stages.grpo import count_completions

            found.ahead = count_completions(rows, start, settings, rewards.weights)
    finally:
        await rewards.settled()
        await rewards.aclose()
    return found


async def _sampled(
    chosen: Sequence[dry_run.Context],
    rewards: Rewards,
    start: str | None,
    settings: Settings,
    seed: int,
    say: Callable[[str], None],
) -> list[list[str]]:
    from kardia_cli.training import models
    from kardia_cli.training.trl import arguments

    found = models.find(start) if start is not None else None
    if found is None or found.folder is None:
        why = "no --model is given" if found is None else "tiny is untrained"
        say(f"{why}: nothing is sampled, only what the rows hold is scored")
        return [[] for _ in chosen]
    table = arguments.grpo_table(settings, found.tiny, rewards.weights)
    say(f"sampling {len(chosen)} × {table['num_generations']} replies of {found.name}")
    return await dry_run.sample(found.folder, chosen, table, seed)


def _by_context(rows: Sequence[Row]) -> list[Row]:
    """The rows of each context together, contexts in the order of their first row."""
    places: dict[tuple[Any, Any], list[Row]] = {}
    for row in rows:
        places.setdefault((row["id"], row["turn"]), []).append(row)
    return [row for of_context in places.values() for row in of_context]


def show(found: Found, console: Console, meters: Sequence[Meter]) -> None:
    """Show the tables, who wins, and the cost on stderr."""
    console.table(
        f"dry run: {len(found.rows)} texts in {found.contexts} contexts, nothing is trained",
        dry_run.kinds_table(found.rows),
    )
    console.table(
        "within groups of sampled replies (a reward that does not differ teaches nothing)",
        dry_run.spread_table(found.rows),
    )
    console.table("most frequent reasons", dry_run.reasons_table(found.rows))
    for duel in dry_run.duels(found.rows):
        if not duel.lost_on_average:  # `check` says the others
            console.say(str(duel))
    for meter in meters:
        if meter.free and meter.calls + meter.cached:  # what is paid for is said at the end of every command
            console.say(f"{meter.model}: {describe_calls(meter)}")
    sampled = sum(row["kind"] == "sampled" for row in found.rows)
    if sampled and found.ahead:
        ahead = found.sampled.scaled(found.ahead / sampled)
        console.say(
            f"a whole training scores {found.ahead:,} completions: {ahead}, going by the {sampled} sampled ones"
        )


def check(found: Found) -> None:
    """Raise `GateFailed` where another text of the row earns more than the refined reply, on average."""
    lost = [str(duel) for duel in dry_run.duels(found.rows) if duel.lost_on_average]
    if lost:
        raise GateFailed(
            "; ".join(lost),
            "these rewards would teach something else than the refined replies: "
            "change the rubric, the judge or the weights",
        )
