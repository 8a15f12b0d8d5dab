"""The text of a profile: sections, each a head and its text, in the order in which they stand.

    MBTI: INFP                     absent where the type is unknown
    Gender: …                      any further section that the profile came with
    About: …
    Signature: …
    Recent Activities:
    - …
    - …

MBTI, About, Signature and Recent Activities are KardiaBench's (data card); the layout inside the string is not in the
paper.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

MBTI, ABOUT, SIGNATURE, ACTIVITIES = HEADS = ("MBTI", "About", "Signature", "Recent Activities")
_HEAD = re.compile(r"^([^\W\d_][\w'’/&()-]{0,29}(?: [\w'’/&()-]{1,30}){0,3}):(?=\s|$)[ \t]*", re.MULTILINE)
"""One to four words before a colon at the beginning of a line."""


class Section(NamedTuple):
    """One section of a profile: its text in one line, or the items of a list."""

    head: str
    text: str = ""
    items: tuple[str, ...] = ()


class Persona(NamedTuple):
    """The sections of a profile, in order; the four of KardiaBench by name, empty where the profile lacks them."""

    sections: tuple[Section, ...] = ()

    @property
    def mbti(self) -> str | None:
        """The type as the profile gives it; None where it has none."""
        return self._section(MBTI).text or None

    @property
    def about(self) -> str:
        """The About section."""
        return self._section(ABOUT).text

    @property
    def signature(self) -> str:
        """The Signature section."""
        return self._section(SIGNATURE).text

    @property
    def activities(self) -> tuple[str, ...]:
        """The items of Recent Activities."""
        return self._section(ACTIVITIES).items

    @property
    def further(self) -> tuple[Section, ...]:
        """The sections beside the four."""
        return tuple(section for section in self.sections if section.head not in HEADS)

    def _section(self, head: str) -> Section:
        return next((section for section in self.sections if section.head == head), Section(head))


def persona(
    mbti: str | None = None,
    about: str = "",
    signature: str = "",
    activities: tuple[str, ...] = (),
    further: tuple[Section, ...] = (),
) -> Persona:
    """Return a profile of the four sections, with further ones after the type."""
    typed, told = Section(MBTI, mbti or ""), (Section(ABOUT, about), Section(SIGNATURE, signature))
    return Persona((typed, *further, *told, Section(ACTIVITIES, items=activities)))


def cleaned(given: Persona, mbti: str | None, clean: Callable[[str], str]) -> Persona:
    """Return the profile with every text through `clean` and its type as `mbti`, ahead of all where it had none."""
    sections = [Section(MBTI, mbti or "")] if given.mbti is None else []
    for section in given.sections:
        if section.head == MBTI:
            sections.append(Section(MBTI, mbti or ""))
        else:
            items = tuple(filter(None, map(clean, section.items)))
            sections.append(Section(section.head, clean(section.text), items))
    return Persona(tuple(sections))


def render(given: Persona) -> str:
    """Write the sections as one `person` string; empty sections are left out."""
    lines = []
    for head, text, items in given.sections:
        if text:
            lines.append(f"{head}: {text}")
        elif items:
            lines.append(f"{head}:")
            lines += [f"- {item}" for item in items]
    return "\n".join(lines)


def parse(person: str) -> Persona:
    """Read a `person` string.

    A text with one of the four heads, or one that begins with a head and has another, is a profile with sections; any
    other text (a biography) becomes About as a whole. What stands before the first head belongs to About.
    """
    heads = list(_HEAD.finditer(person))
    begins = bool(heads) and not person[: heads[0].start()].strip()
    if not any(head[1] in HEADS for head in heads) and not (begins and len(heads) > 1):
        return Persona((Section(ABOUT, person.strip()),))
    ends = [head.start() for head in heads[1:]] + [len(person)]
    sections: list[Section] = []
    before = person[: heads[0].start()].strip()
    for head, end in zip(heads, ends, strict=True):
        section = _section(head[1], person[head.end() : end].strip())
        if before and section.head == ABOUT:
            section, before = section._replace(text=f"{before}\n{section.text}".strip()), ""
        _add(sections, section)
    return Persona((*([Section(ABOUT, before)] if before else []), *sections))


def _section(head: str, text: str) -> Section:
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if head == ACTIVITIES or (lines and head not in HEADS and all(line.startswith("-") for line in lines)):
        return Section(head, items=tuple(filter(None, (line.removeprefix("-").strip() for line in lines))))
    return Section(head, text)


def _add(sections: list[Section], section: Section) -> None:
    """Append the section; one of the four that is there already takes its text and items in."""
    for at, known in enumerate(sections):
        if section.head in HEADS and known.head == section.head:
            text = known.text if section.head == MBTI else "\n".join(filter(None, (known.text, section.text)))
            sections[at] = Section(known.head, text or section.text, known.items + section.items)
            return
    sections.append(section)
