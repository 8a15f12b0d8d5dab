"""The three EPITOME facets of a reply (Sharma et al. 2020), 0 none, 1 weak, 2 strong: by words, or from a judge.

By words means kardia's offline rules (`epitome_rules`): general English, fitted to no labels, blind to anything that is
not said in usual words. A table that shows them calls them `offline (lexical)`. A judge's levels are taken from the
parts of a score row (`empathy.exploration`), if its rubric asks for facets.
"""

from __future__ import annotations

from collections.abc import Mapping

FACETS = ("emotional_reaction", "interpretation", "exploration")
PREFIX = "epitome."
"""Name of a part of a score row, by words: `epitome.exploration`."""
OFFLINE = "offline (lexical)"
JUDGED = "judge"


def lexical_levels(reply: str, seeker: str) -> dict[str, float]:
    """Return the facets of a reply to the seeker's last message, by rules over words; deterministic, no call."""
    from kardia_cli.metrics.epitome_rules import facets

    found = facets(seeker, reply)
    return {name: float(found[name].level) for name in FACETS}


def read_levels(parts: Mapping[str, float | None]) -> tuple[str, dict[str, float | None]]:
    """Return the source and the facets in the parts of a score row, a judge's before those by words.

    ("", {}) where there are none.
    """
    judged = {name: parts[key] for name in FACETS for key in parts if key.rpartition(".")[2] == name and _judges(key)}
    if judged:
        return JUDGED, judged
    lexical = {name: parts[PREFIX + name] for name in FACETS if PREFIX + name in parts}
    return (OFFLINE if lexical else "", lexical)


def _judges(key: str) -> bool:
    """Return True for a judge's facet (`CRITERION.FACET`): not the spread of one, not one by words."""
    return key.count(".") == 1 and not key.startswith((PREFIX, "spread."))
