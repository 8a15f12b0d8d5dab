"""The sentient user (SAGE, arXiv 2505.02847): a person whose mood each reply moves.

See the design note systems-llm, section 1.

    first_talk ─▶ model ─▶ how did that feel? ─▶ mood ─▶ what do they write now? ─▶ model …

The mood is a whole number. The simulator says how a reply changes it; the arithmetic is done here: the change is
clipped, the mood capped at 100, and the dialogue ends at success, at failure, with a goodbye, or after so many user
turns. The last reply before the turn limit is not judged, as in SAGE, unless `judge_last_turn`. RLVER's variant is the
same with other numbers.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from kardia_cli.environments.sentient_calls import HASH, Felt, Player, Said
from kardia_cli.environments.sentient_goodbye import is_goodbye
from kardia_cli.environments.sentient_profiles import BY_ID, INTENTIONS, Intention, Profile, read
from kardia_cli.errors import CallFailed, UsageError

__all__ = [
    "BY_ID",
    "CAP",
    "HASH",
    "INTENTIONS",
    "RLVER",
    "Conversation",
    "Intention",
    "Player",
    "Profile",
    "Rules",
    "Stop",
    "band",
    "converse",
    "is_goodbye",
    "read",
]  # fmt: skip

CAP = 100
Stop = Literal["success", "failure", "goodbye", "turn_limit"]
Say = Callable[[list[dict[str, str]]], Awaitable[str]]
"""The other side: its visible answer to the messages so far, which end with the user's. May raise `CallFailed`."""


@dataclass(frozen=True)
class Rules:
    """The numbers of a dialogue; SAGE's by default. `UsageError` where no dialogue could be held by them.

    `delta_max` clips each change (None: no clip); the dialogue fails below `fail_below` and succeeds at `succeed_at`
    (None: only a goodbye says so); `max_turns` counts the user's turns.
    """

    e0: int = 40
    delta_max: int | None = 10
    fail_below: int = 10
    succeed_at: int | None = CAP
    max_turns: int = 10
    judge_last_turn: bool = False

    def __post_init__(self) -> None:
        high = CAP if self.succeed_at is None else self.succeed_at
        if not self.fail_below <= self.e0 < high <= CAP:
            raise UsageError(f"e0={self.e0} is no mood to begin with", f"take one from {self.fail_below} to {high - 1}")
        if self.delta_max is not None and self.delta_max < 1:
            raise UsageError(f"delta_max={self.delta_max} lets no mood change", "take 1 or more")
        if self.max_turns < 1:
            raise UsageError(f"max_turns={self.max_turns} leaves no talk", "take 1 or more")

    def clipped(self, change: int) -> int:
        """Return a change within the clip."""
        return change if self.delta_max is None else max(-self.delta_max, min(self.delta_max, change))

    def next_mood(self, mood: int, change: int) -> int:
        """Return the mood after a change: clipped, capped at 100."""
        return min(CAP, mood + self.clipped(change))

    def stop_by_mood(self, mood: int) -> Stop | None:
        """Return how a conversation ends by this mood alone; None if it goes on."""
        if mood < self.fail_below:
            return "failure"
        return "success" if self.succeed_at is not None and mood >= self.succeed_at else None

    def plain(self) -> dict[str, Any]:
        """Return the numbers as JSON values."""
        return asdict(self)


RLVER = Rules(e0=30, delta_max=None, fail_below=1, succeed_at=None, max_turns=8)
"""RLVER's training variant (design note, section 2.1): no clip, may fall below 0, over at 0 or with a goodbye."""


def band(mood: int) -> str:
    """Return the band of a mood: S from 100, A from 70, B from 40, C from 10, F below."""
    return next((name for name, least in (("S", 100), ("A", 70), ("B", 40), ("C", 10)) if mood >= least), "F")


@dataclass
class Conversation:
    """A conversation of a sentient user with a model.

    `messages` are what both sides saw; `emotions` the moods, the first before any reply; `deltas` the changes as the
    simulator gave them, before the clip, so emotions[t] = rules.next_mood(emotions[t-1], deltas[t-1]). `stop` is None
    where a call failed: then `error` says which, and `by` whose ("model" or "simulator").
    """

    messages: list[dict[str, str]]
    emotions: list[int]
    deltas: list[int] = field(default_factory=list)
    thoughts: list[dict[str, Any]] = field(default_factory=list)
    stop: Stop | None = None
    error: CallFailed | None = None
    by: str = ""

    @property
    def final(self) -> int:
        """The last mood."""
        return self.emotions[-1]

    @property
    def bands(self) -> list[str]:
        """The band of each mood."""
        return [band(mood) for mood in self.emotions]

    @property
    def turns(self) -> int:
        """Number of messages that the user has written."""
        return sum(message["role"] == "user" for message in self.messages)


async def converse(player: Player, say: Say, rules: Rules) -> Conversation:
    """Return the conversation of the user with the other side, until a stop rule ends it or a call fails for good."""
    talk = Conversation([{"role": "user", "content": player.profile.first_talk}], [rules.e0])
    while talk.stop is None:
        talk.by = "model"
        try:
            talk.messages.append({"role": "assistant", "content": await say(list(talk.messages))})
            talk.by = "simulator"
            talk.stop = await _answered(talk, player, rules)
        except CallFailed as error:
            talk.error = error
            return talk
    talk.by = ""
    return talk


async def _answered(talk: Conversation, player: Player, rules: Rules) -> Stop | None:
    """Let the user read the last reply and, while a turn is left, answer it; returns the stop, or None."""
    last = talk.turns >= rules.max_turns
    if last and not rules.judge_last_turn:
        return "turn_limit"
    felt = await player.feel(talk.messages, talk.final, band(talk.final))
    mood = rules.next_mood(talk.final, felt.change)
    said = None if last else await player.say(talk.messages, mood, band(mood), felt)
    talk.emotions.append(mood)
    talk.deltas.append(felt.change)
    talk.thoughts.append(_thought(len(talk.messages), felt, said))
    if said is None:
        return rules.stop_by_mood(mood) or "turn_limit"
    talk.messages.append({"role": "user", "content": said.message.strip()})
    return rules.stop_by_mood(mood) or ("goodbye" if is_goodbye(said.message) else None)


def _thought(turn: int, felt: Felt, said: Said | None) -> dict[str, Any]:
    """Return the inner side of the user turn at this index of `messages`: one record of a fixed shape."""
    plan = ""
    if said is not None:
        named = ("attitude", "aim", "tone", "content", "draft", "revision")
        plan = "\n".join(f"{name}: {getattr(said, name)}" for name in named)
    return {
        "turn": turn, "meaning": felt.meaning, "serves": felt.serves, "inner": felt.inner, "feeling": felt.feeling,
        "plan": plan,
    }  # fmt: skip
