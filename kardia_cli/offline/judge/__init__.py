"""The lexical judge: levels, faults and verdicts from the words of a reply alone. Start in judge.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PLACEHOLDER = "(offline placeholder) no rule for this"
"""The reason of a level or an answer that was drawn by seed and not judged."""


def drawn(critique: Mapping[str, Any] | None) -> dict[str, int]:
    """Return the criteria and questions of a stored critique that were drawn, each with its place among all of them.

    A question that was drawn and answered yes shows the words it was given, and is not known for it.
    """
    if critique is None:
        return {}
    said = [(each["id"], each.get("reason")) for each in critique.get("levels") or []]
    said += [(each["id"], each.get("detail")) for each in critique.get("findings") or []]
    return {name: place for place, (name, text) in enumerate(said) if str(text).startswith(PLACEHOLDER)}
