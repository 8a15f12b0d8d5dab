"""The rewriter: a failed turn written anew, with the gold emotion that it alone is told.

It starts over from the dialogue, so every problem of the draft goes, whatever it was. Now and then a fault slips in
again, so that a second round happens.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from kardia_cli.offline.speaker import faults
from kardia_cli.offline.speaker.feelings import feelings
from kardia_cli.offline.speaker.scene import Spoken, scene_of
from kardia_cli.offline.speaker.supporter import heard_emotion, planted, written
from kardia_cli.rows import spans

SLIP_SHARE = 0.12
_KINDS = tuple(kind for kind in faults.KINDS if kind != "wrong_emotion")
_TRIES = 8


def rewritten_turn(facts: Mapping[str, Any], rng: random.Random) -> Spoken:
    """Return a four-span turn in place of the draft; facts as in the task "rewriter.turn"."""
    draft = str(facts.get("draft") or "")
    scene = scene_of(facts)
    scene = scene._replace(transcript=f"{scene.transcript} {spans.visible(draft).lower()}")
    gold = facts.get("emotion")
    emotion = str(gold) if gold in feelings() else heard_emotion(scene)
    kind = faults.draw(rng, SLIP_SHARE, _KINDS)
    text = draft
    for _ in range(_TRIES):
        text = written(scene, emotion, kind, rng)
        if spans.visible(text) != spans.visible(draft):
            break
    return Spoken(text, planted(kind))
