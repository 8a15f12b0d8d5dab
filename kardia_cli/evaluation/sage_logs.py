"""SAGE's published dialogues, read again: the moods that were noted, and whether they keep SAGE's rules.

Keys of a line: id, emo_point, player, scene, character, topic, task, history[{role, content, thinking, emotion-point,
planning{content, TargetCompletion, activity, analyse, change}}].
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kardia_cli.environments.sentient import Conversation, Rules, is_goodbye
from kardia_cli.errors import RowError
from kardia_cli.rows.line import Row

_PLANNING = {"meaning": "content", "serves": "TargetCompletion", "inner": "activity", "feeling": "analyse"}


def read(row: Row, rules: Rules) -> tuple[Conversation, list[str]]:
    """The talk of a line and what in it breaks the rules, each in words; `RowError` for what is no such line."""
    history = row.get("history")
    if not isinstance(history, list) or not history or not all(isinstance(turn, dict) for turn in history):
        raise RowError("field 'history': no list of turns, so this is no SAGE log")
    talk = Conversation([], [])
    for at, turn in enumerate(history):
        role, content = turn.get("role"), turn.get("content")
        if role not in ("user", "assistant") or not isinstance(content, str):
            raise RowError(f"field 'history.{at}': a turn has role user or assistant, and content")
        talk.messages.append({"role": role, "content": content})
        if role == "user":
            _note(talk, at, turn)
    if not talk.emotions:
        raise RowError("field 'history': no turn of the user")
    talk.stop = _stop(talk, rules)
    return talk, _broken(talk, rules, row.get("emo_point"))


def _note(talk: Conversation, at: int, turn: Mapping[str, Any]) -> None:
    """Take the mood of a user turn and, after the first, what led to it."""
    talk.emotions.append(_number(turn, "emotion-point", f"history.{at}"))
    if len(talk.emotions) == 1:
        return
    planning = turn.get("planning")
    if not isinstance(planning, dict):
        raise RowError(f"field 'history.{at}.planning' is missing")
    talk.deltas.append(_number(planning, "change", f"history.{at}.planning"))
    told = {ours: str(planning.get(theirs) or "") for ours, theirs in _PLANNING.items()}
    talk.thoughts.append({"turn": at, **told, "plan": str(turn.get("thinking") or "")})


def _number(record: Mapping[str, Any], name: str, where: str) -> int:
    value = record.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise RowError(f"field '{where}.{name}' is no whole number")
    return int(value)


def _stop(talk: Conversation, rules: Rules) -> Any:
    """Return how the talk ended; None if it just stops."""
    last = next(message["content"] for message in reversed(talk.messages) if message["role"] == "user")
    if (by_mood := rules.stop_by_mood(talk.final)) is not None:
        return by_mood
    if talk.messages[-1]["role"] == "user" and is_goodbye(last):
        return "goodbye"
    return "turn_limit" if talk.turns >= rules.max_turns else None


def _broken(talk: Conversation, rules: Rules, noted: Any) -> list[str]:
    """Return what breaks the rules: start, a step, a mood at which it should have ended, number of turns, end."""
    moods, found = talk.emotions, list[str]()
    if moods[0] != rules.e0:
        found.append(f"begins at {moods[0]}, not {rules.e0}")
    for turn, (before, after, change) in enumerate(zip(moods, moods[1:], talk.deltas, strict=False), 2):
        if rules.next_mood(before, change) != after:
            found.append(f"user turn {turn}: {before} {change:+d} gives {rules.next_mood(before, change)}, not {after}")
    for turn, mood in enumerate(moods[:-1], 1):
        if rules.stop_by_mood(mood) is not None:
            found.append(f"user turn {turn}: goes on at {mood}, which is {rules.stop_by_mood(mood)}")
    if talk.turns > rules.max_turns:
        found.append(f"{talk.turns} user turns, not at most {rules.max_turns}")
    if noted is not None and noted != talk.final:
        found.append(f"emo_point is {noted}, the last turn says {talk.final}")
    if talk.stop is None:
        found.append(f"stops after {talk.turns} user turns without a reason")
    return found
