"""What the exam finds: one line each, and the way out where something would break."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One question of the exam. `detail` is what was seen, or what would break; `remedy` is how to mend it."""

    ok: bool
    name: str
    detail: str
    remedy: str = ""


def good(name: str, detail: str) -> Finding:
    """A finding that needs nothing."""
    return Finding(True, name, detail)


def bad(name: str, detail: str, remedy: str) -> Finding:
    """A finding that would break the training or what is made of it."""
    return Finding(False, name, detail, remedy)
