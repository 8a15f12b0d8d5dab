"""The text of a profile: four sections, MBTI / About / Signature / Recent Activities (KardiaBench's data card).

    MBTI: INFP                     absent where the type is unknown
    About: …
    Signature: …
    Recent Activities:
    - …
    - …

The layout of the sections inside the string is not in the paper.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_HEAD = re.compile(r"^(MBTI|About|Signature|Recent Activities):[ \t]*", re.MULTILINE)


class Persona(NamedTuple):
    """The four sections; empty where a profile does not have them."""

    mbti: str | None = None
    about: str = ""
    signature: str = ""
    activities: tuple[str, ...] = ()


def render(persona: Persona) -> str:
    """Write the sections as one `person` string; empty sections are left out."""
    lines = [f"MBTI: {persona.mbti}"] if persona.mbti else []
    if persona.about:
        lines.append(f"About: {persona.about}")
    if persona.signature:
        lines.append(f"Signature: {persona.signature}")
    if persona.activities:
        lines.append("Recent Activities:")
        lines += [f"- {item}" for item in persona.activities]
    return "\n".join(lines)


def parse(person: str) -> Persona:
    """Read a `person` string; text without the section heads (a foreign profile) becomes About as a whole."""
    heads = list(_HEAD.finditer(person))
    if not heads:
        return Persona(about=person.strip())
    ends = [head.start() for head in heads[1:]] + [len(person)]
    parts = {head[1]: person[head.end() : end].strip() for head, end in zip(heads, ends, strict=True)}
    items = (line.strip().removeprefix("-").strip() for line in parts.get("Recent Activities", "").split("\n"))
    return Persona(
        mbti=parts.get("MBTI") or None,
        about=parts.get("About", ""),
        signature=parts.get("Signature", ""),
        activities=tuple(item for item in items if item),
    )
