"""Profiles of sentient users: a person, a situation, a first message, and a hidden hope.

Read from SAGE's own profiles and logs (player, scene, character, topic, task, first_talk), from kardia's profiles of
that kind, and from kardia's dialogues, by the mapping in `read`. The eight hidden intentions are SAGE's (arXiv
2505.02847, appendix A), described in our words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from kardia_cli.errors import RowError
from kardia_cli.rows.line import Row
from kardia_cli.rows.records import row_id
from kardia_cli.rows.request import derive_seed

Kind = Literal["rational", "emotional", ""]


class Intention(NamedTuple):
    """One hidden intention: its id, kind, what the person hopes for, and its sign in SAGE's Chinese `task`."""

    id: str
    kind: Kind
    text: str
    sign: str


INTENTIONS: tuple[Intention, ...] = (
    Intention("perspectives", "rational", "to look at the matter from more than one side, fairly", "辩证"),
    Intention("advice", "rational", "to get advice that can really be used in the present trouble", "建议"),
    Intention("motives", "rational", "to understand why the others acted as they did", "这么做的原因"),
    Intention("growth", "rational", "to be led to see their own part in it and to grow by that", "自我反思"),
    Intention("praise", "emotional", "to hear honest praise for something that they really did", "夸奖"),
    Intention("listening", "emotional", "to let it all out while somebody listens with full attention", "倾听"),
    Intention(
        "empathy", "emotional", "to have the feeling itself understood, not to be told that it will pass", "共情"
    ),
    Intention("innocence", "emotional", "to hear that they did nothing wrong and are not to blame", "没有错"),
)
BY_ID = {intention.id: intention for intention in INTENTIONS}
_TAKES = "a sentient user needs person, scene or situation, and first_talk or a message: `kardia synthesize` makes them"


@dataclass(frozen=True)
class Profile:
    """A sentient user. `intention` is the id of one of the eight, "" for another; `hidden` puts it in words."""

    id: str
    person: str
    scene: str
    hidden: str
    first_talk: str
    intention: str = ""
    kind: Kind = ""
    traits: tuple[str, ...] = ()
    topic: str = ""
    reactions: str = ""


def read(row: Row) -> Profile:
    """Return the sentient user that a row describes; `RowError` names what is missing.

    person       person, or SAGE's player
    scene        scene, else situation
    first_talk   first_talk, else the first seeker message (messages or SAGE's history), else the situation
    hidden       hidden_intention (the id of one of the eight, or free words), or SAGE's task; a row without either gets
                 one of the eight by the hash of its id
    traits       traits, or SAGE's character, cha_group and main_cha
    """
    person, scene = _text(row, "person", "player"), _text(row, "scene", "situation")
    first = _text(row, "first_talk") or _first(row, "messages") or _first(row, "history") or _text(row, "situation")
    for name, value in (("person", person), ("scene", scene), ("first_talk", first)):
        if not value:
            raise RowError(f"field {name!r} is missing or empty; {_TAKES}")
    hope = _text(row, "hidden_intention", "task")
    known: Intention | None = INTENTIONS[derive_seed(row_id(row), "intention") % 8]
    if hope:
        by_words = (each for each in INTENTIONS if each.sign in hope or each.text == hope)
        known = BY_ID.get(hope) or next(by_words, None)
    kind: Any = row.get("intention_kind")
    return Profile(
        id=row_id(row), person=person, scene=scene, first_talk=first, topic=_text(row, "topic"),
        hidden=known.text if known and hope in ("", known.id) else hope, intention=known.id if known else "",
        kind=known.kind if known else kind if kind in ("rational", "emotional") else "",
        traits=_traits(row), reactions=_reactions(row.get("reactions")),
    )  # fmt: skip


def _text(row: Mapping[str, Any], *names: str) -> str:
    """Return the first of these fields that is a text and not empty, else ""; `RowError` for one that is no text."""
    for name in names:
        value = row.get(name)
        if value is not None and not isinstance(value, str):
            raise RowError(f"field {name!r} is no text")
        if value and value.strip():
            return value.strip()
    return ""


def _first(row: Row, name: str) -> str:
    """Return the first message of the seeker in a list of messages, "" for none."""
    talk = row.get(name)
    if not isinstance(talk, Sequence) or isinstance(talk, str):
        return ""
    said = (each for each in talk if isinstance(each, dict) and each.get("role") == "user")
    return _text(next(said, {}), "content")


def _traits(row: Row) -> tuple[str, ...]:
    found: list[str] = []
    for name in ("main_cha", "character", "cha_group", "traits"):
        value = row.get(name)
        found += [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(dict.fromkeys(str(each).strip() for each in found if str(each).strip()))


def _reactions(value: object) -> str:
    """Return reactions as lines: what raises the mood, what lowers it, how the person is in each mood."""
    if isinstance(value, str):
        return value.strip()
    if not isinstance(value, Mapping):
        return ""
    return "\n".join(f"{re.sub('_', ' ', str(name))}: {_flat(said)}" for name, said in value.items() if said)


def _flat(value: object) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {_flat(said)}" for name, said in value.items())
    if isinstance(value, list):
        return "; ".join(_flat(item) for item in value)
    return " ".join(str(value).split())
