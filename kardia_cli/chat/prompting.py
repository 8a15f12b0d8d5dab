"""How a measured model is asked, where that is not kardia's own way: history, system message, sampling."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from kardia_cli.errors import UsageError

_APPLIED = ("temperature", "top_p", "top_k", "repetition_penalty")
_OTHER = ("min_p", "typical_p", "no_repeat_ngram_size", "num_beams", "epsilon_cutoff", "eta_cutoff")


@dataclass(frozen=True, slots=True)
class Prompting:
    """What replaces kardia's own prompt and sampling.

    `history` full shows earlier supporter turns with their hidden spans; `system` is the text of the system message
    ("": none, None: the row's own, else kardia's) with the slots {{profile}} and {{situation}}; `sampling` goes over
    the protocol's (None: greedy).
    """

    history: Literal["visible", "full"] = "visible"
    system: str | None = None
    sampling: Mapping[str, Any] | None = None

    def described(self) -> dict[str, Any]:
        """Return what score rows note: only what differs from kardia's own way."""
        from kardia_cli.rows.records import content_hash

        found: dict[str, Any] = {"history": self.history} if self.history != "visible" else {}
        if self.system is not None:
            found["system"] = content_hash({"system": self.system}) if self.system else "none"
        return {**found, **({"sampling": self.sampling} if self.sampling is not None else {})}


def card_sampling(folder: Path) -> dict[str, Any]:
    """Return the sampling of a folder's `generation_config.json` as a request takes it.

    Raises `UsageError` where the folder has none, or names a setting that would not be applied.
    """
    file = folder / "generation_config.json"
    try:
        card = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise UsageError(f"--sampling card: no readable {file}", "leave it out: greedy") from None
    if not card.get("do_sample"):
        return {"temperature": 0.0}
    other = [name for name in _OTHER if card.get(name) not in (None, 0, 0.0, 1, 1.0)]
    if other:
        raise UsageError(f"--sampling card: {file} sets {other[0]}, which is not applied here", "leave it out: greedy")
    known = {name: card[name] for name in _APPLIED if card.get(name) is not None}
    extra = {name: known.pop(name) for name in ("top_k", "repetition_penalty") if name in known}
    return {"temperature": 1.0, **known, **({"extra_body": extra} if extra else {})}
